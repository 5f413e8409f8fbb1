// The GGUF reader and the dequantisation, on a file written here: values, and a sentence for every kind of damage.
#include "dequantize.hpp"
#include "gguf.hpp"
#include "tiny_gguf.hpp"

#include <bit>
#include <cstdint>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

using namespace smollm2;

namespace {

constexpr std::uint16_t half_of_0_5 = 0x3800;
constexpr std::uint16_t half_of_minus_1_25 = 0xbd00;
constexpr std::uint16_t smallest_half = 0x0001; // 2^-24

int signed_weight(int j) { return j * 37 % 255 - 127; }
int low_weight(int j) { return j; }
int high_weight(int j) { return 15 - j * 3 % 16; }

std::string q8_0_block(std::uint16_t d) {
    std::string block;
    tiny_gguf::put(block, d);
    for (int j = 0; j < 32; ++j) tiny_gguf::put(block, static_cast<std::int8_t>(signed_weight(j)));
    return block;
}

std::string q4_1_block(std::uint16_t d, std::uint16_t m) {
    std::string block;
    tiny_gguf::put(block, d);
    tiny_gguf::put(block, m);
    for (int j = 0; j < 16; ++j) tiny_gguf::put(block, static_cast<std::uint8_t>(low_weight(j) | high_weight(j) << 4));
    return block;
}

tiny_gguf example() {
    tiny_gguf gguf;
    gguf.text("general.name", "tiny");
    gguf.integer("llama.block_count", 30);
    gguf.number("llama.rope.freq_base", 1e5F);
    gguf.texts("words", {"a", "", "longer"});
    gguf.integers("numbers", {1, -2, 3});
    gguf.tensor("plain", {3}, {1.5F, -2, 3e30F});
    gguf.tensor("eight", tensor_format::q8_0, {32, 2}, q8_0_block(half_of_0_5) + q8_0_block(smallest_half));
    gguf.tensor("four", tensor_format::q4_1, {64, 1},
                q4_1_block(half_of_0_5, half_of_minus_1_25) + q4_1_block(half_of_minus_1_25, half_of_0_5));
    return gguf;
}

void values_are_read() {
    const temporary_file file(example().bytes());
    const gguf_file gguf(file.path());
    expect(gguf.text("general.name") == "tiny", "a string");
    expect(gguf.integer("llama.block_count") == 30, "an integer");
    expect(gguf.number("llama.rope.freq_base") == 1e5, "a number");
    expect(gguf.texts("words") == std::vector<std::string_view>{"a", "", "longer"}, "an array of strings");
    expect(gguf.integers("numbers") == std::vector<std::int64_t>{1, -2, 3}, "an array of integers");
    expect(gguf.has("words") && !gguf.has("word"), "has");
    expect(gguf.has_tensor("plain") && !gguf.has_tensor("plane"), "has_tensor");
    expect(dequantize(gguf.tensor("plain")) == std::vector<float>{1.5F, -2, 3e30F}, "fp32 values");
    expect(gguf.tensor("eight").shape == std::vector<std::int64_t>{32, 2}, "a shape");

    const std::vector<float> eight = dequantize(gguf.tensor("eight"));
    for (int j = 0; j < 32; ++j) {
        const auto q = static_cast<float>(signed_weight(j));
        expect(eight[static_cast<std::size_t>(j)] == 0.5F * q, "Q8_0 weight " + std::to_string(j));
        expect(eight[static_cast<std::size_t>(j + 32)] == 0x1p-24F * q,
               "Q8_0 weight with a subnormal scale " + std::to_string(j));
    }
    const std::vector<float> four = dequantize(gguf.tensor("four"));
    for (int j = 0; j < 16; ++j) {
        const auto low = static_cast<float>(low_weight(j));
        const auto high = static_cast<float>(high_weight(j));
        const auto at = static_cast<std::size_t>(j);
        expect(four[at] == 0.5F * low - 1.25F && four[at + 16] == 0.5F * high - 1.25F,
               "Q4_1 pair " + std::to_string(j));
        expect(four[at + 32] == -1.25F * low + 0.5F && four[at + 48] == -1.25F * high + 0.5F,
               "Q4_1 pair of the second block " + std::to_string(j));
    }

    expect_refusal([&] { gguf.text("llama.block_count"); }, "llama.block_count is not a string");
    expect_refusal([&] { gguf.integer("nothing"); }, "no metadata entry nothing");
    expect_refusal([&] { gguf.tensor("nothing"); }, "no tensor named nothing");
}

void damage_is_refused() {
    const std::string good = example().bytes();
    const auto refuse = [](const std::string& bytes, const std::string& words) {
        const temporary_file file(bytes);
        expect_refusal([&] { gguf_file gguf(file.path()); }, words);
    };
    const auto damaged = [](tensor_format format, const std::vector<std::uint64_t>& shape) {
        tiny_gguf gguf;
        gguf.tensor("a", format, shape, "four");
        return gguf.bytes();
    };
    std::string other = good;
    other[0] = 'X';
    refuse(other, "not a GGUF file");
    other = good;
    other[4] = 2;
    refuse(other, "GGUF version 2");
    refuse("", "empty or not a regular file");
    refuse(damaged(static_cast<tensor_format>(14), {32}), "tensor format 14");
    refuse(damaged(tensor_format::q8_0, {33}), "not a multiple of 32");
    refuse(damaged(tensor_format::f32, {1000}), "does not fit");
    refuse(damaged(tensor_format::f32, {1ULL << 33, 1ULL << 33}), "impossible extent");
    refuse(damaged(tensor_format::f32, {1, 1, 1, 1, 1}), "5 axes");
    expect_refusal([] { gguf_file gguf("/nowhere/at/all.gguf"); }, "cannot open /nowhere/at/all.gguf");

    // Wherever the file ends too early, the reader says so. The padding behind the last tensor may be missing.
    const std::size_t needed = good.size() - 24;
    for (std::size_t length = 1; length < needed; ++length) {
        const temporary_file file(std::string_view(good).substr(0, length));
        try {
            gguf_file gguf(file.path());
            expect(false, "a file cut to " + std::to_string(length) + " bytes is refused");
        } catch (const std::exception&) {}
    }
    // Whatever one byte of the head becomes, the reader ends in a value or a sentence.
    for (std::size_t i = 0; i < 400; ++i) {
        other = good;
        other[i] = static_cast<char>(other[i] ^ 0xff);
        const temporary_file file(other);
        try {
            const gguf_file gguf(file.path());
            for (const char* name : {"plain", "eight", "four"})
                if (gguf.has_tensor(name)) dequantize(gguf.tensor(name));
        } catch (const std::exception&) {}
    }
}

} // namespace

int main() {
    values_are_read();
    damage_is_refused();
    return failures == 0 ? 0 : 1;
}
