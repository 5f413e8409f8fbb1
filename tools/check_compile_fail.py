#!/usr/bin/env python3
"""Holds every compile-time sentence to its word: tests/compile_fail/*.cpp must fail, and say what they promise.

A case starts with one or more lines `// expect: <sentence>`. It must fail to compile, and the first error must hold
the first sentence; further sentences may stand anywhere in the output. With -DFOVEA_CONTROL the same file shows the
right use and must compile, so that no case fails for a reason of its own.
"""

import argparse
import re
import sys

from compile import in_parallel, standard_flag, syntax_only
from tree import ROOT, name, report

EXPECT = re.compile(r"^// expect: (.+)$", re.M)
ERROR = re.compile(r"\berror: .*")


def flat(text):
    """One line, and one kind of quotation mark."""
    return re.sub(r"\s+", " ", text.replace("\u2018", "'").replace("\u2019", "'"))


def faults_of(compiler, case):
    """What is wrong with one case under one compiler: a list of sentences."""
    text = case.read_text()
    expected = EXPECT.findall(text)
    if not expected or not text.startswith("// expect: "):
        return [f"{name(case)}: does not start with '// expect: <sentence>'"]
    if "FOVEA_CONTROL" not in text:
        return [f"{name(case)}: has no control; put the right use under #ifdef FOVEA_CONTROL"]
    where = f"{name(case)} ({compiler})"
    flags = [standard_flag(compiler, 20), "-Wall", "-Wextra"]
    faults = []

    compiled, output = syntax_only(compiler, [*flags, case])
    errors = [flat(e) for e in ERROR.findall(output)]
    if compiled:
        faults.append(f"{where}: compiles, but should not")
    elif not errors or flat(expected[0]) not in errors[0]:
        first = errors[0] if errors else flat(output)[:300]
        faults.append(f"{where}: should first say '{expected[0]}' but says '{first}'")
    else:
        faults += [f"{where}: never says '{s}'" for s in expected[1:] if flat(s) not in flat(output)]

    compiled, output = syntax_only(compiler, [*flags, "-DFOVEA_CONTROL", case])
    if not compiled:
        first = ERROR.search(output)
        faults.append(f"{where}: the control does not compile: {first[0] if first else output[:300]}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("case", nargs="*", help="a part of a case's file name; all cases if none is given")
    options = parser.parse_args()
    cases = sorted((ROOT / "tests" / "compile_fail").glob("*.cpp"))
    cases = [c for c in cases if not options.case or any(part in c.name for part in options.case)]
    faults = in_parallel(cases, lambda case: faults_of(options.compiler, case))
    return report("compile_fail", [f for some in faults for f in some], f"{len(cases)} cases with {options.compiler}")


if __name__ == "__main__":
    sys.exit(main())
