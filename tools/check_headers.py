#!/usr/bin/env python3
"""Every .hpp compiles alone, twice in one file, with warnings as errors and without CUDA; and one variant, to code."""

import argparse
import sys

from compile import HEADER_WARNINGS, code, in_parallel, standard_flag, syntax_only
from tree import INCLUDE, ROOT, headers, name, report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--standard", choices=["20", "23"], default="20")
    parser.add_argument("--flag", action="append", default=[], help="one more flag, such as --flag=-march=haswell")
    parser.add_argument("--only", help="a folder of include/fovea: its headers and the variant alone")
    options = parser.parse_args()
    flags = [standard_flag(options.compiler, options.standard), *HEADER_WARNINGS, *options.flag]
    alone = [p for p in headers() if p.suffix == ".hpp" and p.is_relative_to(INCLUDE / (options.only or ""))]
    variant = ROOT / "tests" / "shape" / "one_variant.cpp"

    def fault(header):
        if header == variant:
            compiled, output = code(options.compiler, [*flags, "-O1", variant])
            return None if compiled else f"{name(variant)} does not compile:\n{output[:2000]}"
        include = f"#include <fovea/{header.relative_to(INCLUDE)}>\n"
        compiled, output = syntax_only(options.compiler, flags, include + include)
        return None if compiled else f"{name(header)} does not compile alone:\n{output[:2000]}"

    faults = [f for f in in_parallel([variant, *alone], fault) if f]
    what = " ".join([options.compiler, flags[0], *options.flag])
    return report("headers", faults, f"{len(alone)} headers and a variant with {what}")


if __name__ == "__main__":
    sys.exit(main())
