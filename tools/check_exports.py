#!/usr/bin/env python3
"""Shared objects export what they say and nothing of the library: no kernel, no function of an engine.

Two objects that instantiate one variant may be loaded into one process; a symbol of fovea that both export would be
one function for the two of them. Left out: what run throws, as in check_consumers.py, and the members that the compiler
makes for a description, which are the same in every object.
"""

import argparse
import re
import subprocess
import sys

from check_consumers import exported_symbols
from tree import report

MADE = re.compile(r" _ZN5fovea4v\d+_\d+(?:11description|10kernel_use)[CD]\d")  # by the compiler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", required=True, help="the one symbol that must be there")
    parser.add_argument("object", nargs="+")
    options = parser.parse_args()
    faults = []
    for path in options.object:
        said = subprocess.run(["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True).stdout
        faults += [f"{path} exports {line}" for line in exported_symbols(said) if not MADE.search(line)]
        if options.only not in said:
            faults.append(f"{path} does not export {options.only}")
        # The kernel is in there: the check would see it if it were exported.
        inside = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
        if "5fovea" not in inside or "entry" not in inside:
            faults.append(f"{path} holds no kernel of fovea, so that it shows nothing")
    return report("exports", faults, f"{len(options.object)} shared objects")


if __name__ == "__main__":
    sys.exit(main())
