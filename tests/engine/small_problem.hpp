// A problem in plain vectors for tests that say what they want in words: causal attention with padded batches.
//
//     tests::small_problem<float> x({.batches = 2, .heads = 4, .kv_heads = 2, .queries = 70, .keys = 300});
//     x.run(fovea::cpu());      x.o, x.l, x.m, x.h
//
// One expression for all of them, so that every engine is compiled once. first_query places the queries; lengths[b]
// keys of batch b exist.
#pragma once
#include <cmath>
#include <cstring>
#include <fovea/fovea.hpp>
#include <vector>

#include "support/draws.hpp"
#include "support/generators.hpp"
#include "support/tolerance.hpp"

namespace tests {

// Two batches whose queries stand at the end of the keys; nothing is a multiple of a tile or a vector.
inline shape at_the_end(std::int64_t queries, std::int64_t keys) {
    return {.batches = 2,
            .heads = 4,
            .kv_heads = 2,
            .queries = queries,
            .keys = keys,
            .channels = 40,
            .value_channels = 24,
            .first_query = keys - queries,
            .placed = true};
}

template <class T> struct small_problem {
    shape s;
    std::vector<T> q, k, v;
    std::vector<float> o, l, m, h;
    std::vector<std::int64_t> lengths;

    explicit small_problem(shape const& of, std::uint64_t seed = 1)
        : s(of),
          q(drawn(s.batches * s.heads * s.queries * s.channels, seed)),
          k(drawn(s.batches * s.kv_heads * s.keys * s.channels, seed + 1)),
          v(drawn(s.batches * s.kv_heads * s.keys * s.value_channels, seed + 2)),
          o(size(s.batches * s.heads * s.queries * s.value_channels), NAN),
          l(size(s.batches * s.heads * s.queries), NAN),
          m(l),
          h(l),
          lengths(size(s.batches), s.first_key + s.keys) {}

    // With the outputs as they were, so that what is not written shows.
    template <class Engine> fovea::status try_run(Engine&& engine) {
        const auto q_view =
            fovea::at(fovea::tensor(q.data(), fovea::bhsd(s.batches, s.heads, s.queries, s.channels)), s.first_query);
        const auto k_view =
            fovea::at(fovea::tensor(k.data(), fovea::bhsd(s.batches, s.kv_heads, s.keys, s.channels)), s.first_key);
        const auto v_view = fovea::tensor(v.data(), fovea::bhsd(s.batches, s.kv_heads, s.keys, s.value_channels));
        const auto o_view = fovea::tensor(o.data(), fovea::bhsd(s.batches, s.heads, s.queries, s.value_channels));
        const auto rows = fovea::bhs(s.batches, s.heads, s.queries);
        const auto score =
            fovea::where(fovea::causal && fovea::padding(fovea::table(lengths)), fovea::scaled_dot(q_view, k_view));
        const auto p = fovea::softmax(score);
        return fovea::try_run(
            engine, o_view = fovea::sum(p * v_view), fovea::tensor(l.data(), rows) = fovea::logsumexp(score),
            fovea::tensor(m.data(), rows) = fovea::max(score), fovea::tensor(h.data(), rows) = fovea::entropy(p));
    }
    template <class Engine> small_problem& run(Engine&& engine) {
        if (const fovea::status ran = try_run(engine); !ran.ok()) throw fovea::error(ran);
        return *this;
    }

    attention oracle() const {
        attention a = s.problem();
        a.q.assign(q.begin(), q.end());
        a.k.assign(k.begin(), k.end());
        a.v.assign(v.begin(), v.end());
        a.mask = [this](std::int64_t b, std::int64_t, std::int64_t at_q, std::int64_t at_k) {
            return at_k <= at_q && at_k < lengths[size(b)];
        };
        a.score = [c = 1 / std::sqrt(static_cast<double>(s.channels))](double dot, auto...) { return c * dot; };
        return a;
    }
    // Empty when everything is within bounds. products: what an unfused computation would multiply.
    std::string compared(format products = std::is_same_v<T, float> ? format::fp32 : format::bf16) const {
        const attention a = oracle();
        results got{to_double(o), to_double(l), to_double(m), to_double(h), {}};
        const format rotated = products == format::tf32 ? products : format::fp32;
        return compare(solve(a), unfused(a, products), got, {products, rotated}, format::fp32).why;
    }
    bool same_bits(small_problem const& other) const {
        return equal_bits(o, other.o) && equal_bits(l, other.l) && equal_bits(m, other.m) && equal_bits(h, other.h);
    }
    T& key(std::int64_t b, std::int64_t kv, std::int64_t j, std::int64_t c) {
        return k[size(((b * s.kv_heads + kv) * s.keys + j) * s.channels + c)];
    }
    T& value(std::int64_t b, std::int64_t kv, std::int64_t j, std::int64_t c) {
        return v[size(((b * s.kv_heads + kv) * s.keys + j) * s.value_channels + c)];
    }
    float output(std::int64_t b, std::int64_t head, std::int64_t i, std::int64_t c) const {
        return o[size(((b * s.heads + head) * s.queries + i) * s.value_channels + c)];
    }

    static std::size_t size(std::int64_t n) { return static_cast<std::size_t>(n); }
    static bool equal_bits(std::vector<float> const& a, std::vector<float> const& b) {
        return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0);
    }

private:
    static std::vector<T> drawn(std::int64_t n, std::uint64_t seed) {
        std::vector<T> x;
        for (float number : normals(n, seed)) x.push_back(static_cast<T>(number));
        return x;
    }
    static std::vector<double> to_double(std::vector<float> const& x) { return {x.begin(), x.end()}; }
};

} // namespace tests
