// A row of a coming-from page: our expression, held to a golden written from the other library's own definition.
//
//     const auto [q, k] = coming_from::operands(5, 9);
//     auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
//     coming_from::agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5; }});
//
// The golden knows rows and columns of the score matrix from 0, as the other libraries do, and is computed by the
// tests' oracle, which shares nothing with the library.
#pragma once
#include <cmath>
#include <cstdio>
#include <fovea/fovea.hpp>
#include <functional>
#include <vector>

#include "support/oracle.hpp"

namespace coming_from {

namespace fv = fovea;
using namespace fovea::literals;

inline constexpr fv::index batches = 2, heads = 4, kv_heads = 2, channels = 8;
using operand = fv::strided_view<float const, fv::constant_size<channels>>;

inline int rows = 0, wrong = 0;

struct place {
    fv::index batch, head, query, key;
};

struct golden {
    std::function<bool(place)> keep = [](place) { return true; };
    // Of the plain product of query and key; by default divided by the root of the channels.
    std::function<double(double, place)> score = [](double dot, place) { return dot / std::sqrt(8.0); };
    std::function<double(fv::index)> sink = nullptr;                          // the logit of a head
    std::function<void(double*, fv::index)> turn_query = nullptr, turn_key = nullptr; // of a row, at its number
    std::function<double(double)> row = [](double logsumexp) { return logsumexp; };   // of a statistic of a row
};

inline std::vector<float> const& numbers(int which) {
    static const auto made = [] {
        std::vector<std::vector<float>> all(3);
        for (int n = 0; n < 3; ++n)
            for (int i = 0; i < 4096; ++i)
                all[static_cast<std::size_t>(n)].push_back(std::sin(0.7f * static_cast<float>(i * (n + 2)) + 1));
        return all;
    }();
    return made[static_cast<std::size_t>(which)];
}
inline operand view(int which, fv::index all_heads, fv::index positions) {
    return fv::tensor(numbers(which).data(), fv::bhsd(batches, all_heads, positions, 8_c));
}
struct query_and_key {
    operand q, k;
};
inline query_and_key operands(fv::index queries, fv::index keys) {
    return {view(0, heads, queries), view(1, kv_heads, keys)};
}

// What the golden says, by the oracle.
inline tests::answer solved(golden const& g, operand const& q, operand const& k) {
    tests::attention a;
    a.batches = batches, a.heads = heads, a.kv_heads = kv_heads;
    a.queries = q.positions(), a.keys = k.positions();
    a.channels = a.value_channels = channels;
    const auto of = [](int which, fv::index all_heads, fv::index positions, auto const& turn) {
        const auto n = batches * all_heads * positions * channels;
        std::vector<double> x(numbers(which).begin(), numbers(which).begin() + n);
        if (turn)
            for (fv::index row = 0; row < n / channels; ++row) turn(x.data() + row * channels, row % positions);
        return x;
    };
    a.q = of(0, heads, a.queries, g.turn_query);
    a.k = of(1, kv_heads, a.keys, g.turn_key);
    a.v = of(2, kv_heads, a.keys, std::function<void(double*, fv::index)>());
    a.mask = [&](auto b, auto h, auto i, auto j) { return g.keep({b, h, i, j}); };
    a.score = [&](double dot, auto b, auto h, auto i, auto j) { return g.score(dot, {b, h, i, j}); };
    if (g.sink) a.sink = [&](auto, auto h) { return g.sink(h); };
    return tests::solve(a);
}

inline void compare(std::vector<float> const& got, std::vector<double> const& expected, auto const& of) {
    double worst = got.size() == expected.size() ? 0 : HUGE_VAL;
    for (std::size_t i = 0; i < got.size() && worst < HUGE_VAL; ++i) {
        const double right = of(expected[i]);
        const double difference = right == got[i] ? 0 : std::abs(got[i] - right);
        worst = difference <= worst ? worst : difference;
    }
    ++rows;
    const bool agree = worst <= 1e-5; // one float's rounding of numbers below 16
    wrong += !agree;
    std::printf("row %d: largest difference %.1e: %s\n", rows, worst, agree ? "agrees" : "DIFFERS");
}

// Weights, or the softmax of a score, over values.
template <class W> void agrees(W const& w, golden const& g) {
    if constexpr (!fv::is_probability<W>) agrees(fv::softmax(w), g);
    else {
        const auto dot = fv::find_all<fv::dot_products>(fv::bare_score(w.scores)).head;
        const operand q = fv::source_of(dot.q), k = fv::source_of(dot.k), v = view(2, kv_heads, k.positions());
        std::vector<float> got(static_cast<std::size_t>(batches * heads * q.positions() * channels));
        const auto o = fv::tensor(got.data(), fv::bhsd(batches, heads, q.positions(), 8_c));
        fv::run(fv::reference(), o = fv::sum(w * v));
        compare(got, solved(g, q, k).output, [](double x) { return x; });
    }
}

// A statistic of the score s: the golden's `row` of its logsumexp.
template <class L, class S> void agrees(L const& statistic, S const& s, golden const& g) {
    const auto dot = fv::find_all<fv::dot_products>(fv::bare_score(s)).head;
    const operand q = fv::source_of(dot.q), k = fv::source_of(dot.k);
    std::vector<float> got(static_cast<std::size_t>(batches * heads * q.positions()));
    const auto l = fv::tensor(got.data(), fv::bhs(batches, heads, q.positions()));
    fv::run(fv::reference(), l = statistic);
    compare(got, solved(g, q, k).logsumexp, g.row);
}

inline int verdict() {
    std::printf("%d rows, %d of them wrong\n", rows, wrong);
    return rows == 0 ? 1 : wrong;
}

} // namespace coming_from
