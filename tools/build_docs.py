#!/usr/bin/env python3
"""Builds the documentation site in build/docs/html: pictures, plots and tables first, then Sphinx; warnings are errors.

The site is docs/ beside links to the rest of the tree, so that a path means the same in both. What is generated
replaces comments of the pages:

    <!-- header: mask/causal.hpp -->     the leading comment of a header
    <!-- rows: flash_attention.cpp -->   the table of a coming-from program
    <!-- gallery -->                     every variant of docs/gallery/
    <!-- names -->                       every public name, with its header
    <!-- pages -->                       the names of pages that no list of index.md holds
    <!-- machines -->                    a row of numbers for each machine that was measured
    <!-- output: tiles -->               what the tutorial's program prints between `== tiles` and `==`

Needs the packages of docs/requirements.txt and the programs of the preset `docs`; ./run docs sees to both.
"""

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

import check_public
import draw_results
import quoted
from tree import INCLUDE, ROOT, name

BUILD = ROOT / "build" / "docs"
SITE = BUILD / "site"
OUTPUT = {}  # what docs_tutorial says, part by part
MARK = re.compile(r"^<!-- (header|rows|gallery|names|output|pages|machines)(?:: (\S+))? -->$", re.M)

# What is code in the prose of a header: paths, calls, subscripts and names with an underscore.
CODE = re.compile(r"(?<![\w`:/<])((?:tests|bench|docs|engine|include)/[\w/]+\.\w+|<fovea/[\w/.]+>|(?:\w+::)*[a-z]\w*"
                  r"(?:_\w+|\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\]]*\])+)")
LABEL = re.compile(r"(?<![\w`])(Required call|Required of an expression|Shapes|Units|Empty|Error|Cost|Source|Laws?|"
                   r"Models|Memory|Optional):")


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
        pieces = CODE.split(line)  # prose and code in turn
        pieces[::2] = [LABEL.sub(r"\n*\1:*", re.sub(r"([\\<*\[\]])", r"\\\1", prose)) for prose in pieces[::2]]
        pieces[1::2] = [f"`{code_piece}`" for code_piece in pieces[1::2]]
        text.append("".join(pieces))
    close()
    if not path.startswith("tests/"):
        text += names_of(path)
    shown = path if path.startswith("tests/") else f"<fovea/{path}>"
    return f"\n{{.header}}\n`{shown}`\n\n" + "\n".join(text) + "\n"


def names_of(path):
    """The public names of a header that have a comment of their own, as a list of definitions."""
    public, groups = set(quoted.public_names().get(path, [])), {}
    for d in check_public.declarations((INCLUDE / path).read_text()):
        if d.name in public and d.comment:
            groups.setdefault(d.comment, []).append(d.signature())
    text = []
    for comment, signatures in groups.items():
        prose = re.sub(r"([\\<*\[\]|_]|^-)", r"\\\1", comment.replace("`", ""))
        text += ["", " ".join(f"`{x}`" for x in signatures), f": {prose}"]
    return text


def cropped(svg):
    """A tile map without its title and legend, which the page has, and with larger numbers: it is shown small."""
    ground = re.search(r'<rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)" fill="#eef0ee"', svg)
    left, top, width, height = map(float, ground.groups())
    box = f"{left - 40:g} {top - 36:g} {width + 52:g} {height + 44:g}"
    svg = re.sub(r'width="\S+" height="\S+" viewBox="[^"]*"', f'width="640" viewBox="{box}"', svg, count=1)
    svg = re.sub(r"<text [^>]*font-size=\"1[25][^>]*>[^<]*</text>\n", "", svg)  # title, summary, legend
    svg = re.sub(r"<text [^>]*font-weight=\"600\"[^>]*>(?:keys|queries)</text>\n", "", svg)
    return svg.replace('font-size="11"', 'font-size="20"')


def tally(svg):
    """What the legend of a tile map says: full, partial and dead tiles, and from where to where a bias goes."""
    tiles = re.findall(r">(\d+ (?:full|partial|dead))", svg)
    bias = re.search(r">score where the product is 0: (\S+)<.*>to (\S+)<", svg, re.S)
    return ", ".join([*tiles, *(f"bias {from_} to {to}" for from_, to in bias and [bias.groups()] or [])])


TALLIES = {}  # of the pictures, by program/name


def rows(path):
    theirs = re.search(r"// (.*?)(?: \(| 2 \(|'s | by |, )", (ROOT / "docs" / "coming_from" / path).read_text())[1]
    text = ['<div class="rows">\n<div class="row head"><div>\n', theirs, '\n</div><div>\n', "Fovea", "\n</div></div>\n"]
    for row in quoted.rows(ROOT / "docs" / "coming_from" / path):
        text += ['<div class="row"><div class="theirs">\n', f"```{row.language}", row.theirs, "```", "", row.remark, "",
                 '</div><div class="ours">\n', "```cpp", row.ours, "```", "", "</div></div>\n"]
    return "\n".join([*text, "</div>\n"])


def gallery(_):
    text = []
    for v in quoted.variants():
        formula = f"$${v.formula}$$" if v.formula else ""
        text += [f"## {v.title}", "", '<div class="variant"><div>\n', v.sentence, "", formula, "", "```cpp", v.code,
                 "```", ""]
        if v.source:
            text += [f"*Source:* {v.source}", ""]
        cost = draw_results.cost(v.measured) if v.measured else ""
        if cost:
            text += [f"*Cost:* {cost}", ""]
        text += ["</div><div>\n", f"![Tiles: {v.title}](../pictures/gallery/{v.stem}.svg)", "",
                 "{.tally}", TALLIES[f"gallery/{v.stem}"], "", "</div></div>\n"]
    return "\n".join(text)


def names(_):
    """Every public name; its header is a link where a concept page shows it."""
    shown = {path: page.stem for page in sorted((ROOT / "docs" / "concepts").glob("*.md"))
             for kind, path in MARK.findall(page.read_text()) if kind == "header"}
    text = ["| name | header |", "|---|---|"]
    for path, public in sorted(quoted.public_names().items()):
        where = f"`<fovea/{path}>`"
        if path in shown:
            where = f"[{where}](concepts/{shown[path]}.md#{re.sub(r'[^a-z0-9_]', '', 'fovea' + path)})"
        text += [f"| `{n}` | {where} |" for n in sorted(public)]
    return "\n".join(text) + "\n"


def output(part):
    return "```text\n" + OUTPUT[part].strip("\n") + "\n```"


def pages(_):
    """The pages beside index.md that it does not list by name."""
    listed = re.findall(r"^(?:.* <)?(\w+)>?$", (ROOT / "docs" / "index.md").read_text(), re.M)
    return "\n".join(p.stem for p in sorted((ROOT / "docs").glob("*.md")) if p.stem not in [*listed, "index"])


GENERATED = {"header": header, "rows": rows, "gallery": gallery, "names": names, "output": output, "pages": pages,
             "machines": lambda _: draw_results.machines()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=Path, default=BUILD / "docs", help="where docs_gallery and the others are")
    programs = parser.parse_args().programs.resolve()
    said = subprocess.run([programs / "docs_tutorial"], check=True, capture_output=True, text=True).stdout
    OUTPUT.update(re.findall(r"^== ([^\n]*)\n(.*?)^==$", said, re.M | re.S))
    shutil.rmtree(SITE, ignore_errors=True)
    shutil.copytree(ROOT / "docs", SITE / "docs")
    for path in ROOT.iterdir():
        if path.name not in ("docs", "build", ".git"):
            (SITE / path.name).symlink_to(path)

    pictures = SITE / "docs" / "pictures"
    for program in ("gallery", "contract", "landing"):
        (pictures / program).mkdir(parents=True)
        subprocess.run([programs / f"docs_{program}", pictures / program], check=True,
                       stdout=subprocess.DEVNULL)
        for picture in (pictures / program).glob("*.svg"):
            svg = picture.read_text()
            TALLIES[f"{program}/{picture.stem}"] = tally(svg)
            picture.write_text(cropped(svg))
    draw_results.draw(pictures / "results")
    for page in (SITE / "docs").rglob("*.md"):
        text = page.read_text()
        made = MARK.sub(lambda m: GENERATED[m[1]](m[2]), text)
        if not re.search(r"^## ", text, re.M):  # a page of headers alone: each is a heading, to be found and linked
            made = made.replace("\n{.header}\n", "\n## ")
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
