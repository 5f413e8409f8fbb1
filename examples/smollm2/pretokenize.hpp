// Cuts text into the words that byte-pair merges may not cross: every number by itself, then GPT-2's rules.
//
//   auto words = smollm2::pretokenize("it's 42 degrees");   // "it" "'s" " " "4" "2" " degrees"
//
// GPT-2's rules, tried in this order at each place of a stretch without numbers:
//   's 't 're 've 'm 'll 'd  |  ( )letters  |  ( )other signs  |  spaces, less the last one where a word follows
// Source: Hugging Face tokenizers, Digits(individual_digits) followed by ByteLevel(use_regex).
#pragma once

#include "unicode_classes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace smollm2 {

enum class character_class : std::uint8_t { letter, number, space, sign };

inline bool is_space(char32_t point) {
    return (point >= 0x09 && point <= 0x0d) || point == 0x20 || point == 0x85 || point == 0xa0 || point == 0x1680 ||
           (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 || point == 0x202f ||
           point == 0x205f || point == 0x3000;
}

inline character_class class_of(char32_t point) {
    if (is_letter(point)) return character_class::letter;
    if (is_number(point)) return character_class::number;
    return is_space(point) ? character_class::space : character_class::sign;
}

// One character of UTF-8 text: where it begins, and what it is.
struct character {
    std::size_t begin;
    character_class kind;
};

// The characters of the text; a byte that is no UTF-8 counts as a sign of its own.
inline std::vector<character> characters_of(std::string_view text) {
    std::vector<character> result;
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const std::size_t length = lead < 0x80   ? 1
                                   : lead < 0xc2 ? 0
                                   : lead < 0xe0 ? 2
                                   : lead < 0xf0 ? 3
                                   : lead < 0xf5 ? 4
                                                 : 0;
        char32_t point = length == 1 ? lead : lead & (0x7fU >> length);
        bool valid = length > 0 && i + length <= text.size();
        for (std::size_t j = 1; valid && j < length; ++j) {
            const auto next = static_cast<unsigned char>(text[i + j]);
            valid = (next & 0xc0U) == 0x80U;
            point = (point << 6) | (next & 0x3fU);
        }
        result.push_back({.begin = i, .kind = valid ? class_of(point) : character_class::sign});
        i += valid ? length : 1;
    }
    return result;
}

inline std::vector<std::string_view> pretokenize(std::string_view text) {
    const std::vector<character> characters = characters_of(text);
    const std::size_t count = characters.size();
    const auto kind = [&](std::size_t i) { return characters[i].kind; };
    const auto offset = [&](std::size_t i) { return i < count ? characters[i].begin : text.size(); };
    const auto run = [&](std::size_t i, character_class wanted) { // the end of the run of one class that begins at i
        while (i < count && kind(i) == wanted) ++i;
        return i;
    };
    const auto contraction = [&](std::size_t i) { // the characters of the contraction at i, 0 where there is none
        for (const std::string_view ending : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
            if (text.substr(offset(i)).starts_with(ending)) return ending.size();
        return std::size_t{0};
    };

    std::vector<std::string_view> words;
    for (std::size_t i = 0; i < count;) {
        std::size_t end = i + 1;
        const bool blank = text[offset(i)] == ' ';
        const std::size_t body = blank ? i + 1 : i; // where the word itself begins, behind its one blank
        if (kind(i) == character_class::number) {
            end = i + 1;
        } else if (const std::size_t length = contraction(i); length > 0) {
            end = i + length;
        } else if (body < count && (kind(body) == character_class::letter || kind(body) == character_class::sign)) {
            end = run(body, kind(body));
        } else {
            end = run(i, character_class::space);
            const bool word_follows = end < count && kind(end) != character_class::number; // a number ends the stretch
            if (word_follows && end - i > 1) --end;
        }
        words.push_back(text.substr(offset(i), offset(end) - offset(i)));
        i = end;
    }
    return words;
}

} // namespace smollm2
