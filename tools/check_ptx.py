#!/usr/bin/env python3
"""machine/ptx as nvcc and ptxas see it, without a GPU.

Every case of tests/gpu/conformance is compiled for each compute capability that its machine serves, with g++ and with
clang++ as the host compiler and once with --use_fast_math: no warning, no spill, no stack, no wgmma that ptxas had to
serialise (its warnings C75xx). Every function that a machine's concept names is used by some case. Loads of what
nothing writes leave their loop, and a kernel with 64 equal ones is as long as a kernel with one. The device looks for
a kernel's parameters where the host puts them. Headers for nvcc compile alone. Two shared objects cannot start each
other's kernels.

Where nvcc is not installed this says so and checks only what needs no compiler.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from compile import WARNINGS
from tree import INCLUDE, ROOT, headers, name, report

CONFORMANCE = ROOT / "tests" / "gpu" / "conformance"
CAPABILITIES = {"sm80": ["80", "86", "89", "90a", "100", "120"], "sm89": ["89", "90a", "100", "120"], "sm90": ["90a"]}
INFORMATION = re.compile(r"^(ptxas info|    \d+ bytes stack frame).*\n", re.M)
SPILL = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
WARNING = re.compile(r"warning|\(C75\d\d\)|C75\d\d", re.I)
NAMED = re.compile(r"\bM::(?:template )?(\w+)")
USED = re.compile(r"\bMachine::(?:template )?(\w+)")
LOOP = re.compile(r"^(\$\w+):(?:(?!^\$).)*?\bbra(?:\.uni)?\s+\1;", re.M | re.S)  # one block that branches to itself
PARAMETERS = ROOT / "tests" / "shape" / "parameters.cu"
ENTRY = re.compile(r"\.entry \w*?laid_outILi(\d+)E.*?\n}", re.S)
SET = re.compile(r"mov\.[bu]32\s+(%r\d+), (\d+);")
STORED = re.compile(r"st\.global\.[bu]32\s+\[%rd\d+(?:\+(\d+))?\], (%r\d+|\d+);")
READ_ONLY_LOADS = ROOT / "tests" / "shape" / "read_only_loads.cu"


def unused():
    """The functions of the concepts that no case calls."""
    used = {f for path in CONFORMANCE.glob("*.hpp") for f in USED.findall(path.read_text())}
    for concept in sorted((INCLUDE / "machine").glob("sm*_machine.hpp")):
        for function in sorted(set(NAMED.findall(concept.read_text())) - used):
            yield f"{name(concept)}: {function} is used by no case of {name(CONFORMANCE)}"


def target(capability):
    return ["-gencode", f"arch=compute_{capability},code=sm_{capability}"]


def nvcc(arguments):
    """(succeeded, everything it said)"""
    command = ["nvcc", "-std=c++20", f"-I{ROOT / 'include'}", f"-I{ROOT / 'tests'}", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    return done.returncode == 0, done.stdout + done.stderr


def compile_faults(source, host, capabilities, flags, folder):
    where = f"{name(source)} ({host}, sm_{', sm_'.join(capabilities)}{''.join(' ' + f for f in flags)})"
    compiled, said = nvcc(["-ccbin", host, "-Werror", "all-warnings", "-Xcompiler", ",".join(WARNINGS), "-Xptxas", "-v",
                           *flags, *[f for c in capabilities for f in target(c)], "-c", source, "-o", folder / "out.o"])
    if not compiled:
        return [f"{where} does not compile:\n{INFORMATION.sub('', said)[:2000]}"]
    faults = [f"{where}: {line.strip()}" for line in said.splitlines() if WARNING.search(line)]
    faults += [f"{where}: {found[0]}" for found in SPILL.finditer(said) if any(map(int, found.groups()))]
    if not SPILL.search(said):
        faults.append(f"{where}: ptxas reports on no kernel")
    return faults


def code_sizes(capability, folder):
    """{kernel: bytes of machine code} of tests/shape/read_only_loads.cu."""
    binary = folder / "read_only_loads.cubin"
    compiled, said = nvcc(["-cubin", *target(capability), READ_ONLY_LOADS, "-o", binary])
    if not compiled:
        return said[:2000]
    listed = subprocess.run(["readelf", "-SW", binary], capture_output=True, text=True).stdout
    return {kernel: int(size, 16) for kernel, size in
            re.findall(r"\.text\.(\w+)\s+PROGBITS\s+[0-9a-f]+\s+[0-9a-f]+\s+([0-9a-f]+)", listed)}


def merge_faults(capability, folder):
    sizes = code_sizes(capability, folder)
    where = f"{name(READ_ONLY_LOADS)} (sm_{capability})"
    if not isinstance(sizes, dict) or not {"one_load", "equal_loads", "loads_apart"} <= set(sizes):
        return [f"{where}: cannot be measured: {sizes}"]
    faults = []
    if sizes["equal_loads"] != sizes["one_load"]:
        faults.append(f"{where}: 64 equal loads take {sizes['equal_loads']} bytes, one load {sizes['one_load']}")
    if sizes["loads_apart"] <= sizes["one_load"]:
        faults.append(f"{where}: 64 different loads take no more than one; the comparison shows nothing")
    intermediate = folder / "read_only_loads.ptx"
    nvcc(["-ptx", *target(capability), READ_ONLY_LOADS, "-o", intermediate])
    looping = intermediate.read_text().partition("load_in_loop(")[2]
    loops = [m[0] for m in LOOP.finditer(looping)]
    if not loops:
        faults.append(f"{where}: load_in_loop has no loop; it shows nothing")
    if any("ld.global.nc" in loop for loop in loops):
        faults.append(f"{where}: a load of what nothing writes stays in its loop")
    return faults


def parameter_faults(folder):
    """Kernels of tests/shape/parameters.cu whose parameters the device looks for elsewhere than the host puts them."""
    program, intermediate = folder / "parameters", folder / "parameters.ptx"
    for arguments in (["-o", program], ["-ptx", "-o", intermediate]):
        compiled, said = nvcc([*target("80"), PARAMETERS, *arguments])
        if not compiled:
            return [f"{name(PARAMETERS)} does not compile:\n{said[:2000]}"]
    printed = subprocess.run([program], capture_output=True, text=True).stdout.splitlines()
    host = {int(case): list(map(int, offsets)) for case, *offsets in map(str.split, printed)}
    device = {}
    for entry in ENTRY.finditer(intermediate.read_text()):
        constants = dict(SET.findall(entry[0]))
        stored = {int(at or 0): int(constants.get(x, x)) for at, x in STORED.findall(entry[0])}
        device[int(entry[1])] = [stored[at] for at in sorted(stored)]
    if not host or host.keys() != device.keys():
        return [f"{name(PARAMETERS)}: the host lays out the cases {sorted(host)}, the device {sorted(device)}"]
    return [f"{name(PARAMETERS)}, case {case}: the host's offsets are {host[case]}, the device's {device[case]}"
            for case in host if host[case] != device[case]]


def headers_alone(folder):
    """Headers for nvcc that do not compile by themselves, twice in one file."""
    for header in (h for h in headers() if h.suffix == ".cuh"):
        source = folder / "alone.cu"
        source.write_text(f"#include <fovea/{header.relative_to(INCLUDE)}>\n" * 2)
        compiled, said = nvcc(["-Werror", "all-warnings", *target("90a"), "-ptx", source, "-o", folder / "alone.ptx"])
        if not compiled:
            yield f"{name(header)} does not compile alone:\n{said[:2000]}"


VARIANT = """#include <fovea/fovea.cuh>
namespace fv = fovea;
using namespace fovea::literals;
void attend(fv::bf16* p, fv::index n, cudaStream_t stream) {
    auto q = fv::tensor(p, fv::bshd(1, n, 8, 64_c)), o = q;
    fv::run(fv::cuda(stream), o = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, q))) * q));
}
"""


def symbol_faults(folder):
    """Of a shared object: kernels that it shows to others, and functions found by a name that does not say for which
    compute capability they start a kernel. Another object's would take their place, and start the wrong one."""
    library, source = folder / "library.so", folder / "variant.cu"
    source.write_text(VARIANT)
    compiled, said = nvcc(["-Xcompiler", "-fPIC", "-shared", "-cudart", "shared", *target("80"), source, "-o", library])
    if not compiled:
        return [f"one variant makes no shared object:\n{said[:2000]}"]
    shown = subprocess.run(["nm", "-DC", "--defined-only", library], capture_output=True, text=True).stdout
    if "attend(" not in shown:
        return ["nm shows nothing of a shared object with one variant"]
    return [f"a shared object shows {line[:200]}" for line in shown.splitlines()
            if "fovea::entry<" in line.partition("(")[0]
            or ("ptx_sm80_machine" in line and "fovea::compiled_for" not in line)]


def known(capability, virtual):
    return f"compute_{capability.rstrip('a')}" in virtual


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--host", action="append", help="host compilers; g++ and clang++-19 where they are installed")
    options = parser.parse_args()
    faults = list(unused())
    if not shutil.which("nvcc"):
        return report("ptx", faults, "the lists of instructions; the rest is skipped, nvcc is not installed,")
    hosts = options.host or [h for h in ("g++", "clang++-19") if shutil.which(h)]
    virtual = subprocess.run(["nvcc", "--list-gpu-arch"], capture_output=True, text=True).stdout.split()

    compiled = set()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for machine, capabilities in CAPABILITIES.items():
            source = CONFORMANCE / f"{machine}_on_device.cu"
            if not source.exists():
                continue
            here = [c for c in capabilities if known(c, virtual)]
            compiled.update(here)
            # The host compiler sees the same text for every capability, so the other hosts take one of them.
            faults += compile_faults(source, hosts[0], here, [], folder)
            for host in hosts[1:]:
                faults += compile_faults(source, host, here[:1], [], folder)
            if machine == "sm80":  # the others add no arithmetic
                faults += compile_faults(source, hosts[0], here[:1], ["--use_fast_math"], folder)
        faults += headers_alone(folder)
        faults += symbol_faults(folder)
        faults += parameter_faults(folder)
        for capability in ("80", "90a"):
            faults += merge_faults(capability, folder)
    what = f"every instruction for sm_{' sm_'.join(sorted(compiled, key=lambda c: int(c.rstrip('a'))))}"
    return report("ptx", faults, f"{what} with {' and '.join(hosts)}")


if __name__ == "__main__":
    sys.exit(main())
