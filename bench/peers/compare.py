#!/usr/bin/env python3
"""fovea beside its peers: every candidate of a case runs alternately in this process, on one thread.

Times are medians of thread CPU time. Every result is compared with fovea's before it is timed. Writes
bench/results/cpu_peers.json: the machine, the compiler, the commit, the peaks of the same run, and a row for each case.
"""

import argparse
import json
import math
import os
import sys
import time
from pathlib import Path

import torch
from torch.nn.functional import scaled_dot_product_attention as sdpa

import onnx_peer
from flex_peer import Flex
from library import BF16, FP32, Library
from measure import alternate

ROOT = Path(__file__).resolve().parents[2]
DTYPES = {"fp32": (torch.float32, FP32), "bf16": (torch.bfloat16, BF16)}
WINDOW = 256
SOFTCAP = 30.0
READ_AHEAD = (0, 512, 1024, 4096)  # bytes of software prefetch; the best of them is the read bandwidth


def heads_for(length):
    """Heads so that every length does about the same work, 8 to 1."""
    return min(8, max(1, 8192 // length))


def close(ours, theirs, dtype, what):
    """Refuses to time what does not agree: 16-bit results differ by their rounding, fp32 by the order of sums."""
    error = (ours.float() - theirs.float()).abs().max().item()
    limit = {"fp32": 1e-4, "bf16": 0.05}[dtype]
    if not error <= limit:
        raise SystemExit(f"{what}: fovea and the peer differ by {error:.3g}, more than {limit}")


class Comparison:
    def __init__(self, options):
        self.native = Library(options.shared_object)
        self.options = options
        self.rows = []
        self.peaks = {"fp32": [], "bf16": []}

    def operands(self, dtype, head_dim, heads, kv_heads, queries, keys):
        make = torch.Generator().manual_seed(1)
        kind = DTYPES[dtype][0]
        shapes = ((1, heads, queries, head_dim), (1, kv_heads, keys, head_dim), (1, kv_heads, keys, head_dim))
        return [torch.randn(s, generator=make).to(kind) for s in shapes]

    def peak_burst(self):
        """A burst of multiply-adds among the candidates, so that the peak is of the same minutes as the case."""
        return lambda: self.native.fp32_burst(self.options.burst)

    def add(self, row, seconds, flops=None):
        peak = self.native.fp32_flops(self.options.burst) / seconds.pop("peak") / 1e9
        self.peaks["fp32"].append(peak)
        row = {**row, "fp32_peak_gflops": peak}
        if self.native.has_bf16:
            row["bf16_peak_gflops"] = self.native.bf16_flops(self.options.burst) / seconds.pop("bf16_peak") / 1e9
            self.peaks["bf16"].append(row["bf16_peak_gflops"])
        row = {**row, **{f"{name}_s": s for name, s in seconds.items()}}
        if flops:
            row["flops"] = flops
        self.rows.append(row)
        cells = " ".join(f"{name} {1e3 * s:9.3f} ms" for name, s in seconds.items())
        ratio = seconds["torch_sdpa"] / seconds["fovea"] if "torch_sdpa" in seconds else math.nan
        print(f"{row['case']:8} {row['dtype']} d {row['head_dim']:3} {row['queries']:5} x {row['keys']:5} "
              f"{row['heads']:2}/{row['kv_heads']} {row['mask']:8} {cells}  torch/fovea {ratio:.2f}", flush=True)

    def timed(self, candidates, seconds):
        candidates["peak"] = self.peak_burst()
        if self.native.has_bf16:
            candidates["bf16_peak"] = lambda: self.native.bf16_burst(self.options.burst)
        return alternate(candidates, 0.1 if self.options.quick else seconds * self.options.effort)

    def forward(self, dtype, head_dim, length, mask):
        heads = heads_for(length)
        q, k, v = self.operands(dtype, head_dim, heads, heads, length, length)
        ours, unfused = torch.empty_like(q), torch.empty_like(q)
        attend = self.native.call(DTYPES[dtype][1], mask, q, k, v, ours)
        plain = self.native.unfused_call(DTYPES[dtype][1], mask, q, k, v, unfused)
        causal = mask == "causal"
        candidates = {"fovea": attend, "torch_sdpa": lambda: sdpa(q, k, v, is_causal=causal), "unfused": plain}
        attend()
        plain()
        what = f"{dtype} {length} {mask}"
        close(ours, candidates["torch_sdpa"](), dtype, what)
        close(ours, unfused, dtype, what + " unfused")
        if onnx_peer.available and dtype == "fp32" and length >= 128:
            session = onnx_peer.attention(q, k, v, causal)
            close(ours, session.result(), dtype, what + " onnxruntime")
            candidates["onnxruntime"] = session.run
        seconds = self.timed(candidates, 2.5)
        live = (length + 1) / (2 * length) if causal else 1.0
        self.add({"case": "forward", "dtype": dtype, "head_dim": head_dim, "queries": length, "keys": length,
                  "heads": heads, "kv_heads": heads, "mask": mask, "threads": 1}, seconds,
                 4 * heads * length * length * head_dim * live)

    def decode(self, dtype, head_dim, keys, group):
        """One query a head; the caches of several layers in turn, so that they come from memory."""
        kv_heads, heads = 8, 8 * group
        kind = DTYPES[dtype][0]
        layer_bytes = 2 * kv_heads * keys * head_dim * kind.itemsize
        layers = max(2, (32 if self.options.quick else 256) * 2**20 // layer_bytes)
        data = [self.operands(dtype, head_dim, heads, kv_heads, 1, keys) for _ in range(layers)]
        outputs = [torch.empty_like(q) for q, _, _ in data]
        calls = [self.native.call(DTYPES[dtype][1], "full", q, k, v, o) for (q, k, v), o in zip(data, outputs)]

        def ours():
            for call in calls:
                call()

        def torch_gqa():
            for q, k, v in data:
                sdpa(q, k, v, enable_gqa=group > 1)

        def torch_grouped():  # what a careful user writes: the heads of a group as queries of one head
            for q, k, v in data:
                sdpa(q.view(1, kv_heads, group, head_dim), k, v)

        def read(ahead):
            def all_of_it():
                for _, k, v in data:
                    self.native.read(k, ahead)
                    self.native.read(v, ahead)
            return all_of_it

        ours()
        q, k, v = data[-1]
        close(outputs[-1], sdpa(q, k, v, enable_gqa=group > 1), dtype, f"decode {dtype} {keys} {group}")
        candidates = {"fovea": ours, "torch_sdpa_gqa": torch_gqa}
        if group > 1:
            candidates["torch_sdpa_grouped"] = torch_grouped
        candidates |= {f"read{ahead}": read(ahead) for ahead in READ_AHEAD}
        seconds = self.timed(candidates, 3.0)
        best_read = min(seconds.pop(f"read{ahead}") for ahead in READ_AHEAD)
        gbs = layer_bytes * layers / best_read / 1e9
        seconds = {name: s if "peak" in name else s / layers for name, s in seconds.items()}
        torches = [s for name, s in seconds.items() if name.startswith("torch")]
        seconds["torch_sdpa"] = min(torches)
        self.add({"case": "decode", "dtype": dtype, "head_dim": head_dim, "queries": 1, "keys": keys, "heads": heads,
                  "kv_heads": kv_heads, "mask": "full", "threads": 1, "read_gbs": gbs, "bytes": layer_bytes,
                  "share_of_read": layer_bytes / seconds["fovea"] / 1e9 / gbs}, seconds)

    def variant(self, dtype, head_dim, length, mask, flex):
        heads = 4
        q, k, v = self.operands(dtype, head_dim, heads, heads, length, length)
        ours = torch.empty_like(q)
        slopes = torch.tensor([2.0 ** (-8.0 * (h + 1) / heads) for h in range(heads)])
        attend = self.native.call(DTYPES[dtype][1], mask, q, k, v, ours, slopes, WINDOW)
        attend()
        candidates = {"fovea": attend}
        bias = self.materialised(mask, length, slopes, q.dtype)
        if mask == "causal":
            candidates["torch_sdpa"] = lambda: sdpa(q, k, v, is_causal=True)
        elif bias is not None:  # torch's own way: the whole mask or bias as a tensor
            candidates["torch_sdpa"] = lambda: sdpa(q, k, v, attn_mask=bias)
        if "torch_sdpa" in candidates:
            close(ours, candidates["torch_sdpa"](), dtype, f"{mask} sdpa")
        if flex.available:
            run = flex.attention(mask, q, k, v, slopes, WINDOW, SOFTCAP)
            if run:
                close(ours, run(), dtype, f"{mask} flex")
                candidates["torch_flex"] = run
        seconds = self.timed(candidates, 2.5)
        self.add({"case": "variant", "dtype": dtype, "head_dim": head_dim, "queries": length, "keys": length,
                  "heads": heads, "kv_heads": heads, "mask": mask, "threads": 1}, seconds)

    @staticmethod
    def materialised(mask, length, slopes, dtype):
        distance = torch.arange(length)[None, :] - torch.arange(length)[:, None]  # key - query
        if mask == "window":
            return (distance <= 0) & (distance > -WINDOW)
        if mask == "alibi":
            bias = slopes[:, None, None] * distance
            return bias.masked_fill(distance > 0, -math.inf).to(dtype)[None]
        return None

    def run(self):
        quick, only = self.options.quick, self.options.only
        lengths = (32, 128) if quick else (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)
        formats = [(dtype, d) for dtype in DTYPES for d in (64, 128)]
        begin = time.monotonic()
        if "forward" in only:
            for dtype, head_dim in formats:
                for length in lengths:
                    for mask in ("full", "causal"):
                        self.forward(dtype, head_dim, length, mask)
        if "decode" in only:
            for dtype, head_dim in formats:
                for group in (1, 4, 8):
                    self.decode(dtype, head_dim, 512 if quick else 8192, group)
        if "variant" in only:
            flex = Flex()
            for dtype in DTYPES:
                for mask in ("causal", "window", "alibi", "softcap"):
                    self.variant(dtype, 128, 256 if quick else 2048, mask, flex)
            if not flex.available:
                print(f"flex_attention is left out: {flex.reason}")
        print(f"{len(self.rows)} cases in {time.monotonic() - begin:.0f} s")

    def result(self):
        def median(x):
            return sorted(x)[len(x) // 2] if x else None

        read = [r["read_gbs"] for r in self.rows if r["case"] == "decode"]
        versions = {"torch": torch.__version__, "onnxruntime": onnx_peer.version}
        return {"machine": self.native.machine, "compiler": self.native.compiler, "commit": self.native.commit,
                "unit": "s of thread CPU time, medians of alternating runs", "peers": versions,
                "quick": self.options.quick,
                "peak": {"fp32_gflops": median(self.peaks["fp32"]), "bf16_gflops": median(self.peaks["bf16"]),
                         "read_gbs": max(read) if read else None},
                "rows": self.rows}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", dest="shared_object", required=True, help="libfovea_peers.so")
    parser.add_argument("--quick", action="store_true", help="small shapes; results are not kept")
    parser.add_argument("--effort", type=float, default=1.0, help="how long to measure, against the usual")
    parser.add_argument("--only", nargs="+", default=["forward", "decode", "variant"],
                        choices=["forward", "decode", "variant"])
    parser.add_argument("--json", type=Path, help="where to write; bench/results/cpu_peers.json for a whole run")
    options = parser.parse_args()
    options.burst = 20000 if options.quick else 300000
    torch.set_num_threads(1)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    comparison = Comparison(options)
    with torch.inference_mode():
        comparison.run()
    path = options.json
    if not path and not options.quick and len(options.only) == 3:
        path = ROOT / "bench" / "results" / "cpu_peers.json"
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(comparison.result(), indent=1) + "\n")
        print(f"written: {path}")


if __name__ == "__main__":
    sys.exit(main())
