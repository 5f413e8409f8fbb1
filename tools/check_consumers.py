#!/usr/bin/env python3
"""Users' projects configure, build and run with what fovea gives them, and get no flag from it but the standard.

    check_consumers.py --prefix FOLDER                      # this CMake, the default compiler
    check_consumers.py --cmake '3.23.*' --cmake '4.*'       # CMakes from PyPI, in virtual environments under build/

The projects are tests/shape/consumers/; without --prefix the library is installed first.
"""

import argparse
import itertools
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from compile import in_parallel
from tree import ROOT, headers, name, report

CONSUMERS = ROOT / "tests" / "shape" / "consumers"
WAYS = ("find_package", "add_subdirectory", "fetch_content")
OWN_SYMBOL = re.compile(r"5fovea(?!(?:\d+v\d+_\d+)?5errorE?(?:D[012]|4what|C[12]|E?$))")  # see exported_symbols


class Failed(Exception):
    pass


def run(*command, **options):
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          **options)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, command[:3]))} ... fails:\n{done.stdout[-2000:]}")
    return done.stdout


def cmake_from_pypi(version):
    """The program of the Python package cmake; raises Failed where it cannot be had."""
    folder = ROOT / "build" / "tools" / f"cmake-{version.rstrip('.*')}"
    if not (folder / "bin" / "cmake").exists():
        venv.create(folder, with_pip=True, clear=True)
        run(folder / "bin" / "pip", "install", "--quiet", f"cmake=={version}")
    return folder / "bin" / "cmake"


def unexpected_flags(command):
    """The flags of a compile command that neither CMake nor C++20 asks for."""
    allowed = ("-I", "-D", "-o", "-c", "-isystem", "-MD", "-MT", "-MF", "-fPIC", "-O3", "-DNDEBUG")
    standards = ("-std=gnu++20", "-std=c++20", "-std=gnu++2a", "-std=c++2a")
    words = shlex.split(command)
    flags = [word for word in words[1:] if word.startswith("-")]
    found = [flag for flag in flags if flag not in standards and not flag.startswith(allowed)]
    return found + [f"-D: {flag}" for flag in flags if flag.startswith("-DFOVEA")]


def exported_symbols(said):
    """The lines of nm that name something of fovea. What run throws is left out: it must be one type everywhere."""
    return [line for line in said.splitlines() if OWN_SYMBOL.search(line)]


class Consumer:
    """One project, configured in one way by one CMake for one compiler."""

    def __init__(self, options, cmake, compiler, project, way):
        self.options, self.cmake, self.compiler, self.project, self.way = options, cmake, compiler, project, way
        label = run(cmake, "--version").split()[2]
        self.text = f"{project} by {way}, CMake {label}, {Path(compiler).name}"
        self.folder = options.folder / self.text.replace(", ", "-").replace(" ", "-")

    def configure(self, *more):
        shutil.rmtree(self.folder, ignore_errors=True)
        said = run(self.cmake, "-S", CONSUMERS / self.project, "-B", self.folder, "-G", "Ninja",
                   f"-DCMAKE_CXX_COMPILER={self.compiler}", "-DCMAKE_BUILD_TYPE=Release",
                   "-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", f"-DCMAKE_PREFIX_PATH={self.options.prefix}",
                   f"-DWAY={self.way}", *([] if self.way == "find_package" else [f"-DFOVEA_SOURCES={ROOT}"]), *more)
        if "Warning" in said:
            raise Failed("CMake warns:\n" + said[said.index("Warning"):][:1000])

    def build(self):
        run(self.cmake, "--build", self.folder, env={**os.environ, "CCACHE_BASEDIR": str(self.folder)})
        for entry in json.loads((self.folder / "compile_commands.json").read_text()):
            extra = unexpected_flags(entry["command"]) if entry["file"].endswith(".cpp") else []
            if extra:
                raise Failed(f"{Path(entry['file']).name} is compiled with {' '.join(extra)}")

    def check(self):
        cuda = ["-DWITH_CUDA=ON", f"-DCMAKE_CUDA_COMPILER={self.options.nvcc}",
                f"-DCMAKE_CUDA_HOST_COMPILER={self.compiler}"]
        self.configure(*(cuda if self.project == "kernel" and self.options.nvcc else []))
        self.build()
        plugins = sorted(self.folder.glob("libplugin_*")) if self.project == "plugins" else []
        run(self.folder / self.project, *plugins)
        for plugin in plugins:
            found = exported_symbols(run("nm", "-D", "--defined-only", plugin))
            if found:
                raise Failed(f"{plugin.name} exports {len(found)} symbols of fovea, such as\n{found[0][:300]}")


def by_include_path(options, compiler):
    """No CMake: the headers in a folder, one compiler command. And no warning about a user's own classes."""
    program, project = options.folder / "by_include_path", CONSUMERS / "program"
    flags = ["-std=c++20", f"-I{options.prefix / 'include'}"]
    run(compiler, *flags, project / "program.cpp", "-o", program)
    run(program)
    run(compiler, *flags, "-Wall", "-Wextra", "-Werror", "-fsyntax-only", project / "members.cpp")


def missing_headers(prefix):
    """What the tree has and the installed package lacks, or the other way round."""
    faults = []
    for tree, installed in ((ROOT / "include" / "fovea", prefix / "include" / "fovea"),
                            (ROOT / "tests" / "simt", prefix / "include" / "fovea-simt" / "simt")):
        ours = {p.relative_to(tree) for p in tree.rglob("*") if p.is_file() and p.parent.name != "selftest"}
        theirs = {p.relative_to(installed) for p in installed.rglob("*") if p.is_file()}
        faults += [f"{name(tree / p)} is not installed" for p in sorted(ours - theirs)]
        faults += [f"{installed / p} is installed and not in the tree" for p in sorted(theirs - ours)]
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prefix", type=Path, help="where fovea is installed")
    parser.add_argument("--folder", type=Path, help="where the projects are built; a temporary folder without")
    parser.add_argument("--compiler", action="append", help="a C++ compiler; may be given again")
    parser.add_argument("--cmake", action="append", help="a version of CMake to take from PyPI; may be given again")
    parser.add_argument("--nvcc", default=shutil.which("nvcc"), help="compiles the kernel too; empty: do not")
    parser.add_argument("--project", action="append", choices=["program", "plugins", "kernel"])
    parser.add_argument("--way", action="append", choices=WAYS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        options.folder = (options.folder or Path(temporary)).resolve()
        options.folder.mkdir(parents=True, exist_ok=True)
        if not options.prefix:
            options.prefix = options.folder / "prefix"
            build = options.folder / "library"
            run("cmake", "-S", ROOT, "-B", build, "-DFOVEA_BUILD_TESTS=OFF", "-DFOVEA_BUILD_EXAMPLES=OFF")
            run("cmake", "--install", build, "--prefix", options.prefix)
        options.prefix = options.prefix.resolve()
        return check(options)


def fault_of(consumer):
    try:
        consumer.check()
    except Failed as fault:
        return f"{consumer.text}: {fault}"
    return None


def check(options):
    faults = missing_headers(options.prefix)
    cmakes = [cmake_from_pypi(version) for version in options.cmake or []] or [shutil.which("cmake")]
    compilers = options.compiler or ["g++"]
    for compiler in compilers:
        try:
            by_include_path(options, compiler)
        except Failed as fault:
            faults.append(f"program by -I, {compiler}: {fault}")
    # Every way for the program; the others differ in what they ask of the target, not in how they find it.
    consumers = [Consumer(options, cmake, compiler, project, way)
                 for cmake, compiler, project in itertools.product(cmakes, compilers,
                                                                   options.project or ["program", "plugins", "kernel"])
                 for way in options.way or (WAYS if project == "program" else WAYS[:1])]
    faults += [fault for fault in in_parallel(consumers, fault_of) if fault]
    return report("consumers", faults, f"{len(consumers)} projects, {len(headers())} installed headers")


if __name__ == "__main__":
    sys.exit(main())
