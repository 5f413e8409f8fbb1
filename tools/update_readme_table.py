#!/usr/bin/env python3
"""Writes README.md's table of measurements from bench/results/cpu_peers.json, or checks that it is the one.

The table stands between the two comments that name this script. Without the result file it says so.
"""

import argparse
import json
import sys

from tree import ROOT

README = ROOT / "README.md"
RESULTS = ROOT / "bench" / "results" / "cpu_peers.json"
BEGIN = "<!-- measurements: begin (written by tools/update_readme_table.py) -->\n"
END = "<!-- measurements: end -->\n"
NOT_MEASURED = ("Not measured yet: `./run bench peers` writes `bench/results/cpu_peers.json`, from which this table is "
                "made.\n")

# What a newcomer asks first: one length for the forward pass, one cache for decoding, the variants.
LENGTH, CACHE, GROUP = 2048, 8192, 4
MASKS = {"full": "full", "causal": "causal", "window": "causal, sliding window", "alibi": "causal, ALiBi",
         "softcap": "causal, tanh softcap"}


def milliseconds(seconds):
    return f"{1e3 * seconds:.3g} ms" if seconds else ""


def times(peer, ours):
    return f"{peer / ours:.2f} x" if peer else ""


def chosen(rows):
    """The rows shown: (order, row), the wished length or else the longest measured."""
    def nearest(case, dtype, head_dim, mask, wished):
        some = [r for r in rows if r["case"] == case and r["dtype"] == dtype and r["head_dim"] == head_dim
                and r["mask"] == mask and r.get("threads", 1) == 1
                and (case != "decode" or r["heads"] == GROUP * r["kv_heads"])]
        return min(some, key=lambda r: abs(r["keys"] - wished), default=None)

    for dtype in ("fp32", "bf16"):
        for head_dim in (128, 64):
            for mask in ("full", "causal"):
                yield nearest("forward", dtype, head_dim, mask, LENGTH)
    for mask in ("window", "alibi", "softcap"):
        yield nearest("variant", "fp32", 128, mask, LENGTH)
    for dtype in ("fp32", "bf16"):
        yield nearest("decode", dtype, 128, "full", CACHE)


def reached(row, peak):
    """The share of what the machine can do: multiply-adds for the forward pass, reading for decoding."""
    if row.get("share_of_read"):
        return f"{100 * row['share_of_read']:.0f} % of read"
    pairs = row["dtype"] == "bf16" and peak.get("bf16_gflops")  # without pairs, bf16 is computed in fp32
    limit = peak["bf16_gflops"] if pairs else row.get("fp32_peak_gflops")
    if row.get("flops") and limit:
        return f"{100 * row['flops'] / row['fovea_s'] / 1e9 / limit:.0f} % of peak"
    return ""


def table(results):
    peak = results.get("peak", {})
    lines = ["| | type | head size | queries x keys | fovea | reached | PyTorch SDPA | flex_attention | unfused BLAS |",
             "|---|---|---|---|---|---|---|---|---|"]
    for row in filter(None, chosen(results["rows"])):
        ours = row["fovea_s"]
        what = "decode" if row["case"] == "decode" else MASKS.get(row["mask"], row["mask"])
        if row["heads"] != row["kv_heads"]:
            what += f", {row['heads'] // row['kv_heads']} heads a key head"
        cells = [what, row["dtype"], row["head_dim"], f"{row['queries']} x {row['keys']}", milliseconds(ours),
                 reached(row, peak), times(row.get("torch_sdpa_s"), ours), times(row.get("torch_flex_s"), ours),
                 times(row.get("unfused_s"), ours)]
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    gflops = f"{peak['fp32_gflops']:.0f} GFLOP/s fp32" if peak.get("fp32_gflops") else ""
    if peak.get("bf16_gflops"):
        gflops += f", {peak['bf16_gflops']:.0f} in pairs of bf16"
    read = f", {peak['read_gbs']:.1f} GB/s read" if peak.get("read_gbs") else ""
    heads = {r["heads"] for r in chosen(results["rows"]) if r and r["case"] != "decode"}
    decoding = {r["heads"] for r in chosen(results["rows"]) if r and r["case"] == "decode"}
    where = f"One thread of {results['machine']}, {results['compiler']}, commit {results['commit'][:12]}"
    lines += ["", f"{where}; peaks of the same run: {gflops}{read}. One batch; heads: "
                  f"{', '.join(map(str, sorted(heads)))}, in decoding {', '.join(map(str, sorted(decoding)))}. "
                  "`x`: times as long as fovea; an empty cell was not measured. Medians; how they were taken is in "
                  "`bench/README.md`."]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the table is another")
    options = parser.parse_args()
    text = README.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        print(f"README.md does not hold the lines\n{BEGIN}{END}")
        return 1
    wanted = table(json.loads(RESULTS.read_text())) if RESULTS.is_file() else NOT_MEASURED
    before, rest = text.split(BEGIN)
    now, after = rest.split(END)
    if now == wanted:
        print("readme_table: in order")
        return 0
    if options.check:
        print("readme_table: README.md holds another table than bench/results/cpu_peers.json gives; "
              "run tools/update_readme_table.py")
        return 1
    README.write_text(before + BEGIN + wanted + END + after)
    print("readme_table: written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
