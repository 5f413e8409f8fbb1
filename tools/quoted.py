"""What the documentation takes from compiled files: variants of the gallery, rows of tables, public names."""

import re
import textwrap
import tomllib
from dataclasses import dataclass

from tree import ROOT

SHOWN = re.compile(r"^ *// shown\n(.*?)^ *// end$", re.M | re.S)


@dataclass
class Variant:
    stem: str
    title: str  # before the colon of the first comment
    sentence: str
    formula: str
    source: str
    measured: str  # file of bench/results / name of its row
    code: str


def variants():
    """docs/gallery/NN_name.cpp: a sentence, a formula between $$, Source and Measured; code from // shown to // end."""
    found = []
    for path in sorted((ROOT / "docs" / "gallery").glob("[0-9][0-9]_*.cpp")):
        text = path.read_text()
        comment = re.match(r"(?://.*\n)+", text)[0]
        first = re.match(r"// (.*(?:\n// .+)*)", comment)[1].replace("\n// ", " ")
        title, colon, rest = first.partition(": ")
        formula = re.search(r"\$\$(.*?)\$\$", comment)
        source, measured = (re.search(rf"^// {label}: (.*)$", comment, re.M) for label in ("Source", "Measured"))
        code = "\n\n".join(textwrap.dedent(shown).strip("\n") for shown in SHOWN.findall(text))
        if not code:
            raise SystemExit(f"docs/gallery/{path.name} shows no code between // shown and // end")
        found.append(Variant(path.stem, title.rstrip("."), (rest[:1].upper() + rest[1:]) if colon else "",
                             formula[1] if formula else "", source[1] if source else "",
                             measured[1] if measured else "", code))
    return found


@dataclass
class Row:
    language: str
    theirs: str
    remark: str
    ours: str


def rows(path):
    """A coming-from program: `//: theirs`, `// remark`, our code, up to the `agrees(` that asserts it."""
    text = path.read_text()
    language = "cpp" if "// language: cpp" in text else "python"
    found = []
    for match in re.finditer(r"((?:^ *//: [^\n]*\n)+)((?:^ *// [^\n]*\n)*)(.*?)^ *agrees\(", text, re.M | re.S):
        theirs = "\n".join(re.findall(r"//: (.*)", match[1]))
        remark = " ".join(re.findall(r"// (.*)", match[2]))
        found.append(Row(language, theirs, remark, textwrap.dedent(match[3]).strip("\n")))
    if len(found) != len(re.findall(r"\bagrees\(", text)):
        raise SystemExit(f"{path.name}: {len(found)} rows, but another number of assertions")
    return found


def public_names():
    """{header: names}, as docs/names.toml says."""
    names = tomllib.loads((ROOT / "docs" / "names.toml").read_text())
    return {header: entry["public"] for header, entry in names.items()}
