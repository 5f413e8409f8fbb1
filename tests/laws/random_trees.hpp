// Expressions grown from a seed: the tree is fixed while compiling, its constants and tables are drawn when run.
//
//     tests::leaves from{draws{7}};   auto mask = tests::mask_tree<12, 3>(from);
//
// Values stay far inside 64 bits: products are with small constants, shifts by at most 3, divisors are never 0.
#pragma once
#include <fovea/expr/operators.hpp>
#include <fovea/expr/score.hpp>
#include <fovea/expr/table.hpp>
#include <fovea/expr/terms.hpp>
#include <vector>

#include "support/draws.hpp"

namespace tests {

// What the leaves of a tree are drawn from. Tables live as long as this does.
struct leaves {
    draws draw;
    std::vector<std::int32_t> rising, ids;
    std::vector<float> numbers;

    explicit leaves(std::uint64_t seed) : draw{seed} {
        std::int32_t id = 0;
        for (int i = 0; i < 128; ++i) {
            id += draw.one_in(8);
            rising.push_back(id);
            ids.push_back(static_cast<std::int32_t>(draw.between(-3, 3)));
            numbers.push_back(draw.normal());
        }
    }
    std::int64_t small() { return draw.between(-12, 40); }
    std::int64_t factor() { return draw.of<std::int64_t>({-3, -1, 2, 3, 5}); }
    std::int64_t divisor() { return draw.of<std::int64_t>({1, 2, 3, 4, 7, 8, 16, -5}); }
    std::int64_t shift() { return draw.between(0, 3); }
    std::int64_t bits() { return draw.of<std::int64_t>({1, 3, 7, 8, 15, -8, 21}); }
    float number() { return draw.uniform(-2, 2); }
};

constexpr unsigned mixed(unsigned x) {
    x = (x ^ (x >> 16)) * 0x7feb352du;
    x = (x ^ (x >> 15)) * 0x846ca68bu;
    return x ^ (x >> 16);
}
// The seeds of the children of a node.
constexpr unsigned left_of(unsigned seed) { return mixed(2 * seed + 1); }
constexpr unsigned right_of(unsigned seed) { return mixed(2 * seed + 2); }
constexpr unsigned third_of(unsigned seed) { return mixed(3 * seed + 7); }

template <unsigned Seed, int Depth> auto mask_tree(leaves& from);

template <unsigned Seed, int Depth> auto integer_tree(leaves& from) {
    using namespace fovea;
    using namespace fovea::terms;
    if constexpr (Depth == 0) {
        constexpr unsigned kind = Seed % 8;
        if constexpr (kind < 2) return q_pos;
        else if constexpr (kind < 4) return k_pos;
        else if constexpr (kind < 6) return q_pos - k_pos;
        else if constexpr (kind == 6) return head;
        else return lift(from.small());
    } else {
        constexpr unsigned kind = Seed % 18;
        const auto a = integer_tree<left_of(Seed), Depth - 1>(from);
        const auto b = [&] { return integer_tree<right_of(Seed), Depth - 1>(from); };
        if constexpr (!expression<decltype(a + q_pos)>) return a;
        else if constexpr (kind == 0) return a + b();
        else if constexpr (kind == 1) return a - b();
        else if constexpr (kind == 2) return a * lift(from.factor());
        else if constexpr (kind == 3) return a / lift(from.divisor());
        else if constexpr (kind == 4) return a % lift(from.divisor());
        else if constexpr (kind == 5) return a & lift(from.bits());
        else if constexpr (kind == 6) return a | lift(from.bits());
        else if constexpr (kind == 7) return a ^ b();
        else if constexpr (kind == 8) return a << lift(from.shift());
        else if constexpr (kind == 9) return a >> lift(from.shift());
        else if constexpr (kind == 10) return fovea::min(a, b());
        else if constexpr (kind == 11) return fovea::max(a, lift(from.small()));
        else if constexpr (kind == 12) return abs(a);
        else if constexpr (kind == 13) return select(mask_tree<right_of(Seed), Depth - 1>(from), a, b());
        else if constexpr (kind == 14) return lookup(sorted(from.rising.data(), 128), a);
        else if constexpr (kind == 15) return lookup(table(from.ids.data(), 8, 16), b(), a);
        else if constexpr (kind == 16) return a % (abs(b()) + 1);
        else return ~a / (1 + (b() & 7));
    }
}

template <unsigned Seed, int Depth> auto mask_tree(leaves& from) {
    using namespace fovea;
    using namespace fovea::terms;
    constexpr unsigned kind = Seed % 11;
    if constexpr (Depth > 1 && kind < 2)
        return mask_tree<left_of(Seed), Depth - 1>(from) && mask_tree<right_of(Seed), Depth - 1>(from);
    else if constexpr (Depth > 1 && kind < 4)
        return mask_tree<left_of(Seed), Depth - 1>(from) || mask_tree<right_of(Seed), Depth - 1>(from);
    else if constexpr (Depth > 1 && kind == 4) return !mask_tree<left_of(Seed), Depth - 1>(from);
    else {
        // One side is an expression for sure, so that the comparison is one.
        const auto a = integer_tree<left_of(Seed), (Depth > 0 ? Depth - 1 : 0)>(from) + 0 * q_pos;
        const auto b = integer_tree<right_of(Seed), (Depth > 1 ? 1 : 0)>(from);
        constexpr unsigned order = third_of(Seed) % 8;
        if constexpr (order == 0) return a < b;
        else if constexpr (order == 1) return a <= b;
        else if constexpr (order == 2) return a > b;
        else if constexpr (order == 3) return a >= lift(from.small());
        else if constexpr (order == 4) return a == b;
        else if constexpr (order == 5) return a != lift(from.small());
        else if constexpr (order == 6) return a < lift(from.small());
        else return a % lift(from.divisor()) == 0;
    }
}

// Score: the product of query and key, read from the context.
template <unsigned Seed, int Depth, class Score> auto real_tree(leaves& from, Score const& score) {
    using namespace fovea;
    using namespace fovea::terms;
    if constexpr (Depth == 0) {
        constexpr unsigned kind = Seed % 6;
        if constexpr (kind < 3) return score * from.number();
        else if constexpr (kind == 3) return lookup(table(from.numbers), head) * (k_pos - q_pos);
        else if constexpr (kind == 4) return lookup(table(from.numbers), abs(q_pos - k_pos));
        else return lift(from.number());
    } else {
        constexpr unsigned kind = Seed % 16;
        const auto a = real_tree<left_of(Seed), Depth - 1>(from, score);
        const auto b = [&] { return real_tree<right_of(Seed), Depth - 1>(from, score); };
        if constexpr (kind == 0) return a + b();
        else if constexpr (kind == 1) return a - b();
        else if constexpr (kind == 2) return a * b();
        else if constexpr (kind == 3) return a / (1.f + abs(b()));
        else if constexpr (kind == 4) return tanh(a);
        else if constexpr (kind == 5) return exp(tanh(a));
        else if constexpr (kind == 6) return log(1.f + abs(a));
        else if constexpr (kind == 7) return fovea::min(a, b());
        else if constexpr (kind == 8) return fovea::max(a, b());
        else if constexpr (kind == 9) return abs(a);
        else if constexpr (kind == 10) return -a;
        else if constexpr (kind == 11) return select(mask_tree<right_of(Seed), 2>(from), a, b());
        else if constexpr (kind == 12) return a + integer_tree<right_of(Seed), 2>(from);
        else if constexpr (kind == 13) return a * from.number() + k_pos;
        else if constexpr (kind == 14) return clamp(a, -1.f, 1.f) - b();
        else return 2.f * tanh(a / 2.f);
    }
}

} // namespace tests
