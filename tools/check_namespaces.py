#!/usr/bin/env python3
"""Every header opens its namespace as its room asks: versioned everywhere, hidden where engines are instantiated.

    namespace fovea::inline v0_1 {                              the language; the version is FOVEA_VERSION's
    } // namespace fovea::inline v0_1

    namespace [[gnu::visibility("hidden")]] fovea {             docs/public_interface.md, Symbols
    inline namespace v0_1 {
    } // namespace v0_1
    } // namespace fovea

    namespace fovea::inline v0_1::sm80 {                        engines that share names with a sibling; hidden by hand

With --write (./run format) headers that differ are rewritten.
"""

import argparse
import re
import sys

from check_versions import VERSION
from tree import INCLUDE, headers, name, report

HIDDEN_ROOMS = ("attend", "engine", "launch", "machine", "plan", "softmax")
HIDDEN_ALSO = ("base/spell.hpp",
               *(f"expr/{name}.hpp" for name in ("bind", "bind_run", "find", "rescale", "same", "text")))
# What users keep in classes of their own, and what is a template argument by value.
VISIBLE = ("engine/cpu/engine.hpp", "engine/cpu/executor.hpp", "engine/cpu/shape.hpp", "launch/cuda.cuh",
           "launch/cuda_decode.cuh", "launch/schedule.cuh", "machine/tensor_map.hpp", "plan/workspace.hpp")

# Rooms with a namespace of their own.
OWN = {"engine/sm80/": "sm80"}

OPENING = re.compile(r'^namespace (?:\[\[gnu::visibility\("hidden"\)\]\] )?fovea(?:::inline v\w+)?(?:::\w+)? \{\n'
                     r"(?:inline namespace v\w+ \{\n)?", re.M)
CLOSING = re.compile(r"^(?:\} // namespace v\w+\n)?\} // namespace fovea(?:::inline v\w+)?(?:::\w+)?$", re.M)


def forms(header, version):
    """(opening, closing) of the namespace in `header`, a path below include/fovea."""
    inline = "v" + "_".join(version.split(".")[:2])
    for room, own in OWN.items():
        if header.startswith(room):
            return f"namespace fovea::inline {inline}::{own} {{\n", f"}} // namespace fovea::inline {inline}::{own}"
    hidden = header.startswith(tuple(f"{room}/" for room in HIDDEN_ROOMS)) or header in HIDDEN_ALSO
    if hidden and header not in VISIBLE:
        return (f'namespace [[gnu::visibility("hidden")]] fovea {{\ninline namespace {inline} {{\n',
                f"}} // namespace {inline}\n}} // namespace fovea")
    return f"namespace fovea::inline {inline} {{\n", f"}} // namespace fovea::inline {inline}"


def in_order(header, text, version):
    """The text of a header as it should be."""
    opening, closing = forms(header, version)
    return CLOSING.sub(lambda _: closing, OPENING.sub(lambda _: opening, text))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="put what differs in order")
    options = parser.parse_args()
    faults = []
    for path in headers():
        text = path.read_text()
        header = str(path.relative_to(INCLUDE))
        wanted = in_order(header, text, VERSION[1])
        if wanted != text and options.write:
            path.write_text(wanted)
        elif wanted != text:
            faults.append(f"{name(path)}: opens its namespace otherwise than its room; run ./run format")
    return report("namespaces", faults, f"{len(headers())} headers")


if __name__ == "__main__":
    sys.exit(main())
