#!/usr/bin/env python3
"""fovea beside its peers on one GPU, in one process: PyTorch's FlashAttention-2 backend and FlexAttention, with cuBLAS
and a copy of device memory as the machine's own measures; decoding beside PyTorch's SDPA, whichever backend it takes.

Candidates of a case run alternately; times are medians by CUDA events; FLOP/s count attended pairs only: 4 x heads x
pairs x head size. A peer's result is compared with fovea's before either is timed. Without --library the peers run
alone. Writes JSON: a row a case, and a few lines that sum it up. `--device cpu` tries the script out without a GPU.
"""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.nn.attention.flex_attention import create_block_mask, flex_attention
from torch.nn.functional import scaled_dot_product_attention as sdpa

import variants
from library import Library
from timing import DeviceClock, HostClock, alternate

TOKENS = 16384  # of a call, over all its batches
WIDTH = 2048    # heads x head size
DECODE = (8, (1, 4, 8), (8192, 65536))  # key heads, query heads of each, keys of the cache
CACHES = 2**29  # bytes of all caches that a decoding case goes round
ERROR = 0.02    # relative to 1 + |output|: in bf16 two roundings of weights and of results, 2^-8 and less each


def in_turn(calls):
    """One callable that makes each of the calls in turn."""
    endless = itertools.cycle(calls)
    return lambda: next(endless)()


class Comparison:
    def __init__(self, options):
        self.options, self.gpu = options, options.device == "cuda"
        self.clock = DeviceClock() if self.gpu else HostClock()
        self.fovea = Library(options.fovea) if options.fovea else None
        self.rows, self.decoded, self.machine, self.end = [], [], {}, time.monotonic() + options.seconds
        self.flex = torch.compile(flex_attention, dynamic=False) if self.gpu else flex_attention

    def timed(self, candidates, seconds=0.25):
        return alternate(self.clock, candidates, seconds if self.gpu else 0.01)

    def measure_machine(self):
        n, copied = (8192, 2**30) if self.gpu else (256, 2**20)
        a, b = (torch.randn(n, n, device=self.options.device, dtype=torch.bfloat16) for _ in range(2))
        source = torch.empty(copied, device=self.options.device, dtype=torch.uint8)
        target = torch.empty_like(source)
        seconds = self.timed({"cublas": lambda: a @ b, "copy": lambda: target.copy_(source)}, 0.5)
        self.machine = {"cublas_bf16_tflops": 2 * n**3 / seconds["cublas"] / 1e12,
                        "copy_gbs": 2 * copied / seconds["copy"] / 1e9}  # read and written
        print(self.machine, flush=True)

    def operands(self, head_dim, length):
        """q, k, v and room for o, as (batch, head, position, channel) views of (batch, position, head, channel)."""
        heads, batches = WIDTH // head_dim, max(TOKENS // length, 1) if self.gpu else 1
        make = torch.Generator(device=self.options.device).manual_seed(1)
        shape = (batches, length, heads, head_dim)
        return [torch.randn(shape, generator=make, device=self.options.device, dtype=torch.bfloat16).transpose(1, 2)
                for _ in range(4)]

    def ours(self, variant, head_dim, length, operands):
        """fovea as a candidate: {} where it cannot be."""
        if not self.fovea:
            return {}
        q, device = operands[0], self.options.device
        more = {"slopes": variants.slopes(q.shape[1], device)} if variant == "alibi" else {}
        if variant == "documents":
            more["document"] = variants.documents(q.shape[0], length, device)
        if variant == "entropy":
            more["entropy"] = torch.empty(q.shape[:3], device=device)
        run, wrong = self.fovea.call(variant, *operands, window=variants.WINDOW, **more)
        if wrong:
            print(f"fovea: {variant} d {head_dim}: {wrong}", flush=True)
        return {"fovea": run} if run else {}

    def add(self, variant, head_dim, length, operands, peers):
        candidates = self.ours(variant, head_dim, length, operands)
        errors = {}
        if candidates:
            candidates["fovea"]()
            for name, run in peers.items():
                theirs = run().float()
                errors[name] = ((theirs - operands[3].float()).abs() / (1 + theirs.abs())).max().item()
                if not errors[name] <= ERROR:
                    print(f"{variant} d {head_dim} {length}: fovea and {name} differ by {errors[name]:.3g}", flush=True)
        seconds = self.timed({**candidates, **peers})
        q = operands[0]
        flops = 4 * q.shape[0] * q.shape[1] * head_dim * variants.live_pairs(variant, length)
        row = {"variant": variant, "head_dim": head_dim, "length": length, "batches": q.shape[0],
               "heads": q.shape[1], "dtype": "bf16", "flops": flops, "differs": errors,
               **{f"{name}_s": s for name, s in seconds.items()},
               **{f"{name}_tflops": flops / s / 1e12 for name, s in seconds.items()}}
        self.rows.append(row)
        cells = "  ".join(f"{name} {1e3 * s:8.3f} ms {flops / s / 1e12:6.1f} TFLOP/s" for name, s in seconds.items())
        print(f"{variant:9} d {head_dim:3} {q.shape[0]:2} x {length:5}  {cells}", flush=True)

    def flash(self, operands, causal):
        q, k, v, _ = operands
        if not self.gpu:
            return lambda: sdpa(q, k, v, is_causal=causal)

        def run():
            with sdpa_kernel(SDPBackend.FLASH_ATTENTION):
                return sdpa(q, k, v, is_causal=causal)
        return run

    def flexible(self, variant, operands):
        q, k, v, _ = operands
        device, length = self.options.device, q.shape[2]
        mask, score = variants.flex_mods(variant, q.shape[1], variants.documents(q.shape[0], length, device), device)
        batches = q.shape[0] if variant == "documents" else None
        blocks = create_block_mask(mask, batches, None, length, length, device=device) if mask else None
        return lambda: self.flex(q, k, v, score_mod=score, block_mask=blocks)

    def in_time(self):
        return time.monotonic() < self.end

    def forward(self, lengths):
        """Against FlashAttention 2: the plain cases, over lengths."""
        for head_dim in (64, 128):
            for variant in ("full", "causal"):
                for length in lengths:
                    if self.in_time():
                        operands = self.operands(head_dim, length)
                        peers = {"flash2": self.flash(operands, variant == "causal")}
                        self.add(variant, head_dim, length, operands, peers)

    def against_flex(self, length):
        """Against FlexAttention, which compiles for some seconds a case: every variant at one length."""
        for head_dim in (64, 128):
            for variant in variants.NAMES + (("entropy",) if self.fovea else ()):
                if not self.in_time():
                    return
                operands = self.operands(head_dim, length)
                peers = {}
                try:
                    if variant != "entropy":
                        peers["flex"] = self.flexible(variant, operands)
                        peers["flex"]()
                except Exception as error:  # a case that torch cannot compile is a case without that peer
                    print(f"flex: {variant} d {head_dim}: {str(error).splitlines()[0][:200]}", flush=True)
                    peers = {}
                if variant == "causal":
                    peers["flash2"] = self.flash(operands, True)
                if peers or self.fovea:
                    self.add(variant, head_dim, length, operands, peers)

    def decode(self, head_dim=128):
        """One query against a cache, batch 1: against PyTorch's SDPA, and as a share of a copy's bandwidth."""
        kv_heads, groups, lengths = DECODE if self.gpu else (2, (1, 4), (512,))
        make = torch.Generator(device=self.options.device).manual_seed(2)
        for group in groups:
            for length in lengths:
                if not self.in_time():
                    return
                read = 2 * kv_heads * length * head_dim * 2
                # Caches in turn, more of them than a second-level cache holds.
                sets = [[torch.randn((1, n, heads, head_dim), generator=make, device=self.options.device,
                                     dtype=torch.bfloat16).transpose(1, 2)
                         for n, heads in ((1, kv_heads * group), (length, kv_heads), (length, kv_heads),
                                          (1, kv_heads * group))]
                        for _ in range(max(1, CACHES // read) if self.gpu else 2)]
                ours = [self.ours("decode", head_dim, length, operands) for operands in sets]
                candidates = {"fovea": in_turn([c["fovea"] for c in ours])} if all(ours) else {}
                candidates["sdpa"] = in_turn([lambda q=q, k=k, v=v: sdpa(q, k, v, enable_gqa=True)
                                              for q, k, v, _ in sets])
                differs = {}
                if all(ours):
                    q, k, v, o = sets[0]
                    ours[0]["fovea"]()
                    theirs = sdpa(q, k, v, enable_gqa=True).float()
                    differs["sdpa"] = ((theirs - o.float()).abs() / (1 + theirs.abs())).max().item()
                seconds = self.timed(candidates)
                row = {"case": "decode", "head_dim": head_dim, "keys": length, "kv_heads": kv_heads, "group": group,
                       "dtype": "bf16", "bytes": read, "differs": differs,
                       **{f"{name}_s": s for name, s in seconds.items()},
                       **{f"{name}_gbs": read / s / 1e9 for name, s in seconds.items()}}
                self.decoded.append(row)
                print(f"decode    d {head_dim:3} {group} x {kv_heads} heads, {length:5} keys  " +
                      "  ".join(f"{name} {1e6 * s:8.1f} us {read / s / 1e9:6.0f} GB/s" for name, s in seconds.items()),
                      flush=True)

    def summary(self):
        """The figures that the library is held to, the worst case of each."""
        lines = [f"cuBLAS bf16 {self.machine['cublas_bf16_tflops']:.0f} TFLOP/s, "
                 f"copy {self.machine['copy_gbs']:.0f} GB/s (read and written)"]
        for peer, asked in (("flash2", 1.05), ("flex", 1.3)):
            ratios = {f"{r['variant']} d {r['head_dim']} {r['length']}": r[f"{peer}_s"] / r["fovea_s"]
                      for r in self.rows if f"{peer}_s" in r and "fovea_s" in r}
            if ratios:
                worst, best = min(ratios, key=ratios.get), max(ratios, key=ratios.get)
                lines.append(f"times the speed of {peer}, {asked} asked: {ratios[worst]:.2f} ({worst}) to "
                             f"{ratios[best]:.2f} ({best})")
        for r in self.rows:
            plain = next((p for p in self.rows if p["variant"] == "causal" and "fovea_s" in p and
                          all(p[key] == r[key] for key in ("head_dim", "length"))), None)
            if plain and "fovea_s" in r and r["variant"] not in ("full", "causal"):
                lines.append(f"{r['variant']} d {r['head_dim']}: {r['fovea_tflops'] / plain['fovea_tflops']:.2f} of "
                             "plain causal per attended pair")
        for r in self.decoded:
            if "fovea_s" in r:
                lines.append(f"decode {r['group']} heads a key head, {r['keys']} keys: {r['fovea_gbs']:.0f} GB/s, "
                             f"{r['fovea_gbs'] / self.machine['copy_gbs']:.2f} of a copy's, "
                             f"{r['sdpa_s'] / r['fovea_s']:.2f} times the speed of PyTorch's SDPA")
        wrong = [f"{r['variant']} d {r['head_dim']} {r['length']}" for r in self.rows
                 if any(not e <= ERROR for e in r["differs"].values())]
        wrong += [f"decode {r['group']} {r['keys']}" for r in self.decoded
                  if any(not e <= ERROR for e in r["differs"].values())]
        if wrong:
            lines.append(f"RESULTS DIFFER from a peer's: {', '.join(wrong)}")
        if not self.fovea:
            lines.append("the peers alone: fovea's library was not there")
        return lines, not wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", dest="fovea", type=Path, help="libfovea_gpu.so")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--seconds", type=float, default=170, help="no case begins after so long")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    options = parser.parse_args()
    if options.device == "cuda" and not torch.cuda.is_available():
        sys.exit("there is no GPU that PyTorch could use")
    comparison = Comparison(options)

    def write():
        lines, right = comparison.summary()
        if options.json:
            about = {"torch": torch.__version__, "device": torch.cuda.get_device_name() if comparison.gpu else "cpu"}
            written = {**about, "machine": comparison.machine, "summary": lines, "rows": comparison.rows,
                       "decode": comparison.decoded}
            options.json.write_text(json.dumps(written, indent=1) + "\n")
        return lines, right

    with torch.inference_mode():
        comparison.measure_machine()
        write()
        comparison.forward((1024, 2048, 4096, 8192, 16384) if comparison.gpu else (256,))
        comparison.decode()
        write()  # what is measured stays, whatever torch.compile does next
        comparison.against_flex(4096 if comparison.gpu else 256)
    lines, right = write()
    print("\n".join(lines))
    return 0 if right else 1


if __name__ == "__main__":
    sys.exit(main())
