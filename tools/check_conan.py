#!/usr/bin/env python3
"""Both Conan recipes make a package that a program can use: the repository's own, and the one for ConanCenter.

Installs Conan from PyPI into a virtual environment under build/; says so and returns 77 where that cannot be done.
Boost is the system's, so that no ConanCenter is needed; the cache of Conan is one of its own, made anew.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

from tree import ROOT, files, report

SKIPPED = 77  # what CTest is told to read as "skipped"
VERSION = "2.*"
TOOLS = ROOT / "build" / "tools"
PACKAGING = ROOT / "packaging"
BOOST = "1.83.0"  # what the recipe for ConanCenter names


def conan_program():
    """Conan's path, or None with a sentence printed."""
    given = os.environ.get("FOVEA_CONAN") or shutil.which("conan")
    program = TOOLS / "conan" / "bin" / "conan"
    if given:
        return given
    if not program.exists():
        try:
            venv.create(TOOLS / "conan", with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            print("conan: skipped, this Python makes no virtual environments (on Debian: apt-get install python3-venv)")
            return None
        pip = subprocess.run([TOOLS / "conan" / "bin" / "pip", "install", "--quiet", f"conan=={VERSION}"],
                             capture_output=True, text=True)
        if pip.returncode:
            print(f"conan: skipped, PyPI gives no Conan here: {(pip.stderr.strip().splitlines() or ['?'])[-1]}")
            return None
    return program


class Cache:
    """A cache of Conan, in a folder."""

    def __init__(self, program, folder):
        self.program = program
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.environment = {**os.environ, "CONAN_HOME": str(folder)}
        if shutil.which("ccache"):
            self.environment.update(CMAKE_CXX_COMPILER_LAUNCHER="ccache", CMAKE_CUDA_COMPILER_LAUNCHER="ccache")

    def create(self, recipe, profile, *more):
        """What is wrong, or None."""
        command = [self.program, "create", recipe, "--no-remote", "--profile:all", profile, *more]
        done = subprocess.run(list(map(str, command)), env=self.environment, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        return f"conan create {recipe} fails:\n{done.stdout[-3000:]}" if done.returncode else None


def own_recipe(cache, copy):
    """conan create . in a copy of the tree, since a recipe leaves its test's build folder beside it."""
    for path in files("conanfile.py", "CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "tests/*", "test_package/*"):
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return cache.create(copy, PACKAGING / "conan" / "system_profile")


def conan_center(cache, folder):
    """The recipe in ConanCenter's layout; its archive is packed from this tree, its Boost the system's."""
    shutil.copytree(PACKAGING / "conan-center", folder)
    version = re.search(r'FOVEA_VERSION "(.*)"', (ROOT / "include/fovea/base/config.hpp").read_text())[1]
    archive = folder / f"fovea-{version}.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        for path in files("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "tests/*"):
            packed.add(path, f"fovea-{version}/{path.relative_to(ROOT)}")
    data = folder / "fovea" / "all" / "conandata.yml"
    data.write_text(f'sources:\n  "{version}":\n    url: "{archive.as_uri()}"\n'
                    f'    sha256: "{hashlib.sha256(archive.read_bytes()).hexdigest()}"\n')
    profile = folder / "profile"
    text = (PACKAGING / "conan" / "system_profile").read_text()
    profile.write_text(re.sub(r"\[platform_requires\]\n(.+\n)+", "", text))
    return (cache.create(PACKAGING / "conan" / "system_boost", profile, "--version", BOOST)
            or cache.create(folder / "fovea" / "all", profile, "--version", version))


def main():
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    program = conan_program()
    if not program:
        return 1 if os.environ.get("CI") else SKIPPED  # a build server skips nothing
    scratch = ROOT / "build" / "conan"
    shutil.rmtree(scratch, ignore_errors=True)
    recipes = [own_recipe(Cache(program, scratch / "own_cache"), scratch / "own"),
               conan_center(Cache(program, scratch / "center_cache"), scratch / "center")]
    return report("conan", [fault for fault in recipes if fault], f"{len(recipes)} recipes")


if __name__ == "__main__":
    sys.exit(main())
