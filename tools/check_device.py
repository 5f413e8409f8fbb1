#!/usr/bin/env python3
"""Device code compiles with warnings as errors and without --expt flags: tests/shape/device_*.cu, examples/*.cu."""

import argparse
import subprocess
import sys

from tree import ROOT, name, report


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--target", default="80", help="compute capability without the dot")
    options = parser.parse_args()
    sources = [*sorted((ROOT / "tests" / "shape").glob("device_*.cu")), *sorted((ROOT / "examples").glob("[0-9]*.cu"))]
    faults = []
    for source in sources:
        command = [options.nvcc, "-std=c++20", f"-gencode=arch=compute_{options.target},code=sm_{options.target}",
                   f"-I{ROOT / 'include'}", "-Xcompiler", "-Wall,-Wextra,-Wconversion,-Wshadow", "-Werror",
                   "all-warnings", "-cubin", str(source), "-o", "/dev/null"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            faults.append(f"{name(source)} does not compile:\n{(done.stdout + done.stderr)[:2000]}")
    return report("device", faults, f"{len(sources)} sources for sm_{options.target}")


if __name__ == "__main__":
    sys.exit(main())
