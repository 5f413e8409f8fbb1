// Texts and numbers put together.
//
//     fovea::spell({"q has ", n, " heads"})
//
// One function for all of them: chains of + cost compile time, and g++ 12 warns of them without cause.
#pragma once
#include <initializer_list>
#include <string>

#include "fovea/base/config.hpp"
#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct text_part {
    std::string text;
    text_part(char const* t) : text(t) {}
    text_part(std::string t) : text(static_cast<std::string&&>(t)) {}
    text_part(index n) : text(std::to_string(n)) {}
};

FOVEA_COLD inline std::string spell(std::initializer_list<text_part> parts) {
    std::string text;
    for (text_part const& part : parts) text += part.text;
    return text;
}

} // namespace v0_1
} // namespace fovea
