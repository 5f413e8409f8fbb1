#!/usr/bin/env python3
"""What the CUDA kernels compile to: registers, spills, symbols, instructions a tile, and what nvcc takes for it.

Each row of ROWS is one attention in a source of its own. Asserted: no warning, no spill, one kernel (decoding: two),
PTX instructions of a full and of a partial tile at most what the row says (tools/ptx_loop.py counts). A count that has
fallen well below its row is reported too, so that the table stays true. Of the rows in TIMED, which take longest of
their kind, CPU time and memory of nvcc for a whole object are at most the budget, time at the machine's own pace
(tools/pace.py). And of the default tiles in DEFAULTS, no spill on any architecture of DEFAULT_TARGETS.
"""

import argparse
import json
import re
import sys
import tempfile
from pathlib import Path

from compile import in_parallel
from pace import CUDA, at_pace, run
from ptx_loop import tile_counts
from tree import ROOT, report

SECONDS_MOST, MEGABYTES_MOST = 4.0, 500  # of one variant

PREAMBLE = """
#include <fovea/fovea.cuh>
namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;
struct bump {
    float const* table;
    template <class S> FOVEA_HOST_DEVICE float operator()(S s, fv::index q, fv::index k) const {
        const fv::index d = q - k;
        return s + table[d < 0 ? 0 : d > 127 ? 127 : d];
    }
};
"""
ATTENTION = """
void {function}({element}* pointer, [[maybe_unused]] float const* reals, [[maybe_unused]] std::int32_t const* ids,
            fv::index n, cudaStream_t stream, [[maybe_unused]] fv::workspace scratch) {{
    auto k = fv::tensor(pointer, fv::bshd(1, n, 8, {channels}_c)), v = k, o = k;
    auto q = fv::tensor(static_cast<{element} const*>(pointer), fv::bshd(1, n, 8, {channels}_c)); // another type
    [[maybe_unused]] auto rows = fv::tensor(const_cast<float*>(reals), fv::bhs(1, 8, n));
    const auto s = {score};
    const auto p = fv::softmax(s);
    fv::run({engine}{tile}, o = fv::sum(p * v){more});
}}
"""


def source_of(*attentions):
    """The text of so many attentions, each a score, what else, tile, element, channels and an engine."""
    return PREAMBLE + "".join(
        ATTENTION.format(function=f"attend_{n}", score=score, more=more, tile=tile, element=element, channels=channels,
                         engine=engine) for n, (score, more, tile, element, channels, engine) in enumerate(attentions))


SCALED, CAUSAL = "fv::scaled_dot(q, k)", "fv::causal"
WINDOW = "fv::causal && (fv::sliding_window(n) || fv::sink_tokens(4))"
CAPPED = "fv::softcap(30.f, fv::scaled_dot(q, k))"
ALIBI = "fv::alibi(fv::table(reals, 8))"
NARROW = ".with<fv::tile_shape{.query = 64, .key = 64, .warps = 4, .stages = 1}>()"
TF32 = ".with<fv::precision::tf32>()"

# name, score, what else, tile, element, channels, instructions of a full tile, of a partial one (None: not asked)
ROWS = [
    # 16 rows a warp, 64 keys, head size 64
    ("causal", f"fv::where({CAUSAL}, {SCALED})", "", NARROW, "fv::fp16", 64, 384, 475),
    ("window or sink", f"fv::where({WINDOW}, {SCALED})", "", NARROW, "fv::fp16", 64, 384, 607),
    ("alibi", f"fv::where({CAUSAL}, {SCALED} + {ALIBI})", "", NARROW, "fv::fp16", 64, 434, 513),
    ("softcap", f"fv::where({CAUSAL}, {CAPPED})", "", NARROW, "fv::fp16", 64, 512, 603),
    ("together", f"fv::where({WINDOW}, {CAPPED} + {ALIBI})", "", NARROW, "fv::fp16", 64, 562, 771),
    ("documents", f"fv::where({CAUSAL} && fv::documents(fv::sorted(ids, 1, n)), {SCALED})", "", NARROW, "fv::fp16", 64,
     384, 739),
    ("functor", f"fv::where({CAUSAL}, fv::apply(bump{{reals}}, {SCALED}, q_pos, k_pos))", "", NARROW, "fv::fp16", 64,
     562, 641),
    ("relative bias", f"fv::where({CAUSAL}, {SCALED} + fv::relative_bias(fv::table(reals, 8, 32), fv::t5{{}}))", "",
     NARROW, "fv::fp16", 64, 466, 835),
    ("dilated", f"fv::where(fv::dilated(n), {SCALED})", "", NARROW, "fv::fp16", 64, None, 616),
    ("entropy", f"fv::where({CAUSAL}, {SCALED})", ", rows = fv::entropy(p)", NARROW, "fv::fp16", 64, 512, 603),
    # the default tile of every head size: 112 keys up to 64 channels, 64 up to 128 and up to 192, 32
    *[(f"default, {d}", f"fv::where({CAUSAL}, {SCALED})", "", "", "fv::bf16", d, full, partial)
      for d, full, partial in [(32, 746, 1030), (64, 925, 1209), (80, 633, 821), (96, 695, 883), (128, 808, 996),
                               (192, 689, 780), (256, 486, 545)]],
    # fp32: three products of tf32 to one, and what splits every operand for them
    *[(f"fp32, {d}", f"fv::where({CAUSAL}, {SCALED})", "", "", "float", d, full, partial)
      for d, full, partial in [(64, 1813, 1937), (128, 2043, 2135), (192, 3505, 3564), (256, 2703, 2746)]],
    ("fp32 by tf32, 64", f"fv::where({CAUSAL}, {SCALED})", "", TF32, "float", 64, 757, 881),
    ("fp32 by tf32, 128", f"fv::where({CAUSAL}, {SCALED})", "", TF32, "float", 128, 747, 839),
]

# Decoding: a pass over the pieces of the keys, and their merge; 16 packed rows, 16 keys of each tile to a warp.
DECODE_ROWS = [
    *[(f"decode, {d}", f"fv::where({CAUSAL}, {SCALED})", "", "", "fv::bf16", d, full, partial)
      for d, full, partial in [(64, 213, 278), (128, 269, 329), (192, 307, 366), (256, 362, 420)]],
    *[(f"decode, fp32, {d}", f"fv::where({CAUSAL}, {SCALED})", "", "", "float", d, full, partial)
      for d, full, partial in [(64, 841, 901), (128, 1490, 1550), (256, 2799, 2857)]],
    ("decode, together", f"fv::where({WINDOW}, {CAPPED} + {ALIBI})", ", rows = fv::entropy(p)", "", "fv::bf16", 128,
     372, 445),
]
# What is compiled whole, with the host's part: the time that a user waits for one variant.
TIMED = ("together", "default, 96", "default, 128", "fp32, 256", "decode, 256", "decode, fp32, 256")
ENGINES = {"decode": ("fv::cuda_decode(stream, scratch)", 2)}  # by the first word of a row's name: also its kernels

# name, score, what else, head sizes: what the default tile must not spill on any of the architectures. "rich" has all
# that takes registers but reads nothing for an element.
RICH = f"fv::where({CAUSAL}, {CAPPED} + {ALIBI})", ", rows = fv::logsumexp(s)"
ENTROPY = ", rows = fv::entropy(p)"
DOCUMENTS = f"fv::where({CAUSAL} && fv::documents(fv::sorted(ids, 1, n)), {SCALED})"
ROTATED = "fv::scaled_dot(fv::rope_halves(q, fv::rope_plain{}), fv::rope_halves(k, fv::rope_plain{}))"
# What asks little has the largest tiles, and so its own need of registers.
PLAIN = [("full", SCALED, ""), ("causal", f"fv::where({CAUSAL}, {SCALED})", ""),
         ("window", f"fv::where({WINDOW}, {SCALED})", "")]
MORE = [("logsumexp", f"fv::where({CAUSAL}, {SCALED})", ", rows = fv::logsumexp(s)"),
        ("entropy", f"fv::where({CAUSAL}, {SCALED})", ENTROPY), ("softcap", f"fv::where({WINDOW}, {CAPPED})", ENTROPY),
        ("rotated", f"fv::where({CAUSAL}, {ROTATED})", ""), ("documents", DOCUMENTS, "")]
DEFAULTS = [("rich", *RICH, d) for d in (32, 64, 80, 96, 128, 160, 192, 224, 256)]
DEFAULTS += [(*plain, d) for d in (64, 96, 128) for plain in PLAIN] + [(*more, d) for d in (64, 128) for more in MORE]
TOGETHER = 6  # so many are one source, whose headers are read once; where one spills, each is asked alone
# The architectures whose PTX it is compiled to, and those that ptxas makes of it. Those that share PTX are compiled to
# the same but for names, which is asked of SAME_PTX.
DEFAULT_TARGETS = {"80": ("80", "90a"), "120": ("120",)}
SAME_PTX = ("rich", *RICH, 128)
PTX_NAMES = re.compile(r"^\.target .*$|compiled_forIJLi\d+EEE", re.M)

PTXAS = re.compile(r"Used (\d+) registers")
SPILLS = re.compile(r"(\d+) bytes spill stores, (\d+) bytes spill loads")


def nvcc(options, arguments, source, output):
    """Runs nvcc; returns whether it worked, what it said, its CPU seconds, and its most memory at once in MB."""
    command = [options.nvcc, "-std=c++20", f"-I{ROOT / 'include'}", "-Xcompiler", "-Wall,-Wextra,-Wconversion,-Wshadow",
               "-Werror", "all-warnings", *arguments, str(source), "-o", str(output)]
    ran = run(command)
    return ran.code == 0, ran.said, ran.seconds, ran.megabytes


def engine_of(row):
    """How it is spelt, and how many kernels it makes of one attention."""
    return ENGINES.get(row[0].split(",")[0], ("fv::cuda(stream)", 1))


def loop_entry(ptx):
    """The entry function with the matrix products, where there is a second one."""
    return next((".entry" + text for text in ptx.split(".entry")[1:] if "mma.sync" in text), ptx)


def measured(options, row):
    """The figures of one row, or a sentence that says what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        return measured_in(Path(folder), options, row)


def measured_in(folder, options, row):
    name = row[0]
    source = folder / "variant.cu"
    source.write_text(source_of((*row[1:6], engine_of(row)[0])))
    target = [f"-gencode=arch=compute_{options.target},code=sm_{options.target}"]
    kept = ["--keep", "--keep-dir", str(folder)]  # variant.ptx among them
    worked, said, _, _ = nvcc(options, [*target, "-cubin", "-Xptxas", "-v", *kept], source, folder / "variant.cubin")
    if not worked:
        errors = [line for line in said.splitlines() if "error" in line]
        return f"{name}: does not compile: {errors[0][:300] if errors else said[:300]}"
    spills = sum(int(a) + int(b) for a, b in SPILLS.findall(said))
    kernels = len(PTXAS.findall(said))
    registers = max(map(int, PTXAS.findall(said)))
    counts = tile_counts(loop_entry((folder / "variant.ptx").read_text()))
    figures = {"name": name, "registers": registers, "spilled": spills, "kernels": kernels, "full": counts["full"],
               "partial": counts["partial"]}
    if name in TIMED:
        whole = [options, [*target, "-c"], source, folder / "variant.o"]
        worked, said, seconds, megabytes = nvcc(*whole)
        if not worked:
            return f"{name}: does not compile: {said[:300]}"
        seconds = at_pace(seconds, lambda: nvcc(*whole)[2], SECONDS_MOST, CUDA, options.nvcc)
        figures |= {"seconds": round(seconds, 2), "megabytes": round(megabytes)}
    return figures


def default_ptx(options, defaults, virtual, folder):
    """Rows of DEFAULTS as PTX in a file: whether it compiles, what nvcc says, the file."""
    source, ptx = folder / "default.cu", folder / "default.ptx"
    source.write_text(source_of(*((score, more, "", "fv::bf16", channels, "fv::cuda(stream)")
                                  for _, score, more, channels in defaults)))
    worked, said, _, _ = nvcc(options, [f"-arch=compute_{virtual}", "-ptx"], source, ptx)
    return worked, said, ptx


def same_ptx_faults(options):
    """Whether the architectures that DEFAULT_TARGETS has in common are compiled to the same PTX."""
    def text(target):
        with tempfile.TemporaryDirectory() as folder:
            worked, said, ptx = default_ptx(options, [SAME_PTX], target, Path(folder))
            return PTX_NAMES.sub("", ptx.read_text()) if worked else said

    return [f"the PTX for {', '.join(targets)} differs: list them apart in DEFAULT_TARGETS"
            for targets in DEFAULT_TARGETS.values() if len(targets) > 1 and len(set(map(text, targets))) > 1]


def spill_faults(options, defaults):
    """What rows of DEFAULTS spill, compiled together."""
    faults, registers = [], []
    names = "; ".join(f"{name}, {channels}" for name, _, _, channels in defaults)
    with tempfile.TemporaryDirectory() as folder:
        for virtual, targets in DEFAULT_TARGETS.items():
            worked, said, ptx = default_ptx(options, defaults, virtual, Path(folder))
            if not worked:
                faults.append(f"{names}, compute_{virtual}: does not compile: {said[:300]}")
                continue
            for target in targets:
                assembled = run([options.nvcc, f"-arch=sm_{target}", "-cubin", "-Xptxas", "-v", str(ptx), "-o",
                                 str(Path(folder) / "default.cubin")])
                if assembled.code != 0:
                    faults.append(f"{names}, sm_{target}: does not compile: {assembled.said[:300]}")
                    continue
                used = PTXAS.findall(assembled.said)
                if len(used) != len(defaults):
                    faults.append(f"{names}, sm_{target}: {len(used)} kernels, not {len(defaults)}")
                registers.append(f"at most {max(map(int, used))} on sm_{target}")
                spills = sum(int(a) + int(b) for a, b in SPILLS.findall(assembled.said))
                if spills:
                    faults.append(f"{names}, sm_{target}: {spills} bytes are spilled")
    if faults and len(defaults) > 1:
        return sum((spill_faults(options, [default]) for default in defaults), [])
    print(f"  {names}: registers, {', '.join(registers)}", flush=True)
    return faults


def faults_of(row, got):
    name, (full, partial) = row[0], row[6:]
    if isinstance(got, str):
        return [got]
    faults = []
    if got["spilled"]:
        faults.append(f"{name}: {got['spilled']} bytes are spilled")
    kernels = engine_of(row)[1]
    if got["kernels"] != kernels:
        faults.append(f"{name}: {got['kernels']} kernels, not {kernels}")
    for what, most in ("full", full), ("partial", partial):
        if most is None:
            continue
        if got[what] is None or got[what] > most:
            faults.append(f"{name}: a {what} tile takes {got[what]} instructions, at most {most}")
        elif got[what] < 0.97 * most - 4:
            faults.append(f"{name}: a {what} tile takes {got[what]} instructions; lower the bound of {most}")
    if got.get("seconds", 0) > SECONDS_MOST:
        faults.append(f"{name}: nvcc takes {got['seconds']} s of CPU time, at most {SECONDS_MOST}")
    if got.get("megabytes", 0) > MEGABYTES_MOST:
        faults.append(f"{name}: nvcc takes {got['megabytes']} MB, at most {MEGABYTES_MOST}")
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--target", default="80", help="compute capability without the dot")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("name", nargs="*", help="a part of a row's name; all rows if none is given")
    options = parser.parse_args()
    rows = [r for r in ROWS + DECODE_ROWS if not options.name or any(part in r[0] for part in options.name)]
    faults, figures = [], []
    for row, got in zip(rows, in_parallel(rows, lambda row: measured(options, row))):
        faults += faults_of(row, got)
        if not isinstance(got, str):
            figures.append(got)
            timed = ", {seconds:.1f} s, {megabytes} MB".format(**got) if "seconds" in got else ""
            print("  {name:24} {registers:4} registers, {full:5} / {partial} instructions".format(**got) + timed,
                  flush=True)
    defaults = [d for d in DEFAULTS if not options.name or any(part in f"{d[0]}, {d[3]}" for part in options.name)]
    sources = -(-len(defaults) // TOGETHER)
    groups = [defaults[first::sources] for first in range(sources)]
    faults += sum(in_parallel(groups, lambda group: spill_faults(options, group)), [])
    if not options.name:
        faults += same_ptx_faults(options)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return report("kernels", faults, f"{len(rows)} variants for sm_{options.target}, {len(defaults)} default tiles")


if __name__ == "__main__":
    sys.exit(main())
