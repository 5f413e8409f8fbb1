#!/usr/bin/env python3
"""No file names a path of one machine or a registry's host: the repository must mean the same everywhere."""

import re
import sys

from tree import files, name, report

# Bracketed letters keep this file from matching itself.
FORBIDDEN = re.compile(
    r"/wor[k]/|/far[m]/|/roo[t]/|/home/[a-z]|\.librar[y]\b|pypi[.]org|deb[.]debian|registry[.]npm|files[.]pythonhosted"
    r"|farm-benc[h]|farm-studi[o]|\bsubagen[t]")


def main():
    faults = []
    everything = files()
    for path in everything:
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = FORBIDDEN.search(line)
            if found:
                faults.append(f"{name(path)}:{number}: names '{found[0]}'")
    return report("names", faults, f"{len(everything)} files")


if __name__ == "__main__":
    sys.exit(main())
