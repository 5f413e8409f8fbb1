#!/usr/bin/env python3
"""Every .hpp compiles alone, twice in one file, with warnings as errors and without CUDA."""

import argparse
import sys

from compile import WARNINGS, in_parallel, standard_flag, syntax_only
from tree import INCLUDE, headers, name, report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--standard", choices=["20", "23"], default="20")
    parser.add_argument("--flag", action="append", default=[], help="one more flag, such as --flag=-march=haswell")
    options = parser.parse_args()
    flags = [standard_flag(options.compiler, options.standard), *WARNINGS, *options.flag]
    alone = [p for p in headers() if p.suffix == ".hpp"]

    def fault(header):
        include = f"#include <fovea/{header.relative_to(INCLUDE)}>\n"
        compiled, output = syntax_only(options.compiler, flags, include + include)
        return None if compiled else f"{name(header)} does not compile alone:\n{output[:2000]}"

    faults = [f for f in in_parallel(alone, fault) if f]
    what = " ".join([options.compiler, flags[0], *options.flag])
    return report("headers", faults, f"{len(alone)} headers with {what}")


if __name__ == "__main__":
    sys.exit(main())
