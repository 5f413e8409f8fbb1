#!/usr/bin/env python3
"""The rules of form that a script can see: macros, template parameter lists, sentences in plain ASCII."""

import re
import sys

from check_intrinsics import without_comments
from tree import INCLUDE, headers, name, report

MACROS_MOST = 8
MACRO_HOME = "base/config.hpp"
PARAMETERS_MOST = 4  # of a template in the rooms that users name things from
PUBLIC_ROOMS = ("", "tensor", "expr", "mask", "score", "launch")

DEFINE = re.compile(r"^\s*#\s*define\s+(\w+)", re.M)
UNDEFINE = re.compile(r"^\s*#\s*undef\s+(\w+)", re.M)
TABLES = "machine/ptx/"  # tables of instructions may be made by macros that end with their file
TEMPLATE = re.compile(r"\btemplate\s*<")
NAMED_BOOL = re.compile(r"^(?:const\s+)?bool\b")


def parameters(text, start):
    """The parameters of the template list that opens just before `start`, split at its own commas."""
    angles, rounds, begin, found = 1, 0, start, []
    for i in range(start, len(text)):
        character = text[i]
        rounds += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(character, 0)
        if rounds == 0 and text[i - 1] != "-":
            angles += {"<": 1, ">": -1}.get(character, 0)
        if angles == 0 or (angles == 1 and rounds == 0 and character == ","):
            found.append(text[begin:i].strip())
            begin = i + 1
        if angles == 0:
            break
    return [p for p in found if p]


def main():
    faults, macros = [], []
    for path in headers():
        text = without_comments(path.read_text())
        here = str(path.relative_to(INCLUDE))

        def at(position):
            return f"{name(path)}:{text.count(chr(10), 0, position) + 1}"

        ended = set(UNDEFINE.findall(text)) if here.startswith(TABLES) else set()
        for match in DEFINE.finditer(text):
            if match[1] in ended and match[1].startswith("FOVEA_"):
                continue
            macros.append(match[1])
            if here != MACRO_HOME or not match[1].startswith("FOVEA_"):
                faults.append(f"{at(match.start(1))}: defines {match[1]}; macros are FOVEA_... in {MACRO_HOME}")
        for match in TEMPLATE.finditer(text):
            listed = parameters(text, match.end())
            if any(NAMED_BOOL.match(p) for p in listed):
                faults.append(f"{at(match.start())}: bool as a template parameter; name the cases with a type")
            if len(listed) > PARAMETERS_MOST and here.rpartition("/")[0] in PUBLIC_ROOMS:
                faults.append(f"{at(match.start())}: {len(listed)} template parameters, at most {PARAMETERS_MOST}")
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if '"' in line and not line.isascii():
                faults.append(f"{name(path)}:{number}: a sentence that is not plain ASCII")
    if len(set(macros)) > MACROS_MOST:
        listed = " ".join(sorted(set(macros)))
        faults.append(f"include/fovea: {len(set(macros))} macros, at most {MACROS_MOST}: {listed}")
    return report("form", faults, f"{len(headers())} headers, {len(set(macros))} macros")


if __name__ == "__main__":
    sys.exit(main())
