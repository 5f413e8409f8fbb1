#!/usr/bin/env python3
"""Builds the documentation site in build/docs/html: pictures, plots and tables first, then Sphinx; warnings are errors.

The site is docs/ beside links to the rest of the tree, so that a path means the same in both. What is generated
replaces comments of the pages:

    <!-- header: mask/causal.hpp -->     the leading comment of a header
    <!-- rows: flash_attention.cpp -->   the table of a coming-from program
    <!-- gallery -->                     every variant of docs/gallery/
    <!-- names -->                       every public name, with its header

Needs the packages of docs/requirements.txt and the programs of the preset `docs`; ./run docs sees to both.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import draw_results
import quoted
from tree import INCLUDE, ROOT, name

BUILD = ROOT / "build" / "docs"
SITE = BUILD / "site"
MARK = re.compile(r"^<!-- (header|rows|gallery|names)(?:: (\S+))? -->$", re.M)

LABEL = re.compile(r"(?<![\w`])(Required call|Required of an expression|Shapes|Units|Empty|Error|Cost|Source|Laws|Models|"
                   r"Memory|Optional):")


def header(path):
    """A header's leading comment as Markdown: prose, and what is indented as code."""
    lines = []
    for line in ((ROOT if path.startswith("tests/") else INCLUDE) / path).read_text().splitlines():
        if not line.startswith("//"):
            break
        lines.append(line[3:])
    text, code = [], []

    def close():
        if code:
            text.extend(["", "```cpp", *[c[4:] for c in code], "```", ""])
            code.clear()

    for line in lines:
        if line.startswith("    ") and (code or not text or not text[-1].strip()):
            code.append(line)
            continue
        close()
        text.append(LABEL.sub(r"\n*\1:*", re.sub(r"([\\<*\[\]])", r"\\\1", line)))
    close()
    shown = path if path.startswith("tests/") else f"<fovea/{path}>"
    return f"\n{{.header}}\n`{shown}`\n\n" + "\n".join(text) + "\n"


def rows(path):
    text = ['<div class="rows">\n']
    for row in quoted.rows(ROOT / "docs" / "coming_from" / path):
        text += ['<div class="row"><div class="theirs">\n', f"```{row.language}", row.theirs, "```", "", row.remark, "",
                 '</div><div class="ours">\n', "```cpp", row.ours, "```", "", "</div></div>\n"]
    return "\n".join([*text, "</div>\n"])


def gallery(_):
    text = []
    for v in quoted.variants():
        text += [f"## {v.title}", "", '<div class="variant"><div>\n', v.sentence, "", f"$${v.formula}$$" if v.formula else
                 "", "", "```cpp", v.code, "```", ""]
        if v.source:
            text += [f"*Source:* {v.source}", ""]
        cost = draw_results.cost(v.measured) if v.measured else ""
        if cost:
            text += [f"*Cost:* {cost}", ""]
        text += ["</div><div>\n", f"![Tiles of the mask: {v.title}](../pictures/gallery/{v.stem}.svg)", "",
                 "</div></div>\n"]
    return "\n".join(text)


def names(_):
    text = ["| name | header |", "|---|---|"]
    for path, public in sorted(quoted.public_names().items()):
        text += [f"| `{n}` | `<fovea/{path}>` |" for n in sorted(public)]
    return "\n".join(text) + "\n"


GENERATED = {"header": header, "rows": rows, "gallery": gallery, "names": names}


def main():
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SITE / "docs")
    for path in ROOT.iterdir():
        if path.name not in ("docs", "build", ".git"):
            (SITE / path.name).symlink_to(path)

    pictures = SITE / "docs" / "pictures"
    for program in ("gallery", "contract"):
        (pictures / program).mkdir(parents=True)
        subprocess.run([BUILD / "docs" / f"docs_{program}", pictures / program], check=True,
                       stdout=subprocess.DEVNULL)
    draw_results.draw(pictures / "results")
    for page in (SITE / "docs").rglob("*.md"):
        text = page.read_text()
        made = MARK.sub(lambda m: GENERATED[m[1]](m[2]), text)
        if made != text:
            page.write_text(made)

    html = BUILD / "html"
    shutil.rmtree(html, ignore_errors=True)
    done = subprocess.run([sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "-d",
                           BUILD / "doctrees", SITE / "docs", html])
    if done.returncode == 0:
        print(f"docs: {name(html)}/index.html")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
