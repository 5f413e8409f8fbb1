"""The files of this repository, for the checks."""

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
INCLUDE = ROOT / "include" / "fovea"


def headers():
    """Every header, as a path, in order."""
    return sorted(p for p in INCLUDE.rglob("*") if p.suffix in (".hpp", ".cuh"))


def files(*patterns):
    """Every file that git tracks or would track, as a path; without git, all but what a build makes."""
    if shutil.which("git"):
        git = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "--", *patterns],
            capture_output=True, text=True)
        if git.returncode == 0:
            return sorted(p for p in {ROOT / name for name in git.stdout.splitlines()} if p.is_file())
    made = {".git", "build", ".venv", ".cache", "__pycache__"}
    everything = (p for p in ROOT.rglob("*") if p.is_file() and not made & set(p.relative_to(ROOT).parts))
    return sorted(p for p in everything if not patterns or any(p.match(pattern) for pattern in patterns))


def name(path):
    return str(path.relative_to(ROOT))


def report(what, faults, counted):
    """Prints the faults, or one line of success; returns the exit status."""
    for fault in faults:
        print(fault)
    print(f"{what}: {len(faults)} fault(s) in {counted}" if faults else f"{what}: {counted} in order")
    return 1 if faults else 0


if __name__ == "__main__":  # tree.py PATTERN...: their paths, separated by NUL, for xargs -0
    sys.stdout.write("".join(f"{path}\0" for path in files(*sys.argv[1:])))
