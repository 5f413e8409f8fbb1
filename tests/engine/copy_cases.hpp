// What a copy of an operand has to do, written once for every engine: rotations against long double, conversion,
// appending to a cache with nothing beside it touched.
//
//     tests::rotates_exactly(fovea::cpu());      tests::appends_to_a_cache(engine);      tests::converts(engine);
#pragma once
#include <fovea/fovea.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/memory.hpp"
#include "support/oracle.hpp"
#include "support/worse.hpp"

namespace tests {

// The largest error of a rotation of unit-sized rows, over positions from 0 to a million and beyond.
template <class Engine, class Rotate>
double worst_rotation(Engine const& engine, Rotate rotate, rope_rule rule, std::int64_t channels) {
    constexpr std::int64_t positions = 70; // over the CPU reader's seeds at multiples of 64
    double worst = 0;
    for (std::int64_t first : {0, 61, 4000, 131071, 999990}) {
        const auto values = normals(positions * channels, 51 + static_cast<std::uint64_t>(first));
        guarded<float> turned(static_cast<std::int64_t>(values.size()));
        const auto x = fovea::at(fovea::tensor(values.data(), fovea::bhsd(1, 1, positions, channels)), first);
        fovea::run(engine, fovea::tensor(turned.data(), fovea::bhsd(1, 1, positions, channels)) = rotate(x));
        std::vector<double> right(values.begin(), values.end());
        turn_rows(right, positions, positions, channels, first, rule);
        for (std::size_t i = 0; i < right.size(); ++i)
            worst = worse(worst, std::abs(right[i] - static_cast<double>(turned.data()[i])));
    }
    return worst;
}

// Every frequency type, halves and pairs. Bound: two products and a sum of numbers below 5, in fp32; YaRN's amplitude
// is below 1.3.
template <class Engine> void rotates_exactly(Engine const& engine) {
    using namespace fovea;
    constexpr double bound = 5 * 6 * 0x1p-24;
    for (std::int64_t channels : {64, 40, 2}) {
        INFO(channels << " channels");
        const auto both = [&](auto f, rope_rule rule) {
            rule.pairs = false;
            CHECK(worst_rotation(engine, [&](auto x) { return rope_halves(x, f); }, rule, channels) <= bound);
            rule.pairs = true;
            CHECK(worst_rotation(engine, [&](auto x) { return rope_pairs(x, f); }, rule, channels) <= bound);
        };
        both(rope_plain{.theta = 1e5}, {.theta = 1e5L});
        both(rope_linear{.theta = 1e4, .factor = 4}, {.kind = rope_kind::linear, .theta = 1e4L, .factor = 4});
        both(rope_llama3{},
             {.kind = rope_kind::llama3, .theta = 5e5L, .factor = 8, .original = 8192, .low = 1, .high = 4});
        both(rope_yarn{.theta = 1e4, .factor = 16, .original_length = 4096},
             {.kind = rope_kind::yarn, .theta = 1e4L, .factor = 16});
        if (channels > 2) {
            both(rope_ntk{.theta = 1e4, .factor = 4}, {.kind = rope_kind::ntk, .theta = 1e4L, .factor = 4});
            both(rope_plain{.theta = 1e4, .channels = channels / 4 * 2}, {.theta = 1e4L, .channels = channels / 4 * 2});
        }
    }
}

template <class Engine> void appends_to_a_cache(Engine const& engine) {
    constexpr std::int64_t batches = 2, heads = 3, cached = 20, added = 5, channels = 24;
    const auto fresh = normals(batches * heads * added * channels, 53);
    guarded<fovea::bf16> memory(batches * heads * cached * channels);
    const auto cache = fovea::tensor(memory.data(), fovea::bshd(batches, cached, heads, channels));
    const auto slot = fovea::rows(cache, 11, added);
    const auto source = fovea::at(fovea::tensor(fresh.data(), fovea::bshd(batches, added, heads, channels)), 11);
    fovea::run(engine, slot = fovea::scale(fovea::rope_pairs(source, fovea::rope_plain{.theta = 1e4}), 0.5f));
    CHECK(memory.untouched() == memory.size() - batches * heads * added * channels);
    const rope_rule rule{.theta = 1e4L, .pairs = true};
    int wrong = 0;
    for (std::int64_t b = 0; b < batches; ++b)
        for (std::int64_t h = 0; h < heads; ++h)
            for (std::int64_t i = 0; i < added; ++i) {
                std::vector<double> row;
                for (std::int64_t c = 0; c < channels; ++c) row.push_back(double{source.at(b, h, i, c)});
                turn_rows(row, 1, 1, channels, 11 + i, rule);
                for (std::int64_t c = 0; c < channels; ++c) {
                    const double right = 0.5 * row[static_cast<std::size_t>(c)];
                    wrong += std::abs(static_cast<double>(static_cast<float>(cache.at(b, h, 11 + i, c))) - right) >
                             0x1p-8 * std::abs(right) + 1e-6;
                }
            }
    CHECK(wrong == 0);
}

// Onto the operand itself: the bits of a copy elsewhere, whatever turns with what.
template <class Engine, class T, class Rotate> void rotates_one_in_place(Engine const& engine, std::int64_t channels,
                                                                         Rotate rotate) {
    constexpr std::int64_t batches = 2, heads = 3, positions = 37;
    const std::int64_t all = batches * heads * positions * channels;
    guarded<T> there(all), here(all);
    std::vector<T> from;
    for (float x : normals(all, 55)) from.push_back(T{x});
    std::copy(from.begin(), from.end(), here.data());
    const auto view = [&](auto* data) {
        return fovea::at(fovea::tensor(data, fovea::bshd(batches, positions, heads, channels)), 1000);
    };
    fovea::run(engine, view(there.data()) = rotate(view(from.data())));
    fovea::run(engine, view(here.data()) = rotate(view(here.data())));
    std::int64_t wrong = 0;
    for (std::int64_t i = 0; i < all; ++i)
        wrong += static_cast<float>(here.data()[i]) != static_cast<float>(there.data()[i]);
    INFO(channels << " channels");
    CHECK(wrong == 0);
}
template <class Engine> void rotates_in_place(Engine const& engine) {
    for (std::int64_t channels : {64, 42, 10, 2}) {
        const fovea::rope_plain all{.theta = 1e4}, some{.theta = 1e4, .channels = channels / 4 * 2};
        rotates_one_in_place<Engine, float>(engine, channels, [&](auto x) { return fovea::rope_halves(x, all); });
        rotates_one_in_place<Engine, float>(engine, channels, [&](auto x) { return fovea::rope_pairs(x, all); });
        rotates_one_in_place<Engine, fovea::bf16>(
            engine, channels, [&](auto x) { return fovea::scale(fovea::rope_halves(x, some), 0.5f); });
    }
    std::vector<float> x(4 * 6);
    const auto view = fovea::tensor(x.data(), fovea::bhsd(1, 1, 4, 6));
    CHECK(fovea::try_run(engine, view = fovea::scale(view, 2.f)).ok());
    const auto other = fovea::tensor(x.data(), fovea::strided({1, 1, 4}, fovea::index{6}, {24, 24, 1, 4}));
    CHECK(
        std::string(fovea::try_run(engine, other = view).sentence()) ==
        "fovea: the target of the copy has 1 as its position stride but the operand copied, at the same place, has 6; "
        "give the copy memory of its own");
}

// Between formats and layouts, bit for bit.
template <class Engine> void converts(Engine const& engine) {
    constexpr std::int64_t batches = 2, heads = 3, positions = 9, channels = 19;
    constexpr std::int64_t all = batches * heads * positions * channels;
    const auto values = normals(all, 54);
    const auto from = fovea::tensor(values.data(), fovea::bhsd(batches, heads, positions, channels));
    guarded<fovea::fp16> half(all);
    guarded<float> back(all);
    const auto middle = fovea::tensor(half.data(), fovea::sbhd(positions, batches, heads, channels));
    const auto to = fovea::tensor(back.data(), fovea::bshd(batches, positions, heads, channels));
    fovea::run(engine, middle = from);
    fovea::run(engine, to = middle);
    int wrong = 0;
    for (std::int64_t b = 0; b < batches; ++b)
        for (std::int64_t h = 0; h < heads; ++h)
            for (std::int64_t i = 0; i < positions; ++i)
                for (std::int64_t c = 0; c < channels; ++c)
                    wrong += to.at(b, h, i, c) != static_cast<float>(fovea::fp16{from.at(b, h, i, c)});
    CHECK(wrong == 0);
}

} // namespace tests
