"""Pictures and numbers of the documentation from bench/results/*.json. Drawing needs matplotlib."""

import json
import subprocess
import sys
from functools import cache

from tree import ROOT

RESULTS = ROOT / "bench" / "results"
OURS, REST = "#2f6690", ["#bcd7e6", "#c08552", "#8a8a8a"]


@cache
def results(name):
    return json.loads((RESULTS / f"{name}.json").read_text())


def times(x):
    return f"{x:.2f} x"


def cost(measured):
    """What a row of bench/results says of a variant, fp32; `file/name of the mask`."""
    file, _, mask = measured.partition("/")
    found = {r["head_dim"]: r for r in results(file)["rows"]
             if r["mask"] == mask and r["dtype"] == "fp32" and r["queries"] == max(
                 x["queries"] for x in results(file)["rows"] if x["mask"] == mask)}
    if not found:
        raise SystemExit(f"bench/results/{file}.json has no fp32 row of '{mask}'")
    some = next(iter(found.values()))
    each = ", ".join(f"{times(r['ratio'])} at head size {d}" for d, r in sorted(found.items()))
    where = f"{some['queries']} tokens, fp32, `bench/results/{file}.json`"
    if file == "variants":
        against = {"causal": "plain causal attention, both causal", "full": "full attention"}[some["plain"]]
        if some["live_share"] != 1:
            against += " per multiplication left alive"
        return f"{each} of the time of {against} ({where})."
    parts = ", ".join(f"{r['fovea_s'] / r['full_s']:.3f} of the time of full attention at head size {d}"
                      for d, r in sorted(found.items()))
    return f"{parts}; {some['live_share']:.3f} of the pairs are attended ({where})."


def machines():
    """A row for each machine that was measured: causal attention of 2048 tokens, decoding from 8192, head size 128."""
    text = ["| machine | folder | fp32 | beside PyTorch | bf16 | beside PyTorch | decoding, fp32 | decoding, bf16 |",
            "|---|---|---|---|---|---|---|---|"]
    for file in sorted(RESULTS.rglob("cpu_peers.json"), key=lambda path: (len(path.parts), path)):
        folder = file.parent.relative_to(RESULTS).as_posix()
        cells = [results(f"{folder}/forward")["machine"], "" if folder == "." else f"`{folder}`"]
        for dtype in ("fp32", "bf16"):
            own, beside = ([r for r in results(f"{folder}/{kind}")["rows"] if r["case"] == "forward"
                            and (r["dtype"], r["mask"], r["head_dim"], r["queries"], r["heads"])
                            == (dtype, "causal", 128, 2048, 4)][0] for kind in ("forward", "cpu_peers"))
            cells += [f"{100 * own['share_of_peak']:.0f} %", times(beside["torch_sdpa_s"] / beside["fovea_s"])]
        for dtype in ("fp32", "bf16"):
            share = {r["heads"] // r["kv_heads"]: r["share_of_read"] for r in results(f"{folder}/decode")["rows"]
                     if (r["dtype"], r["mask"], r["head_dim"], r["keys"]) == (dtype, "full", 128, 8192)}
            cells.append(", ".join(f"{100 * share[heads]:.0f} %" for heads in (1, 8)))
        text.append("| " + " | ".join(cells) + " |")
    return "\n".join(text) + "\n"


def plot(plt, file, title, draw, size):
    """The picture of bench/results/NAME.json, of the same name; under it, where that was measured."""
    figure, axes = plt.subplots(figsize=size)
    draw(axes)
    axes.set_title(title, loc="left", fontsize=11, weight="bold", color="#22303c")
    source = results(file.stem)
    figure.text(0.99, 0.012, f"one thread of {source['machine']}; {source['compiler']}; commit {source['commit']}",
                ha="right", fontsize=7.5, color="#666666")
    figure.tight_layout(rect=(0, 0.035, 1, 1))
    figure.savefig(file, metadata={"Date": None})
    plt.close(figure)


def draw(folder):
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    from plot_peers import STYLE

    folder.mkdir(parents=True)
    subprocess.run([sys.executable, ROOT / "tools" / "plot_peers.py", "--plot", folder / "peers.svg"], check=True,
                   stdout=subprocess.DEVNULL)
    with plt.rc_context({**STYLE, "figure.facecolor": "#fdfdfb", "axes.facecolor": "#fdfdfb"}):
        rows = [r for r in results("variants")["rows"] if r["dtype"] == "fp32"]
        labels = list(dict.fromkeys(r["mask"] for r in rows))

        def variants(axes):
            for n, d in enumerate((64, 128)):
                ratio = {r["mask"]: r["ratio"] for r in rows if r["head_dim"] == d}
                at = [len(labels) - 1 - i + (0.19 - 0.38 * n) for i in range(len(labels))]
                bars = axes.barh(at, [ratio[x] - 1 for x in labels], 0.34, left=1, label=f"head size {d}",
                                 color=[REST[0], OURS][n])
                for y, x in zip(at, labels):
                    axes.text(max(ratio[x], 1) + 0.004, y, f"{ratio[x]:.2f}", va="center", fontsize=8)
            axes.axvline(1, color="#444444", linewidth=0.9)
            axes.set_yticks(range(len(labels)), labels[::-1])
            axes.set_xlim(0.94, 1.28)
            axes.set_xlabel("time, over plain attention (per multiplication left alive)")
            axes.legend(frameon=False, loc="upper right")
            axes.grid(axis="y", visible=False)

        plot(plt, folder / "variants.svg", "What a variant costs", variants, (7.6, 3.9))

        masks = [r for r in results("masks")["rows"] if r["dtype"] == "fp32"]

        def alive(axes):
            top = 1.0
            axes.plot([0.02, top], [0.02, top], color="#8a8a8a", linewidth=0.9, linestyle=(0, (4, 3)),
                      label="time as the attended pairs")
            for n, d in enumerate((64, 128)):
                points = [(r["live_share"], r["fovea_s"] / r["full_s"], r["mask"]) for r in masks
                          if r["head_dim"] == d and r["queries"] == 16384]
                axes.scatter([p[0] for p in points], [p[1] for p in points], s=42, color=[REST[0], OURS][n], zorder=3,
                             edgecolor="#22303c", linewidth=0.5, label=f"head size {d}")
                if n:
                    for x, y, mask in points:
                        right = mask == "window"
                        axes.annotate(mask, (x, y), xytext=(9, -4) if right else (-7, 6),
                                      textcoords="offset points", fontsize=8, ha="left" if right else "right")
            axes.set_xscale("log")
            axes.set_yscale("log")
            for set_ticks in (axes.set_xticks, axes.set_yticks):
                set_ticks([0.05, 0.1, 0.2, 0.5, 1], ["5 %", "10 %", "20 %", "50 %", "all"])
            axes.minorticks_off()
            axes.set_xlabel("pairs of query and key attended")
            axes.set_ylabel("time of full attention")
            axes.legend(frameon=False, loc="upper left")

        plot(plt, folder / "masks.svg", "Dead tiles cost nothing: 16,384 tokens", alive, (7.6, 4.4))

        decode = [r for r in results("decode")["rows"] if r["mask"] == "full" and r["keys"] == 8192]

        def share(axes):
            formats = list(dict.fromkeys((r["dtype"], r["head_dim"]) for r in decode))
            groups = sorted({r["heads"] // r["kv_heads"] for r in decode})
            width = 0.8 / len(groups)
            for n, g in enumerate(groups):
                value = [next((r["share_of_read"] for r in decode if (r["dtype"], r["head_dim"]) == f
                               and r["heads"] // r["kv_heads"] == g), 0) for f in formats]
                axes.bar([i + (n - (len(groups) - 1) / 2) * width for i in range(len(formats))], value, width * 0.9,
                         color=[OURS, "#7fb0cf", REST[0], REST[1]][n % 4],
                         label=f"{g} query head{'s' * (g > 1)} a key head")
            axes.set_xticks(range(len(formats)), [f"{t}, head size {d}" for t, d in formats])
            axes.set_ylim(0, 1.14)  # the legend stands above the bars
            axes.set_yticks([0, 0.2, 0.4, 0.6, 0.8, 1])
            axes.set_ylabel("share of the read bandwidth")
            axes.legend(frameon=False, loc="upper right", ncol=len(groups))
            axes.grid(axis="x", visible=False)

        plot(plt, folder / "decode.svg", "Decoding: one query, 8,192 keys", share, (7.6, 3.6))
