#!/usr/bin/env python3
"""Every block of code in README.md and docs/ does what it shows.

A ```cpp block that holds `main` is compiled as it stands and must run and return 0; a picture that it writes must be
the one in docs/pictures/. Any other ```cpp block is a fragment: it compiles inside a function that has q, k, v, o, l
and the usual namespaces. A ```cmake block, with the first program of its file, must configure, build and run. A
literalinclude quotes a file that CTest compiles, between lines that are there. Every named mask and score of
include/fovea/ has its place in docs/gallery/.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

import quoted
from check_public import declarations
from compile import in_parallel
from tree import INCLUDE, ROOT, files, name, report

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
QUOTE = re.compile(r"^```\{literalinclude\} (\S+)\n(.*?)^```", re.M | re.S)
COMPILED = ("examples/", "docs/snippets/", "docs/gallery/", "docs/coming_from/", "tests/")
VARIANTS_LEAST = 25
PICTURES = ROOT / "docs" / "pictures"

FRAGMENT = """
#include <fovea/describe.hpp>
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>
#include <fovea/tile_map.hpp>
#include <cstdio>
#include <vector>
namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;
int main() {
    const fv::index batches = 1, length = 8, heads = 2;
    std::vector<float> data(batches * length * heads * 64), o_data(data), l_data(batches * length * heads);
    std::vector<float> h_data(l_data), slopes{0.5f, 0.25f}, biases(256);
    [[maybe_unused]] float *q_ptr = data.data(), *k_ptr = q_ptr, *v_ptr = q_ptr, *o_ptr = o_data.data();
    auto axes = fv::bshd(batches, length, heads, 64_c);
    auto q = fv::tensor(data.data(), axes), k = q, v = q, o = fv::tensor(o_data.data(), axes);
    auto l = fv::tensor(l_data.data(), fv::bhs(batches, heads, length));
    auto h = fv::tensor(h_data.data(), fv::bhs(batches, heads, length));
    static_cast<void>(k), static_cast<void>(v), static_cast<void>(o), static_cast<void>(l), static_cast<void>(h);
    {
%s
    }
}
"""

PROJECT = """cmake_minimum_required(VERSION 3.23)
project(program LANGUAGES CXX)
add_executable(program program.cpp)
%s
"""


def run(command, folder):
    """(succeeded, what it said)"""
    done = subprocess.run(list(map(str, command)), cwd=folder, capture_output=True, text=True)
    return done.returncode == 0, (done.stderr + done.stdout)[:1500]


def cpp_fault(options, where, code):
    """What is wrong with one block of C++, or None."""
    program = "int main" in code
    with tempfile.TemporaryDirectory() as folder:
        source, binary = Path(folder) / "program.cpp", Path(folder) / "program"
        source.write_text(code if program else FRAGMENT % code)
        flags = ["-std=c++20", "-O1", "-pthread", f"-I{ROOT / 'include'}", f"-I{ROOT / 'tests'}"]
        built, said = run([options.compiler, *flags, source, "-o", binary], folder)
        if not built:
            return f"{where}: does not compile:\n{said}"
        if not program:
            return None
        ran, said = run([binary], folder)
        if not ran:
            return f"{where}: returns an error:\n{said}"
        for picture in Path(folder).glob("*.svg"):
            kept = PICTURES / picture.name
            if options.draw:
                shutil.copy(picture, kept)
            elif not kept.is_file() or kept.read_text() != picture.read_text():
                return f"{where}: draws another {picture.name} than docs/pictures/ holds; run check_docs.py --draw"
    return None


def cmake_fault(options, where, code, program):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "program.cpp").write_text(program)
        (Path(folder) / "CMakeLists.txt").write_text(PROJECT % code)
        (Path(folder) / "third_party").mkdir()
        (Path(folder) / "third_party" / "fovea").symlink_to(ROOT)
        for command in (["cmake", "-S", ".", "-B", "build", f"-DCMAKE_CXX_COMPILER={options.compiler}",
                         f"-DCMAKE_PREFIX_PATH={options.prefix}", f"-DFETCHCONTENT_SOURCE_DIR_FOVEA={ROOT}"],
                        ["cmake", "--build", "build"], ["build/program"]):
            succeeded, said = run(command, folder)
            if not succeeded:
                return f"{where}: {command[0]} fails:\n{said}"
    return None


def quote_fault(page, quote):
    """What is wrong with one literalinclude, or None."""
    source = (page.parent / quote[1]).resolve()
    where = f"{name(page)}: {quote[1]}"
    if not source.is_file():
        return f"{where} does not exist"
    if not name(source).startswith(COMPILED):
        return f"{where} is not among what CTest compiles: {' '.join(COMPILED)}"
    text, at = source.read_text(), 0
    for option, marker in re.findall(r'^:(start-after|start-at|end-before|end-at): "(.*)"$', quote[2], re.M):
        found = re.search(rf"^.*{re.escape(marker)}" + ("$" if "shown: " in marker or "end: " in marker else ""),
                          text[at:], re.M)
        if not found:
            return f"{where} has no line with '{marker}'" + (" after the one before" if at else "")
        at += found.end()
    return None


def missing_from_gallery(variants):
    """The named masks and scores that no variant of the gallery shows."""
    shown = " ".join(v.code for v in variants)
    for room in ("mask", "score"):
        for header in sorted((INCLUDE / room).glob("*.hpp")):
            public = set(quoted.public_names().get(f"{room}/{header.name}", []))
            for declared in {d.name for d in declarations(header.read_text())} & public:
                if not re.search(rf"\bfv::{declared}\b", shown):
                    yield f"docs/gallery: no variant shows {declared} of {room}/{header.name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compiler", default="g++")
    parser.add_argument("--prefix", help="where fovea is installed; without it, blocks with find_package are left out")
    parser.add_argument("--draw", action="store_true", help="keep the pictures that the blocks draw")
    options = parser.parse_args()

    jobs = []
    for path in files("README.md", "docs/*.md"):
        text = path.read_text()
        blocks = [(f"{name(path)}:{text.count(chr(10), 0, m.start()) + 1}", m[1], m[2]) for m in BLOCK.finditer(text)]
        programs = [code for _, language, code in blocks if language == "cpp" and "int main" in code]
        for where, language, code in blocks:
            if language == "cpp":
                jobs.append(partial(cpp_fault, options, where, code))
            elif language == "cmake" and (options.prefix or "find_package" not in code):
                jobs.append(partial(cmake_fault, options, where, code, programs[0]))
    faults = [fault for fault in in_parallel(jobs, lambda job: job()) if fault]
    quotes = [(page, quote) for page in files("docs/*.md") for quote in QUOTE.finditer(page.read_text())]
    faults += [fault for page, quote in quotes if (fault := quote_fault(page, quote))]
    variants = quoted.variants()
    faults += missing_from_gallery(variants)
    if len(variants) < VARIANTS_LEAST:
        faults.append(f"docs/gallery: {len(variants)} variants, at least {VARIANTS_LEAST}")
    return report("docs", faults, f"{len(jobs)} blocks of code with {options.compiler}, {len(quotes)} quotations, "
                  f"{len(variants)} variants of the gallery")


if __name__ == "__main__":
    sys.exit(main())
