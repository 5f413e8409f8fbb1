#!/usr/bin/env python3
"""Hardware is spelt in one room: intrinsics, their headers and assembly appear only in include/fovea/machine/.

base/config.hpp alone may ask which pass of nvcc it is in, for the macros.
"""

import re
import sys

from tree import INCLUDE, headers, name, report

HARDWARE = re.compile(
    r"\b_mm\d*_\w+|\b__m(?:64|128|256|512)\w*|\bv(?:ld|st)[1-4]q?_[fsu]\d+|\bfloat32x4_t\b"
    r"|<(?:[a-z]mm|imm|x86|arm_neon|arm_sve)\w*\.h>|\b(?:__)?asm(?:__)?\b\s*(?:volatile|__volatile__)?\s*\("
    r"|\b__builtin_ia32_\w+|\b__CUDA_ARCH__\b|\b__AVX\w+__\b|\b__(?:SSE|F16C|FMA|ARM_NEON)\w*__\b")
COMMENT = re.compile(r"//.*?$|/\*.*?\*/", re.S | re.M)


def without_comments(text):
    """The text with every comment blanked out, line for line."""
    return COMMENT.sub(lambda m: "\n" * m[0].count("\n"), text)


def main():
    faults = []
    rest = [p for p in headers() if p.relative_to(INCLUDE).parts[0] != "machine" and p.name != "config.hpp"]
    for path in rest:
        for number, line in enumerate(without_comments(path.read_text()).splitlines(), 1):
            found = HARDWARE.search(line)
            if found:
                faults.append(f"{name(path)}:{number}: '{found[0]}' belongs into include/fovea/machine/")
    return report("intrinsics", faults, f"{len(rest)} headers outside machine/")


if __name__ == "__main__":
    sys.exit(main())
