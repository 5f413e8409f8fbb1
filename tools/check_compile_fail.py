#!/usr/bin/env python3
"""Holds every compile-time sentence to its word: tests/compile_fail/*.cpp must fail, and say what they promise.

A case starts with one or more lines `// expect: <sentence>`. It must fail to compile, and the first error must hold
the first sentence; further sentences may stand anywhere in the output. With -DFOVEA_CONTROL the same file shows the
right use and must compile, so that no case fails for a reason of its own. Every sentence "fovea: ..." of a
static_assert in include/ must be the promise of some case.
"""

import argparse
import re
import sys
import tempfile

from compile import in_parallel, precompiled, syntax_only
from tree import ROOT, headers, name, report

FLAGS = ["-std=c++20", "-Wall", "-Wextra"]
HEADER = "fovea/fovea.hpp"  # compiled once for all cases that start with it
FIRST = re.compile(r"^#(?:include <(.+)>)?", re.M)
EXPECT = re.compile(r"^// expect: (.+)$", re.M)
ASSERTION = re.compile(r"\bstatic_assert\s*\(")
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[()]')
ERROR = re.compile(r"\berror: .*")


def flat(text):
    """One line, and one kind of quotation mark."""
    return re.sub(r"\s+", " ", text.replace("\u2018", "'").replace("\u2019", "'"))


def faults_of(compiler, case, precompiled_flags):
    """What is wrong with one case under one compiler: a list of sentences."""
    text = case.read_text()
    expected = EXPECT.findall(text)
    if not expected or not text.startswith("// expect: "):
        return [f"{name(case)}: does not start with '// expect: <sentence>'"]
    if "FOVEA_CONTROL" not in text:
        return [f"{name(case)}: has no control; put the right use under #ifdef FOVEA_CONTROL"]
    where = f"{name(case)} ({compiler})"
    flags = [*FLAGS, *(precompiled_flags if FIRST.search(text)[1] == HEADER else [])]
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


def sentences(text):
    """What the static_asserts of a header say: the last strings of each."""
    for start in ASSERTION.finditer(text):
        depth, strings, last = 1, [], start.end()
        for token in TOKEN.finditer(text, start.end()):
            if text[last:token.start()].strip():
                strings = []  # something stood between: only adjacent strings make one sentence
            last = token.end()
            depth += {"(": 1, ")": -1}.get(token[0], 0)
            if depth == 0:
                break
            if token[0] in "()":
                strings = []
            else:
                strings.append(token[0][1:-1])
        yield "".join(strings)


def unpromised(cases):
    """The sentences of include/ that no case expects."""
    promised = {flat(sentence) for case in cases for sentence in EXPECT.findall(case.read_text())}
    for path in headers():
        for sentence in sentences(path.read_text()):
            if sentence.startswith("fovea: ") and flat(sentence) not in promised:
                yield f"{name(path)}: no case of tests/compile_fail expects '{sentence}'"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("case", nargs="*", help="a part of a case's file name; all cases if none is given")
    options = parser.parse_args()
    cases = sorted((ROOT / "tests" / "compile_fail").glob("*.cpp"))
    cases = [c for c in cases if not options.case or any(part in c.name for part in options.case)]
    with tempfile.TemporaryDirectory() as folder:
        first = precompiled(options.compiler, FLAGS, HEADER, folder)
        faults = sum(in_parallel(cases, lambda case: faults_of(options.compiler, case, first)), [])
    if not options.case:
        faults += unpromised(cases)
    return report("compile_fail", faults, f"{len(cases)} cases with {options.compiler}")


if __name__ == "__main__":
    sys.exit(main())
