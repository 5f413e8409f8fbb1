#!/usr/bin/env python3
"""Draws bench/results/cpu_peers.json: forward speed over length, fovea beside its peers, into cpu_peers.svg.

Needs matplotlib (bench/peers/run has it in .venv/peers).
"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402 (the backend comes first)

from tree import ROOT  # noqa: E402

# name in the rows: label, colour (a palette that colour-blind readers can tell apart), line width
LINES = {
    "fovea": ("fovea", "#0072b2", 2.4),
    "torch_sdpa": ("PyTorch SDPA", "#d55e00", 1.6),
    "onnxruntime": ("ONNX Runtime", "#009e73", 1.6),
    "unfused": ("unfused OpenBLAS", "#8a8a8a", 1.6),
}
STYLE = {
    "font.family": "sans-serif", "font.size": 9, "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": "#666666", "axes.linewidth": 0.8, "xtick.color": "#444444", "ytick.color": "#444444",
    "axes.grid": True, "grid.color": "#e6e6e6", "grid.linewidth": 0.7, "axes.axisbelow": True, "svg.hashsalt": "fovea",
}


def tokens(n):
    return f"{n // 1024}k" if n >= 1024 else str(n)


def panel(axes, rows, name):
    for key, (label, colour, width) in LINES.items():
        points = sorted((r["queries"], r["flops"] / r[f"{key}_s"] / 1e9) for r in rows if f"{key}_s" in r)
        if points:
            axes.plot(*zip(*points), color=colour, linewidth=width, marker="o", markersize=3.2, label=label,
                      zorder=3 if key == "fovea" else 2)
    lengths = sorted({r["queries"] for r in rows})
    peaks = sorted(r["fp32_peak_gflops"] for r in rows)
    if peaks:
        axes.axhline(peaks[len(peaks) // 2], color="#444444", linewidth=0.9, linestyle=(0, (4, 3)), zorder=1)
    axes.set_xscale("log", base=2)
    axes.set_xticks(lengths, [tokens(n) for n in lengths])
    axes.minorticks_off()
    axes.set_title(name, fontsize=9.5, loc="left", color="#222222")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results" / "cpu_peers.json")
    parser.add_argument("--plot", type=Path, help="the picture; by default beside the results, as .svg")
    options = parser.parse_args()
    results = json.loads(options.results.read_text())
    forward = [r for r in results["rows"] if r["case"] == "forward"]
    formats = [(dtype, d) for dtype in ("fp32", "bf16") for d in (64, 128)]

    with plt.rc_context(STYLE):
        figure, grid = plt.subplots(2, len(formats), figsize=(12, 5.9), sharex=True, sharey=True)
        for row, mask in zip(grid, ("full", "causal")):
            for axes, (dtype, d) in zip(row, formats):
                rows = [r for r in forward if (r["mask"], r["dtype"], r["head_dim"]) == (mask, dtype, d)]
                panel(axes, rows, f"{mask}, {dtype}, head size {d}")
        for axes in grid[:, 0]:
            axes.set_ylabel("GFLOP/s, attended pairs")
            axes.set_ylim(bottom=0)
        for axes in grid[-1]:
            axes.set_xlabel("tokens")
        handles, labels = {}, []
        for axes in grid.flat:
            for handle, label in zip(*axes.get_legend_handles_labels()):
                handles.setdefault(label, handle)
        labels = [label for label, _, _ in LINES.values() if label in handles]
        peak = plt.Line2D([], [], color="#444444", linewidth=0.9, linestyle=(0, (4, 3)))
        figure.legend([handles[n] for n in labels] + [peak], labels + ["fp32 peak of the core"], loc="lower center",
                      ncol=len(labels) + 1, frameon=False, fontsize=9.5)
        figure.suptitle("Attention forward, one core", x=0.008, y=0.985, ha="left", fontsize=13, weight="bold")
        figure.text(0.008, 0.925, f"{results['machine']}; {results['compiler']}; PyTorch {results['peers']['torch']}; "
                    "medians of alternating runs", fontsize=8.5, color="#555555")
        figure.tight_layout(rect=(0, 0.05, 1, 0.925))
        target = options.plot or options.results.with_suffix(".svg")
        figure.savefig(target, metadata={"Date": None})
        print(f"written: {target}")


if __name__ == "__main__":
    main()
