#!/usr/bin/env python3
"""Every .hpp compiles alone, twice in one file, with warnings as errors and without CUDA; and one variant, to code,
with the optimisation of CMake's Release: some warnings come from there, unasked.

With --together all headers are one file: what else a standard or an instruction set finds in them, in a moment.
"""

import argparse
import sys

from compile import HEADER_WARNINGS, code, in_parallel, standard_flag, syntax_only
from tree import INCLUDE, ROOT, headers, name, report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--standard", choices=["20", "23"], default="20")
    parser.add_argument("--flag", action="append", default=[], help="one more flag, such as --flag=-march=haswell")
    parser.add_argument("--together", action="store_true", help="all headers in one file")
    parser.add_argument("--only", help="a folder of include/fovea: its headers and the variant alone")
    options = parser.parse_args()
    flags = [standard_flag(options.compiler, options.standard), *HEADER_WARNINGS, *options.flag]
    found = [p for p in headers() if p.suffix == ".hpp" and p.is_relative_to(INCLUDE / (options.only or ""))]
    variant = ROOT / "tests" / "shape" / "one_variant.cpp"

    includes = {name(p): f"#include <fovea/{p.relative_to(INCLUDE)}>\n" for p in found}
    how = "together" if options.together else "alone"
    if options.together:
        includes = {"every header": "".join(includes.values())}

    def fault(what):
        if what == variant:
            compiled, output = code(options.compiler, [*flags, "-O3", variant])
            return None if compiled else f"{name(variant)} does not compile:\n{output[:2000]}"
        compiled, output = syntax_only(options.compiler, flags, 2 * includes[what])
        return None if compiled else f"{what} does not compile {how}:\n{output[:2000]}"

    faults = [f for f in in_parallel([variant, *includes], fault) if f]
    what = " ".join([options.compiler, flags[0], *options.flag])
    return report("headers", faults, f"{len(found)} headers {how} and a variant with {what}")


if __name__ == "__main__":
    sys.exit(main())
