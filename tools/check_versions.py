#!/usr/bin/env python3
"""FOVEA_VERSION in base/config.hpp is the version; whatever else must name one names the same.

Also: what ConanCenter's folder repeats, since it is handed in by itself, is what the repository's own recipe runs.
"""

import json
import re
import sys

from tree import INCLUDE, ROOT, report

VERSION = re.search(r'^#define FOVEA_VERSION "(\d+\.\d+\.\d+)"$', (INCLUDE / "base" / "config.hpp").read_text(), re.M)
SHORT = r"find_package\(fovea (\d+\.\d+)"  # what users write: a minor version is compatible with itself alone

# path: the pattern whose every match must be the version, or its first two numbers
PLACES = {
    "packaging/conan-center/fovea/config.yml": r'^ +"(.*)":$',
    "packaging/conan-center/fovea/all/conandata.yml": r'^ +"(.*)":$|archive/v(.*)\.tar',
    "CHANGELOG.md": r"\A(?:.|\n)*?^## (?:Unreleased \()?(\d+\.\d+\.\d+)",
    "README.md": SHORT + r"|fovea/(\d+\.\d+\.\d+)",
    "docs/simt.md": SHORT,
    "test_package/CMakeLists.txt": SHORT,
    "tests/shape/consumers/find_fovea.cmake": SHORT,
}

CENTER = "packaging/conan-center/fovea/all"
REPEATED = ("test_package/test_package.cpp", "test_package/conanfile.py")


def disagreements(text, pattern, version):
    """What `pattern` finds in `text` that is another version, or a sentence where it finds nothing."""
    found = ["".join(match.groups(default="")) for match in re.finditer(pattern, text, re.M)]
    if not found:
        return ["none"]
    return [other for other in found if other not in (version, version.rpartition(".")[0])]


def main():
    if not VERSION:
        return report("versions", ["base/config.hpp defines no FOVEA_VERSION of three numbers"], "1 place")
    version, faults = VERSION[1], []
    for place, pattern in PLACES.items():
        for other in disagreements((ROOT / place).read_text(), pattern, version):
            faults.append(f"{place}: names version {other}, base/config.hpp {version}")
    port = json.loads((ROOT / "packaging" / "vcpkg" / "fovea" / "vcpkg.json").read_text())["version"]
    if port != version:
        faults.append(f"packaging/vcpkg/fovea/vcpkg.json: names version {port}, base/config.hpp {version}")
    for path in REPEATED:
        if (ROOT / path).read_text() != (ROOT / CENTER / path).read_text():
            faults.append(f"{CENTER}/{path}: differs from {path}; copy it")
    return report("versions", faults, f"{len(PLACES) + 1} places")


if __name__ == "__main__":
    sys.exit(main())
