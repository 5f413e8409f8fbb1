#!/usr/bin/env python3
"""Every public name has its documentation, and every name of a public header is known to be public or not.

docs/names.toml lists the headers that programs may name things of; for each, the public names and the internal ones. A
name that is in neither list is a fault, and so is a public one that is no longer declared. A public name is documented
when the first comment of its header speaks of it, or a comment stands directly above its declaration, and when a page
of docs/ shows that header.

With --list: prints what each header declares.
"""

import argparse
import re
import sys
import tomllib
from dataclasses import dataclass

from tree import INCLUDE, ROOT, files, report

NAMES = ROOT / "docs" / "names.toml"
NAMESPACE = re.compile(r"(?:inline\s+)?namespace\s+([\w:]+(?:inline\s+\w+)?)\s*$")
ATTRIBUTE = re.compile(r"\[\[.*?\]\]")
TYPE = re.compile(r"\b(?:concept|struct|class|union|enum\s+class|enum)\s+(?:\[\[.*?\]\]\s*)?(\w+)")
ALIAS = re.compile(r"\busing\s+(\w+)\s*=")
FUNCTION = re.compile(r"(operator\S*|operator\s*\"\"\s*\w+|\w+)\s*\($")
VARIABLE = re.compile(r"\bconstexpr\b.*?(\w+)\s*(?:\{|=|$)", re.S)


@dataclass
class Declaration:
    name: str
    comment: str  # what stands above it, or above the group of lines that it is one of
    text: str  # without a body

    def described(self, first_of_group):
        return bool(self.comment) and (first_of_group or self.name in re.findall(r"\w+", self.comment))

    def signature(self):
        """As one would call it: without templates, bodies and specifiers."""
        text = re.sub(r"\{\}.*|=(?!=).*", "", without_template(self.text), flags=re.S)
        text = re.sub(r"\[\[\w+\]\]|\b(?:constexpr|inline|consteval|FOVEA_\w+|auto|explicit)\b", "", text)
        text = " ".join(text.split())
        called = re.search(rf"\b{self.name}\(.*", text)
        return called[0] if called else self.name


def without_template(text):
    """A declaration without its template lists and requires clauses."""
    text = text.strip()
    while text.startswith("template"):
        depth = 0
        for i, c in enumerate(text):
            before = text[i - 1] if i else ""
            depth += (c == "<") - (c == ">" and before not in "-=")
            if c == ">" and depth == 0 and before not in "-=":
                break
        text = text[i + 1:].strip()
    if text.startswith("requires"):  # up to where the declaration proper begins
        text = re.split(r"\n(?=\s*(?:FOVEA_\w+|constexpr|inline|auto|struct|class|consteval))", text, maxsplit=1)[-1]
    return text.strip()


def name_of(text):
    """The name that a declaration at namespace scope introduces, or None."""
    text = ATTRIBUTE.sub("", without_template(text)).strip()
    if not text or text.startswith(("static_assert", "using namespace", "extern", "friend", "#")):
        return None
    found = ALIAS.match(text)
    if found:
        return found[1]
    found = re.match(r"(?:FOVEA_\w+\s+)?" + TYPE.pattern, text)
    if found:
        return None if re.match(r"\s*<", text[found.end():]) else found[1]
    opened = text.find("(")
    start = re.split(r"[={]", text, maxsplit=1)[0]
    if opened >= 0 and opened < len(start) + 1:
        found = FUNCTION.search(text[:opened + 1])
        return None if not found or found[1].startswith("operator") or "operator" in text[:opened] else found[1]
    found = re.search(r"(\w+)\s*$", start)
    return found[1] if found and "constexpr" in text else None  # a specialisation ends in >


def declarations(text):
    """What a header declares in namespaces of fovea, itself and those inside."""
    found, stack, piece, comment, i = [], [], "", "", 0

    def close():
        nonlocal piece
        name = name_of(piece)
        if name and name not in ("operator", "requires") and any(s.startswith("fovea") for s in stack):
            found.append(Declaration(name, comment, piece))
        piece = ""

    while i < len(text):
        if text.startswith("//", i):
            end = text.find("\n", i)
            if not piece.strip():  # lines of one comment are joined; a declaration between begins another
                again = re.search(r"\n *//[^\n]*\n\Z|\A\Z", text[:i].rstrip(" "))
                comment = (comment + " " if again else "") + text[i + 3:end]
            i = end
            continue
        c = text[i]
        if c == "\n" and not piece.strip() and text[i + 1:i + 2] == "\n":
            comment = ""
        if c in "\"'" and not (c == "'" and text[i - 1].isalnum()):
            i += 1
            while text[i] != c:
                i += 2 if text[i] == "\\" else 1
            c = "_"
        if c == "#" and not piece.strip():
            while text[i] != "\n" or text[i - 1] == "\\":
                i += 1
            continue
        if c == "{":
            opened = ATTRIBUTE.sub("", piece).strip()
            space = NAMESPACE.search(opened)
            if space and "(" not in opened:
                stack.append(space[1])
                piece = comment = ""
            else:
                depth = 0
                while True:  # a body, or a value in braces
                    if text.startswith("//", i):
                        i = text.find("\n", i)
                    depth += (text[i] == "{") - (text[i] == "}")
                    if depth == 0:
                        break
                    i += 1
                piece += "{}"
                if text[i + 1:i + 2] not in ";,)>":  # of a function; what goes on is a value or a type
                    close()
        elif c == "}":
            stack = stack[:-1]
            piece = ""
        elif c == ";":
            close()
        else:
            piece += c
        i += 1
    return found


def documented(header, declared):
    """The names of a header that its first comment speaks of, or a comment above them."""
    leading = re.match(r"(?://.*\n)*", (INCLUDE / header).read_text())[0]
    named = set(re.findall(r"\w+", leading))
    seen = ""
    for d in declared:
        if d.described(d.comment != seen):
            named.add(d.name)
        seen = d.comment
    return named & {d.name for d in declared}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    faults, count = [], 0
    shown = set(re.findall(r"<!-- header: (\S+) -->", "".join(p.read_text() for p in files("docs/*.md"))))
    for header, lists in tomllib.loads(NAMES.read_text()).items():
        declared = declarations((INCLUDE / header).read_text())
        known = {d.name for d in declared}
        if options.list:
            print(f'["{header}"]\n{sorted(known)}\n  undocumented: {sorted(known - documented(header, declared))}')
            continue
        public, internal = set(lists["public"]), set(lists.get("internal", []))
        count += len(public)
        faults += [f"{header}: {n} is neither public nor internal in docs/names.toml"
                   for n in known - public - internal]
        faults += [f"{header}: {n} of docs/names.toml is not declared" for n in public - known]
        faults += [f"{header}: {n} is public and has no comment" for n in public & known - documented(header, declared)]
        if public and header not in shown:
            faults.append(f"{header}: has public names, and no page of docs/ shows it")
    return report("public names", sorted(faults), f"{count} names")


if __name__ == "__main__":
    sys.exit(main())
