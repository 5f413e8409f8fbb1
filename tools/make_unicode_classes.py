#!/usr/bin/env python3
"""Writes examples/smollm2/unicode_classes.hpp: Unicode's letters (L*) and numbers (N*) as sorted ranges.

    python3 tools/make_unicode_classes.py > examples/smollm2/unicode_classes.hpp
"""
import sys
import unicodedata


def ranges(major):
    found = []
    for point in range(sys.maxunicode + 1):
        if unicodedata.category(chr(point))[0] != major:
            continue
        if found and found[-1][1] == point - 1:
            found[-1][1] = point
        else:
            found.append([point, point])
    return found


def table(name, pairs):
    lines, line = [], "   "
    for first, last in pairs:
        entry = f" {{0x{first:x}, 0x{last:x}}},"
        if len(line) + len(entry) > 120:
            lines.append(line)
            line = "   "
        line += entry
    lines.append(line)
    return f"inline constexpr code_point_range {name}[] = {{\n" + "\n".join(lines) + "\n};\n"


print(f"""\
// Which code points are letters and which are numbers, for the tokenizer; written by tools/make_unicode_classes.py.
//
//   bool l = smollm2::is_letter(U'é');
//
// Source: Unicode {unicodedata.unidata_version}, general categories L* and N*, as Python's unicodedata has them.
// clang-format off
#pragma once

#include <algorithm>
#include <iterator>

namespace smollm2 {{

struct code_point_range {{
    char32_t first;
    char32_t last;
}};

{table("letters", ranges("L"))}
{table("numbers", ranges("N"))}
template <class Ranges>
bool in_ranges(const Ranges& ranges, char32_t point) {{
    const auto before = [](char32_t value, const code_point_range& range) {{ return value < range.first; }};
    const auto after = std::upper_bound(std::begin(ranges), std::end(ranges), point, before);
    return after != std::begin(ranges) && point <= std::prev(after)->last;
}}

inline bool is_letter(char32_t point) {{ return in_ranges(letters, point); }}
inline bool is_number(char32_t point) {{ return in_ranges(numbers, point); }}

}} // namespace smollm2""")
