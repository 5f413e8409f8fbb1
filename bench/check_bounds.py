#!/usr/bin/env python3
"""Holds the results of bench/results/ against the bounds they were made for, a line a bound: met, not met, or why not.

A bound is judged by its worst case. `--strict` makes the exit status tell whether every bound that could be measured
was met.
"""

import argparse
import json
import sys
from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "results"


class Results:
    def __init__(self, folder):
        self.folder, self.files = folder, {}

    def file(self, name):
        if name not in self.files:
            path = self.folder / f"{name}.json"
            self.files[name] = json.loads(path.read_text()) if path.is_file() else {"rows": []}
        return self.files[name]

    def rows(self, name, **wanted):
        """Rows whose fields equal `wanted`; a wanted tuple means any of it, a function is asked."""
        def fits(value, want):
            return want(value) if callable(want) else value in want if isinstance(want, tuple) else value == want
        return [r for r in self.file(name)["rows"] if all(fits(r.get(k), want) for k, want in wanted.items())]


def where(row):
    keys = "" if row["queries"] == row["keys"] else f" x {row['keys']}"
    heads = "" if row["heads"] == row["kv_heads"] else f" {row['heads']}/{row['kv_heads']} heads"
    return f"{row['dtype']} d {row['head_dim']} {row['queries']}{keys}{heads} {row['mask']}"


class Report:
    def __init__(self):
        self.missed = 0

    def line(self, what, bound, verdict, detail):
        self.missed += verdict == "NOT MET"
        print(f"{verdict:8} {what:64} {bound:10} {detail}")

    def least(self, what, rows, value, bound, unit="", empty="not measured"):
        self.judge(what, rows, value, lambda x: x >= bound, min, f">= {bound:g}{unit}", unit, empty)

    def note(self, what, rows, value, unit=""):
        """The worst of something that has no bound."""
        if rows:
            worst = min(rows, key=value)
            self.line("  " + what, "", "", f"{value(worst):.3g}{unit} ({where(worst)})")

    def most(self, what, rows, value, bound, unit="", empty="not measured"):
        self.judge(what, rows, value, lambda x: x <= bound, max, f"<= {bound:g}{unit}", unit, empty)

    def judge(self, what, rows, value, good, worst, bound, unit, empty):
        if not rows:
            self.line(what, bound, "-", empty)
            return
        values = [value(r) for r in rows]
        extreme = worst(values)
        met = sum(map(good, values))
        every = "" if len(rows) == 1 else f", {met} of {len(rows)} cases"
        self.line(what, bound, "met" if met == len(rows) else "NOT MET",
                  f"{extreme:.3g}{unit} ({where(rows[values.index(extreme)])}){every}")


def forward_lines(r, report):
    for source, label in (("forward", "forward"), ("cpu_peers", "forward, peers run")):
        for head_dim, bound in ((128, 86), (64, 81)):
            rows = r.rows(source, case="forward", dtype="fp32", head_dim=head_dim, mask="full",
                          queries=(2048, 4096, 8192))
            report.least(f"{label}: fp32 d {head_dim} full 2k-8k, share of peak", rows, share_of_peak, bound, " %")
    unit = "AMX" in r.file("forward").get("machine", "")
    other = ("against the peak of the matrix unit, which multiplies bf16 here" if unit
             else "against the fp32 peak, which bounds bf16 here")
    pairs = not unit and r.file("cpu_peers").get("peak", {}).get("bf16_gflops") is not None
    for head_dim, bound in ((128, 84), (64, 79)):
        rows = r.rows("forward", dtype="bf16", head_dim=head_dim, mask="full", queries=(2048, 4096, 8192))
        report.least(f"forward: bf16 d {head_dim} full 2k-8k, share of vdpbf16ps peak", rows if pairs else [],
                     share_of_peak, bound, " %", "not used: this machine is not faster at vdpbf16ps")
        if not pairs:
            report.note(other, rows, share_of_peak, " %")


def share_of_peak(row):
    if "share_of_peak" in row:
        return 100 * row["share_of_peak"]
    return 100 * row["flops"] / row["fovea_s"] / 1e9 / row["fp32_peak_gflops"]


def peers_lines(r, report):
    for dtype in ("fp32", "bf16"):
        for mask in ("full", "causal"):
            rows = r.rows("cpu_peers", case="forward", dtype=dtype, mask=mask, queries=lambda n: n >= 128)
            report.least(f"against PyTorch SDPA: {dtype} {mask} 128-8k, times as fast", rows,
                         lambda x: x["torch_sdpa_s"] / x["fovea_s"], 1.5)
            report.note("ceiling: products at the peak, softmax for nothing",
                        rows, peak_over_torch)
    report.least("never slower than PyTorch SDPA, 128-8k",
                 r.rows("cpu_peers", case="forward", queries=lambda n: n >= 128),
                 lambda x: x["torch_sdpa_s"] / x["fovea_s"], 1)
    report.least("never slower than unfused with the same BLAS, 32-8k",
                 r.rows("cpu_peers", case="forward", unfused_s=lambda s: s is not None),
                 lambda x: x["unfused_s"] / x["fovea_s"], 1)
    for peer in ("onnxruntime", "torch_flex"):
        report.note(f"beside {peer}, times as fast", [x for x in r.file("cpu_peers")["rows"] if f"{peer}_s" in x],
                    lambda x, peer=peer: x[f"{peer}_s"] / x["fovea_s"])


def peak_over_torch(row):
    """Times as fast as PyTorch if every multiply-add of the attended pairs ran at the peak measured beside it."""
    peak = row.get("bf16_peak_gflops") if row["dtype"] == "bf16" else None
    return row["torch_sdpa_s"] * (peak or row["fp32_peak_gflops"]) * 1e9 / row["flops"]


def mask_lines(r, report):
    report.most("causal against half of full, 4k and up",
                r.rows("masks", mask="causal", queries=lambda n: n >= 4096), lambda x: x["ratio"], 1.05)
    report.most("window of 1k in 16k, against live tiles x cost of a tile",
                r.rows("masks", mask="window", queries=16384), lambda x: x["ratio"], 1.10)
    report.most("documents of 1k in 16k, against live tiles x cost of a tile",
                r.rows("masks", mask=lambda m: "documents" in m, queries=16384), lambda x: x["ratio"], 1.10)


def variant_lines(r, report):
    names = {x["mask"] for x in r.rows("variants")}
    for mask in sorted(names, key=lambda n: ("softcap" in n, n)):
        for head_dim in (128, 64):
            bound = {128: 1.15, 64: 1.28}[head_dim] if "softcap" in mask else {128: 1.03, 64: 1.05}[head_dim]
            report.most(f"variant over plain: {mask}, d {head_dim}",
                        r.rows("variants", mask=mask, head_dim=head_dim), lambda x: x["ratio"], bound)


def decode_lines(r, report):
    for source, label in (("decode", "decode"), ("cpu_peers", "decode, peers run")):
        for group, bound in ((4, 87), (8, 83)):
            rows = [x for x in r.rows(source, case="decode", dtype="bf16", keys=8192, head_dim=128)
                    if x["heads"] == group * x["kv_heads"]]
            report.least(f"{label}: batch 1, 8k keys, bf16, GQA {group}, share of read", rows,
                         lambda x: 100 * x["share_of_read"], bound, " %")
            pairs = r.file("cpu_peers").get("peak", {}).get("bf16_gflops")
            report.note("ceiling: products at their peak", rows, lambda x: compute_share_of_read(x, pairs), " %")


def compute_share_of_read(row, pairs):
    """Share of the read bandwidth that the products' peak allows: 2 operations for each element and query head."""
    per_byte = 2 * (row["heads"] / row["kv_heads"]) / {"fp32": 4, "bf16": 2}[row["dtype"]]
    peak = row.get("peak_gflops") or pairs or row["fp32_peak_gflops"]
    return min(100, 100 * peak / per_byte / row["read_gbs"])


def compile_lines(r, report):
    for row in r.file("compile_time")["rows"]:
        verdict = "met" if row["least"] <= row["budget"] else "NOT MET"
        report.line(f"compile time: {row['what']}", f"<= {row['budget']:g} s", verdict, f"{row['least']:.3g} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=RESULTS)
    parser.add_argument("--strict", action="store_true")
    options = parser.parse_args()
    r, report = Results(options.folder), Report()
    for name in ("forward", "variants", "decode", "masks", "threads", "cpu_peers"):
        f = r.file(name)
        state = f"{f['machine']}; {f['compiler']}; commit {f['commit']}" if f["rows"] else "no results"
        print(f"{name + '.json':16} {state}{'; QUICK RUN' if f.get('quick') else ''}")
    peak = r.file("cpu_peers").get("peak")
    if peak:
        print(f"peaks of a core: {json.dumps(peak)}")
    print()
    forward_lines(r, report)
    peers_lines(r, report)
    report.least("two cores against one", r.rows("threads"), lambda x: x["speedup"], 1.9)
    report.note("bare multiply-adds, two against one (below 1.95: busy machine)", r.rows("threads"),
                lambda x: x["bare_products_speedup"])
    report.note("ceiling: 2 / (CPU time of both threads over that of one)",
                r.rows("threads"), lambda x: 2 / x["cpu_ratio"])
    mask_lines(r, report)
    variant_lines(r, report)
    decode_lines(r, report)
    compile_lines(r, report)
    print(f"\n{report.missed} bound(s) not met")
    return 1 if options.strict and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
