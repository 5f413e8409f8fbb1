#!/usr/bin/env python3
"""Which room of include/fovea may include which: its own, any lower level, and what is listed as a neighbour.

Also: .hpp never includes .cuh, an engine never includes another, only meta/ sees Boost, and what every user includes,
fovea.hpp and fovea.cuh, reaches the small headers of the standard library alone.
"""

import re
import sys

from tree import INCLUDE, headers, name, report

#   room              level  neighbours on the same level that it may include
ROOMS = {
    "base":             (0, ()),
    "meta":             (1, ()),
    "dtype":            (1, ("meta",)),
    "machine":          (1, ("meta", "dtype")),
    "tensor":           (2, ()),
    "tile":             (2, ("tensor",)),
    "expr":             (3, ()),
    "mask":             (3, ("expr",)),
    "score":            (3, ("expr", "mask")),
    "softmax":          (3, ()),
    "attend":           (4, ()),
    "plan":             (5, ()),
    "engine/cpu":       (6, ()),
    "engine/reference": (6, ()),
    "engine/sm80":      (6, ()),
    "engine/sm90":      (6, ()),
    "launch":           (7, ()),
    "":                 (8, ("",)),  # the umbrella headers
}

# <string> or <iterator> would double what including fovea.hpp costs, <span> or <numeric> would add a third.
UMBRELLAS = ("fovea.hpp", "fovea.cuh")
SMALL = {"bit", "cerrno", "concepts", "cstddef", "cstdint", "cstdio", "cstring", "exception", "initializer_list",
         "limits", "new", "type_traits", "utility"}

INCLUDES = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]', re.M)


def room_of(path):
    """The longest room that the path lies in: machine/simd/x.hpp is in machine; None where no room matches."""
    folder = path.rpartition("/")[0]
    while folder and folder not in ROOMS:
        folder = folder.rpartition("/")[0]
    return None if not folder and "/" in path else folder


def fault(header, included):
    """Why `header` may not include `included` (both relative to include/fovea), or None."""
    here, there = room_of(header), room_of(included)
    if there is None:
        return "which lies in no room of tools/check_layers.py"
    if header.endswith(".hpp") and included.endswith(".cuh"):
        return "but .hpp must compile without CUDA"
    if here == there:
        return None
    level, neighbours = ROOMS[here]
    if ROOMS[there][0] < level or there in neighbours:
        return None
    return f"but '{here}' (level {level}) may not see '{there}' (level {ROOMS[there][0]})"


def reached_from(umbrella, texts):
    """The headers that an umbrella header includes, by whatever way; itself first."""
    found = [umbrella]
    for header in found:
        ours = (i.removeprefix("fovea/") for i in INCLUDES.findall(texts[header]) if i.startswith("fovea/"))
        found += {*ours} - {*found}
    return found


def large_includes(texts):
    """Headers of the standard library that fovea.hpp or fovea.cuh reaches and that are not small."""
    large = {}
    for umbrella in UMBRELLAS:
        for header in reached_from(umbrella, texts):
            for included in INCLUDES.findall(texts[header]):
                if re.fullmatch(r"[a-z_]+", included) and included not in SMALL:
                    large[header, included] = f"which {umbrella} reaches and everyone would wait for"
    return [f"include/fovea/{header}: includes <{included}>, {why}" for (header, included), why in large.items()]


def main():
    faults = large_includes({str(path.relative_to(INCLUDE)): path.read_text() for path in headers()})
    for path in headers():
        header = str(path.relative_to(INCLUDE))
        if room_of(header) is None:
            faults.append(f"{name(path)} lies in no room of tools/check_layers.py")
            continue
        text = path.read_text()
        for match in INCLUDES.finditer(text):
            included = match[1]
            line = text.count("\n", 0, match.start(1)) + 1
            if included.startswith("fovea/"):
                why = fault(header, included.removeprefix("fovea/"))
                if why is None and not (INCLUDE / included.removeprefix("fovea/")).is_file():
                    why = "which does not exist"
            elif included.startswith("boost/"):
                why = None if room_of(header) == "meta" else "but only meta/ sees Boost"
            elif '"' in match[0]:
                why = 'but headers name each other as <fovea/room/name.hpp>'
            else:
                why = None
            if why:
                faults.append(f"{name(path)}:{line}: includes {included}, {why}")
    return report("layers", faults, f"{len(headers())} headers")


if __name__ == "__main__":
    sys.exit(main())
