#!/usr/bin/env python3
"""A file fits on three screens: how long headers, examples and lines may be."""

import statistics
import sys

from tree import ROOT, files, headers, name, report

HEADER_MEDIAN = 130  # lines; "about 120"
HEADER_MOST = 400
EXAMPLE_MOST = 80
COLUMNS = 120


def main():
    faults = []
    lengths = {path: len(path.read_text().splitlines()) for path in headers()}
    faults += [f"{name(p)}: {n} lines, at most {HEADER_MOST}" for p, n in lengths.items() if n > HEADER_MOST]
    median = statistics.median(lengths.values()) if lengths else 0
    if median > HEADER_MEDIAN:
        faults.append(f"include/fovea: the median header has {median:g} lines, at most {HEADER_MEDIAN}")

    for path in sorted((ROOT / "examples").glob("[0-9][0-9]_*.cpp")):
        length = len(path.read_text().splitlines())
        if length > EXAMPLE_MOST:
            faults.append(f"{name(path)}: {length} lines, an example has at most {EXAMPLE_MOST}")

    sources = files("*.hpp", "*.cuh", "*.cpp", "*.cu", "*.py", "*.cmake", "CMakeLists.txt", "*/CMakeLists.txt", "run")
    for path in sources:
        table = False  # between clang-format off and on: a table, which may be wider
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if "clang-format o" in line:
                table = "clang-format off" in line
            if len(line) > COLUMNS and not table and not line.startswith("// expect: "):
                faults.append(f"{name(path)}:{number}: {len(line)} columns, at most {COLUMNS}")
    return report("sizes", faults, f"{len(lengths)} headers (median {median:g} lines), {len(sources)} sources")


if __name__ == "__main__":
    sys.exit(main())
