#!/usr/bin/env python3
"""Seeds each fault of tests/faults/faults.toml into a copy of the headers and asks that its test notices.

A fault replaces one piece of text, which must occur exactly once in its header, and names the test source that has to
fail because of it. Faults of the same test are built into one program, each as a choice between the text and the
mistake that FOVEA_FAULT makes when the program runs; without it, the same program must pass, so that no fault is caught
by accident. A fault that no expression and no statement can hold has a program of its own.
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

FOLDER = ROOT / "tests" / "faults"
SECONDS = 60  # a program that a fault sends round in circles, or that waits for itself, counts as having noticed

LIBRARIES = ["algorithm", "bit", "boost/hana/integral_constant.hpp", "cmath", "condition_variable", "cstring",
             "functional", "map", "memory", "mutex", "random", "string", "thread", "vector"]
FLAGS = ["-std=c++20", "-O0", "-march=native", "-w", "-pthread", f"-I{ROOT / 'tests'}"]


def precompiled(options, folder):
    """What no fault touches, Catch2 and the libraries, in a folder: the header to name first."""
    header = folder / "first.hpp"
    text = '#include "faults/seeded.hpp"\n#include "support/catch.hpp"\n'
    header.write_text(text + "".join(f"#include <{name}>\n" for name in LIBRARIES))
    made = subprocess.run([options.compiler, *FLAGS, "-x", "c++-header", header, "-o", f"{header}.gch"],
                          capture_output=True)
    if made.returncode != 0:
        header.write_text(text)  # without the libraries, then
    return header


def header_of(fault):
    return ROOT / "include" / "fovea" / fault["file"]


def misplaced(fault):
    """What is wrong with a fault's own text, if anything."""
    found = header_of(fault).read_text().count(fault["find"]) if header_of(fault).exists() else 0
    return None if found == 1 else f"'{fault['find']}' occurs {found} times in {fault['file']}, not once"


def place(fault):
    """Where a fault's text begins and ends in its header."""
    begin = header_of(fault).read_text().index(fault["find"])
    return begin, begin + len(fault["find"])


def choice(number, fault):
    """A fault's text and its mistake, as statements or as expressions, of which the running program takes one."""
    text, mistake = fault["find"].strip(), fault["replace"].strip()
    if text.endswith(";"):
        return f"if (::seeded_fault({number})) {{ {mistake} }} else {{ {text} }}"
    return f"(::seeded_fault({number}) ? ({mistake}) : ({text}))"


class Program:
    """A test source, to be compiled over a copy of the headers with faults in it."""

    def __init__(self, test, *faults):
        self.test = test
        self.faults = list(faults)  # with their numbers
        self.shared = not faults

    def has_room_for(self, fault):
        """Whether no fault is in the way of this one."""
        begin, end = place(fault)
        others = [place(f) for _, f in self.faults if f["file"] == fault["file"]]
        return self.shared and all(b >= end or e <= begin for b, e in others)

    def build(self, options, folder):
        include = folder / "include"
        shutil.copytree(ROOT / "include", include)
        for number, fault in sorted(self.faults, key=lambda f: place(f[1]), reverse=True):
            header = include / "fovea" / fault["file"]
            (begin, end), text = place(fault), header.read_text()
            instead = choice(number, fault) if self.shared else fault["replace"]
            header.write_text(text[:begin] + instead + text[end:])
        self.program = folder / "test"
        command = [options.compiler, *FLAGS, "-include", str(options.first), f"-I{include}", str(ROOT / self.test),
                   *options.link, "-o", str(self.program)]
        built = subprocess.run(command, capture_output=True, text=True)
        errors = [line for line in built.stderr.splitlines() if "error" in line]
        self.wrong = None if built.returncode == 0 else "does not compile: " + (errors or [built.stderr[:300]])[0]
        shutil.rmtree(include)

    def outcome(self, cases, number=None):
        """Runs with a fault active, or none: 'passes', 'fails', or what was wrong before."""
        if self.wrong:
            return self.wrong
        active = {} if number is None else {"FOVEA_FAULT": str(number)}
        try:  # one check that fails is enough
            ran = subprocess.run([self.program, "--abort", *([cases] if cases else [])], capture_output=True, text=True,
                                 timeout=SECONDS, env={**os.environ, **active})
        except subprocess.TimeoutExpired:
            return "fails"
        if "No test cases matched" in ran.stdout + ran.stderr or "No tests ran" in ran.stdout:
            return f"'{cases}' names no case of {self.test}"
        return "passes" if ran.returncode == 0 else "fails"


def programs_of(faults):
    """The programs that the faults need: for each test one without those that stand alone, more where texts overlap."""
    programs = [Program(test) for test in sorted({f["test"] for _, f in faults})]
    for number, fault in faults:
        if fault.get("alone"):
            programs.append(Program(fault["test"], (number, fault)))
            continue
        with_room = [p for p in programs if p.test == fault["test"] and p.has_room_for(fault)]
        if not with_room:
            with_room = [Program(fault["test"])]
            programs += with_room
        with_room[0].faults.append((number, fault))
    return programs


def cases_of(test, faults):
    """What the faults of a test run of it; all of it, where one of them does."""
    cases = {f.get("cases", "") for f in faults if f["test"] == test}
    return [""] if "" in cases else sorted(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--link", action="append", default=[], help="what to link with: Catch2 and its main")
    parser.add_argument("--places", action="store_true", help="only whether every fault's text is where it should be")
    parser.add_argument("name", nargs="*", help="a part of a fault's name; all faults if none is given")
    options = parser.parse_args()
    options.link = options.link or ["-lCatch2WithMain"]
    faults = tomllib.loads((FOLDER / "faults.toml").read_text()).get("fault", [])
    faults = [f for f in faults if not options.name or any(part in f["name"] for part in options.name)]
    complaints = [f"fault '{f['name']}': {misplaced(f)}" for f in faults if misplaced(f)]
    if complaints or options.places:
        return report("faults", complaints, f"the places of {len(faults)}")
    programs = programs_of(list(enumerate(faults)))

    def run_without(program, cases):
        got = program.outcome(cases)
        return f"without a fault, {program.test} {cases} {got}" if got != "passes" else None

    def run_with(program, number, fault):
        got = program.outcome(fault.get("cases", ""), number if program.shared else None)
        print(f"  {'caught' if got == 'fails' else 'NOT CAUGHT'}: {fault['name']}", flush=True)
        return None if got == "fails" else f"fault '{fault['name']}': {fault['test']} {got}"

    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        options.first = precompiled(options, Path(folder))
        list(pool.map(lambda i: programs[i].build(options, Path(folder) / str(i)), range(len(programs))))
        print(f"  {len(programs)} programs are built", flush=True)
        runs = [(run_without, p, cases) for p in programs if p.shared for cases in cases_of(p.test, faults)]
        runs += [(run_with, p, *fault) for p in programs for fault in p.faults]
        complaints = list(pool.map(lambda run: run[0](*run[1:]), runs))
    return report("faults", [c for c in complaints if c], f"{len(faults)} seeded faults")


if __name__ == "__main__":
    sys.exit(main())
