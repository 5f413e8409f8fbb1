// Judges what a machine made of the cases: by another formula, or by what another machine made of them.
//
//     for (verdict const& v : judged(list, sm80_on_emulator(), expected(list))) { INFO(v.text); CHECK(v.good); }
#pragma once
#include <cstdio>
#include <string>
#include <vector>

#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/outcome.hpp"

namespace tests {

struct verdict {
    std::string name, text; // text: the first word that differs
    bool good = true;
};

template <class... Kernel> outcomes expected(kernel_list<Kernel...>) {
    return {outcome{Kernel::name, Kernel::out(Kernel::in()), {}}...};
}

inline verdict judged(layout const& shape, outcome const& got, outcome const& right) {
    verdict v{right.name, got.complaint, got.complaint.empty()};
    if (!right.complaint.empty()) return {right.name, right.complaint, false};
    if (!v.good) return v;
    const auto fail = [&](std::string const& text) {
        v.text += text;
        v.good = false;
    };
    if (got.name != right.name) fail("'" + got.name + "' stands in its place");
    else if (got.out.size() != right.out.size())
        fail(std::to_string(got.out.size()) + " words instead of " + std::to_string(right.out.size()));
    else
        for (std::size_t i = 0; i < right.out.size() && v.good; ++i)
            if (!agree(shape, got.out[i], right.out[i])) {
                char text[160];
                std::snprintf(text, sizeof text, "word %zu is %08x (%.9g), but should be %08x (%.9g)", i, got.out[i],
                              static_cast<double>(as_float(got.out[i])), right.out[i],
                              static_cast<double>(as_float(right.out[i])));
                fail(text);
            }
    return v;
}

template <class... Kernel>
std::vector<verdict> judged(kernel_list<Kernel...>, outcomes const& got, outcomes const& right) {
    std::vector<verdict> all;
    std::size_t i = 0;
    const auto one = [&](layout const& shape) {
        if (i < got.size() && i < right.size()) all.push_back(judged(shape, got[i], right[i]));
        else all.push_back({"case " + std::to_string(i), "is missing", false});
        ++i;
    };
    (one(Kernel::shape), ...);
    return all;
}

} // namespace tests
