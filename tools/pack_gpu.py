#!/usr/bin/env python3
"""Packs what ./run gpu needs beyond the repository into the folder packed/: headers of Boost, Catch2 and nlohmann/json.

The folder is ignored by git and travels with a copy of the tree to a machine that has a GPU and no package registry.
There CMake finds it through CMAKE_PREFIX_PATH; without it, what the system has is taken.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tree import INCLUDE, ROOT, headers

PACKED = ROOT / "packed"
SYSTEM = Path(os.environ.get("FOVEA_SYSTEM_INCLUDE", "/usr/include"))
WHOLE = ("boost/config", "boost/predef")  # what they include depends on the compiler

CATCH2 = """# Catch2's single header, and a library of its main function.
if(NOT TARGET Catch2::Catch2WithMain)
    add_library(packed_catch2 STATIC ${CMAKE_CURRENT_LIST_DIR}/main.cpp)
    target_include_directories(packed_catch2 SYSTEM PUBLIC ${CMAKE_CURRENT_LIST_DIR}/../../../include)
    add_library(Catch2::Catch2WithMain ALIAS packed_catch2)
endif()
"""
JSON = """if(NOT TARGET nlohmann_json::nlohmann_json)
    add_library(nlohmann_json::nlohmann_json INTERFACE IMPORTED)
    target_include_directories(nlohmann_json::nlohmann_json SYSTEM INTERFACE ${CMAKE_CURRENT_LIST_DIR}/../../../include)
endif()
"""


def boost_headers():
    """Every header of Boost that some header of ours reads, as paths relative to the system's folder."""
    text = "#include <boost/version.hpp>\n" + "".join(
        f"#include <fovea/{p.relative_to(INCLUDE)}>\n" for p in headers() if p.suffix == ".hpp")
    done = subprocess.run(["c++", "-std=c++20", "-M", f"-I{ROOT / 'include'}", f"-I{SYSTEM}", "-x", "c++", "-"],
                          input=text, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the headers do not compile:\n{done.stderr[:1000]}")
    named = {Path(p).resolve() for p in re.findall(r"\S+/boost/\S+", done.stdout)}
    return {p.relative_to(SYSTEM) for p in named if p.is_relative_to(SYSTEM)} | {
        p.relative_to(SYSTEM) for folder in WHOLE for p in (SYSTEM / folder).rglob("*.hpp")}


def keep(relative):
    to = PACKED / "include" / relative
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(SYSTEM / relative, to)


def write(relative, text):
    to = PACKED / relative
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(text)


def main():
    missing = [p for p in ("boost/version.hpp", "catch2/catch.hpp", "nlohmann/json.hpp") if not (SYSTEM / p).is_file()]
    if missing:
        sys.exit(f"not in {SYSTEM}: {' '.join(missing)}; "
                 "on Debian: apt-get install libboost-dev catch2 nlohmann-json3-dev")
    shutil.rmtree(PACKED, ignore_errors=True)
    for relative in sorted(boost_headers()):
        keep(relative)
    for folder in ("catch2", "nlohmann"):
        shutil.copytree(SYSTEM / folder, PACKED / "include" / folder)
    write("share/cmake/Catch2/Catch2Config.cmake", CATCH2)
    write("share/cmake/Catch2/main.cpp", "#define CATCH_CONFIG_MAIN\n#include <catch2/catch.hpp>\n")
    write("share/cmake/nlohmann_json/nlohmann_jsonConfig.cmake", JSON)
    commit = subprocess.run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True)
    write("commit", commit.stdout or "unknown\n")
    size = sum(p.stat().st_size for p in PACKED.rglob("*") if p.is_file())
    print(f"{PACKED.name}/: {sum(p.is_file() for p in PACKED.rglob('*'))} files, {size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
