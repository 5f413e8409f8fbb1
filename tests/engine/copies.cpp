// Copies of operands: conversion, rotation, scaling, appending to a cache; rotations against long double to 1M
// positions.
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>

#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

// The largest error of a rotation of unit-sized rows, over positions from 0 to a million and beyond.
template <class Rotate> double worst_rotation(Rotate rotate, tests::rope_rule rule, int64_t channels) {
    constexpr int64_t positions = 70; // over the reader's seeds at multiples of 64
    double worst = 0;
    for (int64_t first : {int64_t{0}, int64_t{61}, int64_t{4000}, int64_t{131071}, int64_t{999990}}) {
        const auto values = tests::normals(positions * channels, 51 + static_cast<std::uint64_t>(first));
        std::vector<float> turned(values.size());
        const auto x = fv::at(fv::tensor(values.data(), fv::bhsd(1, 1, positions, channels)), first);
        fv::run(fv::cpu(), fv::tensor(turned.data(), fv::bhsd(1, 1, positions, channels)) = rotate(x));
        std::vector<double> right(values.begin(), values.end());
        tests::turn_rows(right, positions, positions, channels, first, rule);
        for (std::size_t i = 0; i < right.size(); ++i)
            worst = std::max(worst, std::abs(right[i] - static_cast<double>(turned[i])));
    }
    return worst;
}

// Two products and a sum of numbers below 5, in fp32; YaRN's amplitude is below 1.3.
constexpr double bound = 5 * 6 * 0x1p-24;

} // namespace

TEST_CASE("RoPE is exact to positions of 1M: every frequency type, halves and pairs", "[copies][rope]") {
    using tests::rope_kind;
    for (int64_t channels : {64, 40, 2}) {
        INFO(channels << " channels");
        const auto both = [&](auto f, tests::rope_rule rule) {
            rule.pairs = false;
            CHECK(worst_rotation([&](auto x) { return fv::rope_halves(x, f); }, rule, channels) <= bound);
            rule.pairs = true;
            CHECK(worst_rotation([&](auto x) { return fv::rope_pairs(x, f); }, rule, channels) <= bound);
        };
        both(fv::rope_plain{.theta = 1e5}, {.theta = 1e5L});
        both(fv::rope_linear{.theta = 1e4, .factor = 4}, {.kind = rope_kind::linear, .theta = 1e4L, .factor = 4});
        both(fv::rope_llama3{},
             {.kind = rope_kind::llama3, .theta = 5e5L, .factor = 8, .original = 8192, .low = 1, .high = 4});
        both(fv::rope_yarn{.theta = 1e4, .factor = 16, .original_length = 4096},
             {.kind = rope_kind::yarn, .theta = 1e4L, .factor = 16});
        if (channels > 2) {
            both(fv::rope_ntk{.theta = 1e4, .factor = 4}, {.kind = rope_kind::ntk, .theta = 1e4L, .factor = 4});
            both(fv::rope_plain{.theta = 1e4, .channels = channels / 4 * 2},
                 {.theta = 1e4L, .channels = channels / 4 * 2});
        }
    }
}

TEST_CASE("a copy appends to a cache: rotated, converted, and nothing beside it touched", "[copies]") {
    constexpr int64_t batches = 2, heads = 3, cached = 20, added = 5, channels = 24;
    const auto fresh = tests::normals(batches * heads * added * channels, 53);
    tests::guarded<fv::bf16> memory(batches * heads * cached * channels);
    const auto cache = fv::tensor(memory.data(), fv::bshd(batches, cached, heads, channels));
    const auto slot = fv::rows(cache, 11, added);
    const auto source = fv::at(fv::tensor(fresh.data(), fv::bshd(batches, added, heads, channels)), 11);
    const fv::rope_plain f{.theta = 1e4};
    fv::run(fv::cpu(tests::any_executor{tests::any_executor::order::threads, 3}),
            slot = fv::scale(fv::rope_pairs(source, f), 0.5f));
    CHECK(memory.untouched() == memory.size() - batches * heads * added * channels);
    const tests::rope_rule rule{.theta = 1e4L, .pairs = true};
    int wrong = 0;
    for (int64_t b = 0; b < batches; ++b)
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t i = 0; i < added; ++i) {
                std::vector<double> row;
                for (int64_t c = 0; c < channels; ++c) row.push_back(double{source.at(b, h, i, c)});
                rule.turn(row.data(), channels, 11 + i);
                for (int64_t c = 0; c < channels; ++c) {
                    const double right = 0.5 * row[static_cast<std::size_t>(c)];
                    wrong += std::abs(static_cast<double>(static_cast<float>(cache.at(b, h, 11 + i, c))) - right) >
                             0x1p-8 * std::abs(right) + 1e-6;
                }
            }
    CHECK(wrong == 0);
}

TEST_CASE("a plain copy converts between formats and layouts bit for bit", "[copies]") {
    constexpr int64_t batches = 2, heads = 3, positions = 9, channels = 19;
    const auto values = tests::normals(batches * heads * positions * channels, 54);
    const auto from = fv::tensor(values.data(), fv::bhsd(batches, heads, positions, channels));
    std::vector<fv::fp16> half(values.size());
    std::vector<float> back(values.size());
    const auto middle = fv::tensor(half.data(), fv::sbhd(positions, batches, heads, channels));
    const auto to = fv::tensor(back.data(), fv::bshd(batches, positions, heads, channels));
    fv::run(fv::cpu(), middle = from);
    fv::run(fv::cpu(), to = middle);
    int wrong = 0;
    for (int64_t b = 0; b < batches; ++b)
        for (int64_t h = 0; h < heads; ++h)
            for (int64_t i = 0; i < positions; ++i)
                for (int64_t c = 0; c < channels; ++c)
                    wrong += to.at(b, h, i, c) != static_cast<float>(fv::fp16{from.at(b, h, i, c)});
    CHECK(wrong == 0);
}
