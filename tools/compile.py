"""Runs compilers for the checks: several at a time, each without writing an object file."""

import os
import subprocess
from concurrent.futures import ThreadPoolExecutor

from tree import ROOT

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wshadow", "-Werror"]
HEADER_WARNINGS = [*WARNINGS, "-Wsign-conversion"]  # users have more of them than our tests


def standard_flag(compiler, standard):
    """-std=c++20; for 23 the spelling that clang 14 knows too."""
    return {"20": "-std=c++20", "23": "-std=c++2b"}[str(standard)]


def compiler_says(compiler, arguments, source):
    """Runs the compiler, `source` being text for its standard input. Returns (succeeded, what it said)."""
    command = [compiler, "-fdiagnostics-color=never", f"-I{ROOT / 'include'}", *map(str, arguments)]
    if source is not None:
        command += ["-x", "c++", "-"]
    done = subprocess.run(command, input=source, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode == 0, done.stderr


def syntax_only(compiler, arguments, source=None):
    """Parses and instantiates."""
    return compiler_says(compiler, ["-fsyntax-only", *arguments], source)


def code(compiler, arguments, source=None):
    """Compiles down to instructions, which finds what the target lacks; keeps nothing."""
    return compiler_says(compiler, ["-S", "-o", "/dev/null", *arguments], source)


def in_parallel(jobs, work):
    """[work(job) for job in jobs], on every core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(work, jobs))
