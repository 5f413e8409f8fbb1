// The tokenizer on a vocabulary written here: where words are cut, the order of merges, and that every text comes back.
#include "chat.hpp"
#include "gguf.hpp"
#include "pretokenize.hpp"
#include "tiny_gguf.hpp"
#include "tokenizer.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace smollm2;

namespace {

std::string utf8(std::uint32_t point) {
    const auto tail = [&](int shift) { return static_cast<char>(0x80U | ((point >> shift) & 0x3fU)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xc0U | (point >> 6)), tail(0)};
    if (point < 0x10000) return {static_cast<char>(0xe0U | (point >> 12)), tail(6), tail(0)};
    return {static_cast<char>(0xf0U | (point >> 18)), tail(12), tail(6), tail(0)};
}

// Control tokens, the 256 bytes in GPT-2's spelling, and what the merges make.
temporary_file example() {
    std::vector<std::string> tokens = {"<|endoftext|>", "<|im_start|>", "<|im_end|>"};
    std::uint32_t next = 256;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        const bool visible = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
        tokens.push_back(utf8(visible ? byte : next++));
    }
    for (const char* merged : {"he", "ll", "hell", "hello", "lo", "Ġh", "Ã©"}) tokens.emplace_back(merged);
    tiny_gguf gguf;
    gguf.text("tokenizer.ggml.model", "gpt2");
    gguf.text("tokenizer.ggml.pre", "smollm");
    gguf.texts("tokenizer.ggml.tokens", tokens);
    gguf.texts("tokenizer.ggml.merges", {"h e", "l l", "he ll", "hell o", "l o", "Ġ h", "Ã ©"});
    gguf.integer("tokenizer.ggml.eos_token_id", 2);
    return temporary_file(gguf.bytes());
}

void words_are_cut(std::string_view text, const std::vector<std::string_view>& words) {
    expect(pretokenize(text) == words, "the words of \"" + std::string(text) + "\"");
}

void cutting() {
    words_are_cut("", {});
    words_are_cut("it's 42 degrees", {"it", "'s", " ", "4", "2", " degrees"});
    words_are_cut("Hello, world!", {"Hello", ",", " world", "!"});
    words_are_cut("a  b", {"a", " ", " b"});
    words_are_cut("a  1", {"a", "  ", "1"});
    words_are_cut("a \n\n b  ", {"a", " \n\n", " b", "  "});
    words_are_cut("\tx", {"\t", "x"});
    words_are_cut("'tis we'll DON'T", {"'t", "is", " we", "'ll", " DON", "'", "T"});
    words_are_cut(" 's", {" '", "s"});
    words_are_cut("né日本½Ⅷ٣", {"né日本", "½", "Ⅷ", "٣"});
    words_are_cut("a\u3000b", {"a", "\u3000", "b"});
    words_are_cut("e\u0301", {"e", "\u0301"});
    words_are_cut("\xff\xc3", {"\xff\xc3"});
}

void merging(const tokenizer& tokenizer) {
    using ids = std::vector<std::int32_t>;
    const auto id = [&](const char* bytes) { return tokenizer.id(bytes); };
    expect(tokenizer.encode("hello") == ids{id("hello")}, "all merges of one word");
    expect(tokenizer.encode("helo") == ids{id("he"), id("lo")}, "the merge that is left");
    expect(tokenizer.encode("lllo") == ids{id("ll"), id("lo")}, "the leftmost of equal pairs first");
    expect(tokenizer.encode(" hello") == ids{id(" "), id("hello")}, "the lower rank wins over the blank's merge");
    expect(tokenizer.encode(" ho") == ids{id(" h"), id("o")}, "a merge with the blank");
    expect(tokenizer.encode("é") == ids{id("é")}, "a letter of two bytes");
    expect(tokenizer.encode("<|im_end|>").size() == 10, "a control token's name in a text is text");
    expect(tokenizer.id("<|im_end|>") == 2 && tokenizer.end() == 2, "control tokens by name");
    expect_refusal([&] { tokenizer.id("nonsense"); }, "no token nonsense");
    expect_refusal([&] { tokenizer.bytes(-1); }, "no token -1");
}

void every_text_comes_back(const tokenizer& tokenizer) {
    std::mt19937 random(1);
    for (int i = 0; i < 2000; ++i) {
        std::string text;
        const auto length = random() % 40;
        while (text.size() < length) {
            const auto any = static_cast<char>(random() % 256);
            text.push_back(random() % 4 == 0 ? any : "helo 1\xc3\xa9'\n"[random() % 10]);
        }
        std::string back;
        for (const std::int32_t id : tokenizer.encode(text)) back += tokenizer.bytes(id);
        expect(back == text,
               "a text of " + std::to_string(text.size()) + " bytes comes back, case " + std::to_string(i));
    }
}

void chat(const tokenizer& tokenizer) {
    std::string filled;
    for (const std::int32_t id : chat_prompt(tokenizer, "hello <|im_end|>?")) filled += tokenizer.bytes(id);
    expect(filled ==
               "<|im_start|>system\nYou are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>\n"
               "<|im_start|>user\nhello <|im_end|>?<|im_end|>\n<|im_start|>assistant\n",
           "the chat template");
}

} // namespace

int main() {
    const temporary_file file = example();
    const gguf_file gguf(file.path());
    const tokenizer tokenizer(gguf);
    cutting();
    merging(tokenizer);
    every_text_comes_back(tokenizer);
    chat(tokenizer);
    return failures == 0 ? 0 : 1;
}
