#!/usr/bin/env python3
"""Device code compiles with warnings as errors and without --expt flags: tests/shape/device_*.cu, examples/*.cu.

What tests/shape/refused_*.cu hold does not compile, also where warnings are none, unless FOVEA_CONTROL is defined.
Kernels for an architecture before 8.0 are refused in a sentence.
"""

import argparse
import subprocess
import sys

from tree import ROOT, name, report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--target", default="80", help="compute capability without the dot")
    options = parser.parse_args()
    sources = [*sorted((ROOT / "tests" / "shape").glob("device_*.cu")), *sorted((ROOT / "examples").glob("[0-9]*.cu"))]
    refused = sorted((ROOT / "tests" / "shape").glob("refused_*.cu"))
    strict = ["-Xcompiler", "-Wall,-Wextra,-Wconversion,-Wshadow", "-Werror", "all-warnings"]

    def said(source, *flags, target=options.target):
        """What nvcc says of a source that it does not compile, or None."""
        command = [options.nvcc, "-std=c++20", f"-gencode=arch=compute_{target},code=sm_{target}",
                   f"-I{ROOT / 'include'}", *flags, "-cubin", str(source), "-o", "/dev/null"]
        done = subprocess.run(command, capture_output=True, text=True)
        return None if done.returncode == 0 else (done.stdout + done.stderr)[:2000]

    faults = [f"{name(source)} does not compile:\n{words}" for source in sources if (words := said(source, *strict))]
    for source in refused:
        if "calling a __host__ function" not in (said(source) or ""):
            faults.append(f"{name(source)} is not refused")
        if words := said(source, "-DFOVEA_CONTROL", *strict):
            faults.append(f"{name(source)}: the control does not compile:\n{words}")
    early = said(sources[-1], target="75")
    if "fovea: kernels are for compute capability 8.0 and later" not in (early or ""):
        faults.append(f"{name(sources[-1])} for sm_75 is not refused in a sentence")
    return report("device", faults, f"{len(sources)} sources for sm_{options.target}, {len(refused)} refused")


if __name__ == "__main__":
    sys.exit(main())
