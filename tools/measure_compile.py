#!/usr/bin/env python3
"""What fovea costs to compile, in seconds of CPU time (user + system), against its budget.

The include cost is that of `#include <fovea/fovea.hpp>` over an empty file; the variant is
tests/shape/one_variant.cpp whole. Each is the least of several runs, since other work on the machine only adds; what is
over its budget is held against the machine's pace at that moment (tools/pace.py).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path

from pace import CXX, at_pace, cpu_seconds
from tree import ROOT

# what: most seconds of CPU time (docs: design, "numbers we hold ourselves to")
BUDGET = {"include": 0.5, "variant": 2.5}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--json", type=Path, help="where to write the measurements")
    options = parser.parse_args()

    with tempfile.TemporaryDirectory() as folder:
        empty, include = Path(folder) / "empty.cpp", Path(folder) / "include.cpp"
        empty.write_text("")
        include.write_text("#include <fovea/fovea.hpp>\n")
        variant = ROOT / "tests" / "shape" / "one_variant.cpp"
        flags = ["-std=c++20", "-O2", f"-I{ROOT / 'include'}", "-c", "-o", str(Path(folder) / "out.o")]

        def seconds(source, repeats=options.repeats):
            return [round(cpu_seconds([options.compiler, *flags, str(source)]), 4) for _ in range(repeats)]

        nothing = min(seconds(empty))
        runs = {"include": [round(s - nothing, 4) for s in seconds(include)], "variant": seconds(variant)}

        def paced_by(what, again):
            return at_pace(min(runs[what]), again, BUDGET[what], CXX, options.compiler)

        paced = {"include": paced_by("include", lambda: seconds(include, 1)[0] - nothing),
                 "variant": paced_by("variant", lambda: seconds(variant, 1)[0])}

    faults = 0
    for what, measured in runs.items():
        over = paced[what] > BUDGET[what]
        faults += over
        verdict = "over budget" if over else "within budget"
        print(f"compile_time: {what} {min(measured):.2f} s of CPU time, {paced[what]:.2f} s at the machine's own pace, "
              f"at most {BUDGET[what]} s: {verdict}")
    if options.json:
        version = subprocess.run([options.compiler, "--version"], capture_output=True, text=True).stdout
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({
            "compiler": version.splitlines()[0], "flags": "-std=c++20 -O2", "machine": platform.machine(),
            "cores": os.cpu_count(), "unit": "s of CPU time", "empty": nothing,
            "rows": [{"what": w, "least": min(m), "runs": m, "budget": BUDGET[w]} for w, m in runs.items()],
        }, indent=2) + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
