// Byte-level byte-pair encoding with the vocabulary and merges of a GGUF file.
//
//   const smollm2::tokenizer tokenizer(file);
//   std::vector<std::int32_t> ids = tokenizer.encode("Hello");
//   std::cout << tokenizer.bytes(ids[0]);
//
// encode() reads its text as text: "<|im_end|>" in a prompt is ten characters, never the control token.
// The vocabulary has no token for some control bytes and for bytes that UTF-8 never uses: those are dropped,
// as Hugging Face tokenizers and llama.cpp do.
#pragma once

#include "gguf.hpp"
#include "pretokenize.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smollm2 {

class tokenizer {
public:
    explicit tokenizer(const gguf_file& file) {
        if (const auto model = file.text("tokenizer.ggml.model"); model != "gpt2")
            throw std::runtime_error("the tokenizer of the GGUF file is \"" + std::string(model) +
                                     "\"; this example reads \"gpt2\"");
        if (const auto rules = file.text("tokenizer.ggml.pre"); rules != "smollm")
            throw std::runtime_error("the pre-tokenizer of the GGUF file is \"" + std::string(rules) +
                                     "\"; this example knows \"smollm\"");
        for (const std::string_view spelling : file.texts("tokenizer.ggml.tokens")) {
            const auto id = static_cast<std::int32_t>(bytes_.size());
            bytes_.push_back(unspell(spelling));
            ids_.emplace(bytes_.back(), id);
        }
        for (const std::string_view line : file.texts("tokenizer.ggml.merges")) add_merge(line);
        end_ = static_cast<std::int32_t>(file.integer("tokenizer.ggml.eos_token_id"));
    }

    std::vector<std::int32_t> encode(std::string_view text) const {
        std::vector<std::int32_t> result;
        for (const std::string_view word : pretokenize(text)) {
            std::vector<std::int32_t> parts;
            for (const char byte : word)
                if (const auto found = ids_.find(std::string(1, byte)); found != ids_.end())
                    parts.push_back(found->second);
            merge_pairs(parts);
            result.insert(result.end(), parts.begin(), parts.end());
        }
        return result;
    }

    // The bytes a token stands for; a character of UTF-8 may be spread over several tokens.
    const std::string& bytes(std::int32_t id) const {
        if (id < 0 || id >= size()) throw std::runtime_error("there is no token " + std::to_string(id));
        return bytes_[static_cast<std::size_t>(id)];
    }

    // The token with exactly this spelling, control tokens included.
    std::int32_t id(const std::string& spelling) const {
        const auto found = ids_.find(spelling);
        if (found == ids_.end()) throw std::runtime_error("the vocabulary has no token " + spelling);
        return found->second;
    }

    std::int32_t size() const { return static_cast<std::int32_t>(bytes_.size()); }
    std::int32_t end() const { return end_; }

private:
    struct merge {
        std::int32_t rank;
        std::int32_t id;
    };

    static std::uint64_t pair_of(std::int32_t left, std::int32_t right) {
        return (static_cast<std::uint64_t>(left) << 32) | static_cast<std::uint32_t>(right);
    }

    // In a GPT-2 vocabulary a byte is spelt by a visible character: printable Latin-1 by itself, the other 68 bytes,
    // in order, by the code points from 256. Here: from code point to byte.
    static const std::array<int, 324>& byte_of_code_point() {
        static const std::array<int, 324> table = [] {
            std::array<int, 324> result = {};
            result.fill(-1);
            std::size_t next = 256;
            for (std::size_t byte = 0; byte < 256; ++byte) {
                const bool visible = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
                result[visible ? byte : next++] = static_cast<int>(byte);
            }
            return result;
        }();
        return table;
    }

    static std::string unspell(std::string_view spelling) {
        std::string result;
        for (std::size_t i = 0; i < spelling.size(); ++i) {
            auto point = static_cast<std::size_t>(static_cast<unsigned char>(spelling[i]));
            if (point >= 0xc0 && point < 0xe0 && i + 1 < spelling.size())
                point = ((point & 0x1fU) << 6) | (static_cast<unsigned char>(spelling[++i]) & 0x3fU);
            const auto& table = byte_of_code_point();
            if (point >= table.size() || table[point] < 0)
                throw std::runtime_error("the token \"" + std::string(spelling) +
                                         "\" is not spelt in GPT-2's byte alphabet");
            result.push_back(static_cast<char>(table[point]));
        }
        return result;
    }

    void add_merge(std::string_view line) {
        const std::size_t blank = line.find(' ');
        if (blank == std::string_view::npos)
            throw std::runtime_error("the merge \"" + std::string(line) + "\" is not two tokens");
        const std::string left = unspell(line.substr(0, blank));
        const std::string right = unspell(line.substr(blank + 1));
        const auto rank = static_cast<std::int32_t>(merges_.size());
        merges_.emplace(pair_of(id(left), id(right)), merge{.rank = rank, .id = id(left + right)});
    }

    // Merges the pair of lowest rank, the leftmost first, until no pair of neighbours is in the table.
    void merge_pairs(std::vector<std::int32_t>& parts) const {
        for (;;) {
            merge best = {.rank = std::numeric_limits<std::int32_t>::max(), .id = 0};
            std::size_t place = 0;
            for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
                const auto found = merges_.find(pair_of(parts[i], parts[i + 1]));
                if (found == merges_.end() || found->second.rank >= best.rank) continue;
                best = found->second;
                place = i;
            }
            if (best.rank == std::numeric_limits<std::int32_t>::max()) return;
            parts[place] = best.id;
            parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(place) + 1);
        }
    }

    std::vector<std::string> bytes_;
    std::unordered_map<std::string, std::int32_t> ids_;
    std::unordered_map<std::uint64_t, merge> merges_;
    std::int32_t end_ = 0;
};

} // namespace smollm2
