#!/usr/bin/env python3
"""Seeds each fault of tests/faults/faults.toml into a copy of the headers and asks that its test notices.

A fault replaces one piece of text, which must occur exactly once in its header, and names the test source that has to
fail because of it. The same source must pass over the headers as they are, so that no fault is caught by accident.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT, report

LIST = ROOT / "tests" / "faults" / "faults.toml"
SECONDS = 300  # a program that a fault sends round in circles counts as having noticed


LIBRARIES = ["algorithm", "bit", "boost/hana/integral_constant.hpp", "cmath", "condition_variable", "cstring",
             "functional", "map", "memory", "mutex", "random", "string", "thread", "vector"]
FLAGS = ["-std=c++20", "-O0", "-march=native", "-w", "-pthread", f"-I{ROOT / 'tests'}"]


def precompiled(options, folder):
    """What no fault touches, Catch2 and the libraries, in a folder: the header to name first."""
    header = Path(folder) / "first.hpp"
    header.write_text('#include "support/catch.hpp"\n' + "".join(f"#include <{name}>\n" for name in LIBRARIES))
    made = subprocess.run([options.compiler, *FLAGS, "-x", "c++-header", header, "-o", f"{header}.gch"],
                          capture_output=True)
    if made.returncode != 0:
        header.write_text("")  # without, then
    return header


def compiled(options, folder, include, source):
    """The program of one test source over `include`, or what the compiler said."""
    program = folder / "test"
    command = [options.compiler, *FLAGS, "-include", str(options.first), f"-I{include}", str(ROOT / source),
               *options.link, "-o", str(program)]
    built = subprocess.run(command, capture_output=True, text=True)
    if built.returncode != 0:
        errors = [line for line in built.stderr.splitlines() if "error" in line]
        return "does not compile: " + (errors or [built.stderr[:300]])[0]
    return program


def outcome(program, source, cases):
    """Runs a program: 'passes', 'fails', or what was wrong before."""
    if isinstance(program, str):
        return program
    try:
        ran = subprocess.run([str(program), *([cases] if cases else [])], capture_output=True, text=True,
                             timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return "fails"
    if "No test cases matched" in ran.stdout + ran.stderr or "No tests ran" in ran.stdout:
        return f"'{cases}' names no case of {source}"
    return "passes" if ran.returncode == 0 else "fails"


def seeded(folder, fault):
    """A copy of include/ with the fault in it, and what is wrong with the fault's own text, if anything."""
    include = folder / "include"
    shutil.copytree(ROOT / "include", include)
    header = include / "fovea" / fault["file"]
    text = header.read_text() if header.exists() else ""
    found = text.count(fault["find"])
    if found != 1:
        return include, f"'{fault['find']}' occurs {found} times in {fault['file']}, not once"
    header.write_text(text.replace(fault["find"], fault["replace"]))
    return include, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--link", action="append", default=[], help="what to link with: Catch2 and its main")
    parser.add_argument("name", nargs="*", help="a part of a fault's name; all faults if none is given")
    options = parser.parse_args()
    options.link = options.link or ["-lCatch2WithMain"]
    faults = tomllib.loads(LIST.read_text()).get("fault", [])
    faults = [f for f in faults if not options.name or any(part in f["name"] for part in options.name)]

    def uncaught(fault):
        with tempfile.TemporaryDirectory() as folder:
            include, wrong = seeded(Path(folder), fault)
            test = fault["test"]
            got = wrong or outcome(compiled(options, Path(folder), include, test), test, fault.get("cases", ""))
        print(f"  {'caught' if got == 'fails' else 'NOT CAUGHT'}: {fault['name']}", flush=True)
        return None if got == "fails" else f"fault '{fault['name']}': {fault['test']} {got}"

    def broken(test):
        with tempfile.TemporaryDirectory() as folder:
            program = compiled(options, Path(folder), ROOT / "include", test)
            got = {cases: outcome(program, test, cases)
                   for cases in sorted({f.get("cases", "") for f in faults if f["test"] == test})}
        wrong = [f"{cases} {said}" for cases, said in got.items() if said != "passes"]
        return f"without a fault, {test} {', '.join(wrong)}" if wrong else None

    tests = sorted({f["test"] for f in faults})
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        options.first = precompiled(options, folder)
        complaints = [*pool.map(broken, tests), *pool.map(uncaught, faults)]
    return report("faults", [c for c in complaints if c], f"{len(faults)} seeded faults")


if __name__ == "__main__":
    sys.exit(main())
