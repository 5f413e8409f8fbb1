#!/usr/bin/env python3
"""Everything that needs a GPU, in steps, inside nine minutes: ./run gpu FOLDER.

Needs nvcc, CMake, Ninja, a C++ compiler and Python with PyTorch, and no package registry: Boost, Catch2 and
nlohmann/json come from the folder that `./run gpu --pack` makes, or from the system. Each step has a time limit of its
own, writes FOLDER/<step>.json when it ends and a line of FOLDER/summary.md, so that one which fails or hangs loses
nothing of the others. The exit status is 0 when there is a GPU and no step failed.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from pack_gpu import PACKED
from tree import ROOT

BUDGET = 530  # seconds in all
BUILD = ROOT / "build" / "gpu"
TAIL = 6000   # characters of a program's output that are kept


def ask(command, limit, **more):
    """Runs a command in the repository's root, its children with it: what it said, and how it ended."""
    start = time.monotonic()
    try:
        process = subprocess.Popen([str(c) for c in command], cwd=ROOT, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, errors="replace", start_new_session=True,
                                   **more)
    except OSError as error:
        return {"command": " ".join(map(str, command)), "exit": -1, "seconds": 0, "output": str(error)}
    try:
        said, _ = process.communicate(timeout=max(limit, 1))
        late = False
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        said, _ = process.communicate()
        late = True
    return {"command": " ".join(map(str, command)), "exit": process.returncode, "timed_out": late,
            "seconds": round(time.monotonic() - start, 2), "output": said[-TAIL:]}


def passed(outcome):
    return outcome["exit"] == 0


def programs(folder, pattern):
    """The executables of the build whose names match, in order."""
    return sorted(p for p in (BUILD / folder).glob(pattern) if p.is_file() and os.access(p, os.X_OK))


def counted(outcome):
    """What Catch2 counted, in a few words."""
    found = re.search(r"All tests passed \((.*)\)|test cases: .*|\d+% tests passed.*", outcome["output"])
    return (found[1] or found[0]) if found else f"exit status {outcome['exit']}"


class Session:
    def __init__(self, folder):
        self.folder, self.start, self.steps, self.device = folder, time.monotonic(), [], None
        folder.mkdir(parents=True, exist_ok=True)

    def left(self):
        return BUDGET - (time.monotonic() - self.start)

    def step(self, name, limit, work):
        """work(seconds) -> (result, data, lines): runs it, records it."""
        print(f"\n== {name}: at most {limit} s", flush=True)
        start = time.monotonic()
        try:
            allowed = min(limit, self.left())
            result, data, lines = work(allowed) if allowed > 5 else ("skipped", {}, ["no time was left for it"])
        except Exception as error:  # whatever a step does, the next ones run
            result, data, lines = "failed", {"error": repr(error)}, [f"the step itself broke: {error!r}"]
        step = {"step": name, "result": result, "seconds": round(time.monotonic() - start, 1), "lines": lines}
        self.steps.append(step)
        (self.folder / f"{name}.json").write_text(json.dumps({**step, **data}, indent=1) + "\n")
        self.summarise()
        for line in lines:
            print(f"   {line}")
        print(f"-- {name}: {result} after {step['seconds']} s", flush=True)

    def summarise(self):
        text = [f"# {(self.device or {}).get('name', 'no GPU')}", ""]
        for s in self.steps:
            text += [f"## {s['step']}: {s['result']}, {s['seconds']} s", "", *[f"- {line}" for line in s["lines"]], ""]
        text.append(f"{time.monotonic() - self.start:.0f} s in all, of at most {BUDGET}.")
        (self.folder / "summary.md").write_text("\n".join(text) + "\n")

    # ---- the steps ----

    def about(self, limit):
        fields = ("name", "compute_cap", "driver_version", "memory.total", "clocks.max.sm", "power.limit")
        asked = ask(["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader"], 20)
        if passed(asked) and asked["output"].strip():
            self.device = dict(zip(fields, asked["output"].splitlines()[0].split(", ")))
        torch = ask([sys.executable, "-c", "import torch; print(torch.__version__, torch.version.cuda)"], limit)
        commit = ask(["git", "rev-parse", "--short", "HEAD"], 5)
        packed = PACKED / "commit"
        data = {"device": self.device, "torch": torch["output"].strip() if passed(torch) else None,
                "nvcc": ask([nvcc(), "--version"], 10)["output"].strip().splitlines()[-1:],
                "host_compiler": ask(["c++", "--version"], 10)["output"].splitlines()[:1], "cores": os.cpu_count(),
                "commit": commit["output"].strip() if passed(commit)
                else packed.read_text().strip() if packed.is_file() else "unknown"}
        if not self.device:
            return "failed", data, ["there is no GPU here: what follows is built and not run"]
        lines = [", ".join(f"{k} {v}" for k, v in self.device.items()), f"PyTorch {data['torch']}",
                 f"commit {data['commit']}"]
        return "passed", data, lines

    def architecture(self):
        capability = (self.device or {}).get("compute_cap", "9.0").replace(".", "")
        return capability + "a" if int(capability) >= 90 else capability

    def build(self, limit):
        configure = ["cmake", "--preset", "gpu", f"-DCMAKE_CUDA_ARCHITECTURES={self.architecture()}",
                     f"-DCMAKE_CUDA_COMPILER={nvcc()}"]
        if PACKED.is_dir():
            configure += [f"-DCMAKE_PREFIX_PATH={PACKED}", f"-DBoost_INCLUDE_DIR={PACKED / 'include'}"]
        configured = ask(configure, limit)
        if not passed(configured):
            return "failed", {"configure": configured}, [last_line(configured, "CMake Error")]
        # One program that does not compile costs only itself.
        built = ask(["cmake", "--build", BUILD, "--target", "gpu", "--parallel", os.cpu_count(), "--", "-k", "0"],
                    limit - configured["seconds"])
        names = [p.name for p in programs("tests/gpu", "test_gpu_*") + programs("bench/gpu", "bench_gpu_*")]
        lines = [f"sm_{self.architecture()}: {', '.join(names) or 'no program'}"]
        if not passed(built):
            lines.append("out of time" if built["timed_out"] else last_line(built, "error"))
        return "passed" if passed(built) else "failed", {"configure": configured, "build": built}, lines

    def each(self, commands, limit, what, **more):
        """Runs {name: command} one after the other, sharing the limit."""
        if not self.device:
            return "skipped", {}, ["there is no GPU"]
        if not commands:
            return "skipped", {}, [f"there is no {what}"]
        start, outcomes = time.monotonic(), {}
        for name, command in commands.items():
            left = limit - (time.monotonic() - start)
            late = {"exit": -1, "seconds": 0, "output": "no time left"}
            outcomes[name] = ask(command, left, **more) if left > 2 else late
        lines = [f"{name}: {counted(o)}, {o['seconds']} s" + (" (out of time)" if o.get("timed_out") else "")
                 for name, o in outcomes.items()]
        good = all(map(passed, outcomes.values()))
        return "passed" if good else "failed", {"outcomes": outcomes}, lines

    def conformance(self, limit):
        all_of_it = programs("tests/gpu", "test_gpu_conformance")
        return self.each({p.name: [p] for p in all_of_it}, limit, "conformance suite")

    def tests(self, limit):
        rest = [p for p in programs("tests/gpu", "test_gpu_*") if p.name != "test_gpu_conformance"]
        return self.each({p.name: [p] for p in rest}, limit, "kernel test (tests/gpu/*)")

    def examples(self, limit):
        """The examples, and what the ordinary suite has of CUDA: here they meet a device."""
        asked = ["ctest", "--test-dir", BUILD, "-R", "^cuda_|^example_.*_cuda$", "--output-on-failure"]
        return self.each({"ctest": asked}, limit, "example")

    def sanitizer(self, limit):
        tool = [beside_nvcc("compute-sanitizer"), "--error-exitcode", "9", "--print-limit", "20", "--tool"]
        commands = {f"{kind} {p.name}": [*tool, kind, p, "[sanitize]"]
                    for kind in ("memcheck", "racecheck") for p in programs("tests/gpu", "test_gpu_*")}
        return self.each(commands, limit, "program to sanitize", env={**os.environ, "FOVEA_ONE_PROCESS": "1"})

    def bench(self, limit):
        all_of_it = programs("bench/gpu", "bench_gpu_*")
        result, data, lines = self.each({p.name: [p, "--json", BUILD / f"{p.name}.json"] for p in all_of_it}, limit,
                                        "benchmark (bench/gpu/*.cu)")
        data["programs"] = {p.name: json.loads(file.read_text()) for p in all_of_it
                            if (file := BUILD / f"{p.name}.json").is_file()}
        return result, data, lines

    def peers(self, limit):
        if not self.device:
            return "skipped", {}, ["there is no GPU"]
        written = BUILD / "peers.json"
        written.unlink(missing_ok=True)
        library = BUILD / "bench" / "gpu" / "libfovea_gpu.so"
        asked = ask([sys.executable, "bench/gpu/compare.py", "--json", written, "--seconds", int(limit - 5),
                     *(["--library", library] if library.is_file() else [])], limit,
                    env={**os.environ, "TORCHINDUCTOR_CACHE_DIR": str(BUILD / "inductor")})
        data = json.loads(written.read_text()) if written.is_file() else {}
        lines = data.get("summary", []) or [last_line(asked, "")]
        return "passed" if passed(asked) and data else "failed", {"asked": asked, **data}, lines


def nvcc():
    """The compiler's name or path: CUDACXX, PATH, CUDA_HOME, the usual place."""
    if "CUDACXX" in os.environ:
        return os.environ["CUDACXX"]
    folders = os.environ.get("PATH", "").split(":") + [f"{os.environ.get('CUDA_HOME', '/usr/local/cuda')}/bin"]
    return next((f"{f}/nvcc" for f in folders if os.access(f"{f}/nvcc", os.X_OK)), "nvcc")


def beside_nvcc(tool):
    """A tool of the toolkit: on the PATH, or where the toolkit keeps it."""
    toolkit = Path(shutil.which(nvcc()) or "/usr/local/cuda/bin/nvcc").resolve().parents[1]
    places = [toolkit / "bin" / tool, toolkit / tool / tool]
    return shutil.which(tool) or next((str(p) for p in places if os.access(p, os.X_OK)), tool)


def last_line(outcome, mark):
    lines = [line for line in outcome["output"].splitlines() if mark in line and line.strip()]
    return lines[-1].strip()[:300] if lines else f"exit status {outcome['exit']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the results go")
    parser.add_argument("--only", action="append", help="a step to run; `about` and `build` always run")
    options = parser.parse_args()
    session = Session(options.folder.resolve())
    limits = {"about": 40, "build": 240, "conformance": 60, "tests": 120, "examples": 30, "sanitizer": 110,
              "bench": 120, "peers": 180}
    for name, limit in limits.items():
        if name in ("about", "build") or not options.only or name in options.only:
            session.step(name, limit, getattr(session, name))
    print(f"\n{session.folder / 'summary.md'}")
    return 1 if any(s["result"] == "failed" for s in session.steps) else 0


if __name__ == "__main__":
    sys.exit(main())
