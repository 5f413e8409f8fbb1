"""Runs compilers for the checks: several at a time, each without writing an object file."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tree import ROOT

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
HEADER_WARNINGS = [*WARNINGS, "-Wsign-conversion"]  # users have more of them than our tests


def standard_flag(compiler, standard):
    """-std=c++20; for 23 the spelling that clang 14 knows too."""
    return {"20": "-std=c++20", "23": "-std=c++2b"}[str(standard)]


def compiler_says(compiler, arguments, source):
    """Runs the compiler, `source` being text for its standard input. Returns (succeeded, what it said)."""
    command = [compiler, "-fdiagnostics-color=never", *map(str, arguments), f"-I{ROOT / 'include'}"]
    if source is not None:
        command += ["-x", "c++", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode == 0, done.stderr


def syntax_only(compiler, arguments, source=None):
    """Parses and instantiates."""
    return compiler_says(compiler, ["-fsyntax-only", *arguments], source)


def precompiled(compiler, arguments, header, folder):
    """The arguments by which sources that include `header` first take it precompiled into `folder`."""
    made = Path(folder) / f"{header}.gch"
    made.parent.mkdir(parents=True)
    succeeded, said = compiler_says(compiler, [*arguments, "-x", "c++-header", ROOT / "include" / header, "-o", made],
                                    None)
    if not succeeded:
        raise SystemExit(f"{header} does not compile:\n{said[:2000]}")
    is_clang = "clang" in subprocess.run([compiler, "--version"], capture_output=True, text=True).stdout
    return ["-include-pch", made] if is_clang else [f"-I{folder}"]


def code(compiler, arguments, source=None):
    """Compiles down to instructions, which finds what the target lacks; keeps nothing."""
    return compiler_says(compiler, ["-S", "-o", "/dev/null", *arguments], source)


def in_parallel(jobs, work):
    """[work(job) for job in jobs], on every core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, jobs))
