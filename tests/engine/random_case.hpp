// One random case: a variant over drawn shapes, layouts and values, run on an engine and held to the oracle.
//
//     tests::enlist<tests::variants::causal, float, float>("cpu", tests::cpu_at_random{});
//
// Cases are enlisted by the sources random_*.cpp and run by random_cases.cpp, from the normal suite and as a soak.
#pragma once
#include <cstdio>
#include <functional>
#include <string>

#include "engine/any_executor.hpp"
#include "support/tolerance.hpp"
#include "support/variants.hpp"

namespace tests {

// The CPU engine with a drawn executor and packing budget; Shape.lanes = 0: this machine's shape.
template <fovea::cpu_shape Shape = fovea::cpu_shape{.lanes = 0}> struct cpu_at_random {
    static constexpr double tanh_error = 0; // absolute, besides the rounding
    // The format in which weights wait for the second product, for operands of type T.
    template <class T> static constexpr format weights() {
        constexpr bool bf16 = std::is_same_v<T, fovea::bf16>;
        constexpr auto used = Shape.lanes == 0 ? fovea::default_shape(fovea::native_isa, bf16) : Shape;
        return bf16 && used.pairs() ? format::bf16 : format::fp32;
    }
    template <class... A> fovea::status operator()(draws& draw, A const&... assignments) const {
        auto engine =
            fovea::cpu(any_executor::at_random(draw)).with_packing(draw.of<std::int64_t>({0, 1 << 16, 64 << 20}));
        if constexpr (Shape.lanes == 0) return fovea::try_run(engine, assignments...);
        else return fovea::try_run(engine.template with_shape<Shape>(), assignments...);
    }
};

struct case_outcome {
    std::string why; // empty: passed
    double ratio = 0;
    std::string where{};
};

struct enlisted_case {
    std::string name;
    std::function<case_outcome(std::uint64_t)> run;
};
inline std::vector<enlisted_case>& all_cases() {
    static std::vector<enlisted_case> cases;
    return cases;
}

template <class T> constexpr format format_of() {
    return std::is_same_v<T, float> ? format::fp32 : std::is_same_v<T, fovea::bf16> ? format::bf16 : format::fp16;
}

// Keys that nobody attends hold NaN, so that a single bit of them would show.
template <class K, class V> void poison_unattended(attention const& a, K const& k, V const& v) {
    for (std::int64_t b = 0; b < a.batches; ++b)
        for (std::int64_t h = 0; h < a.kv_heads; ++h)
            for (std::int64_t j = 0; j < a.keys; ++j) {
                bool attended = false;
                const std::int64_t group = a.heads / a.kv_heads;
                for (std::int64_t g = 0; g < group && !attended; ++g)
                    for (std::int64_t i = 0; i < a.queries && !attended; ++i)
                        attended = a.mask(b, h * group + g, a.first_query + i, a.first_key + j);
                if (attended) continue;
                for (std::int64_t c = 0; c < a.channels; ++c)
                    k.at(b, h, j, c) = poison<std::remove_reference_t<decltype(k.at(0, 0, 0, 0))>>();
                for (std::int64_t c = 0; c < a.value_channels; ++c)
                    v.at(b, h, j, c) = poison<std::remove_reference_t<decltype(v.at(0, 0, 0, 0))>>();
            }
}

// Channels: of q and k as written in the type: constant_size<64>, or index for any number.
template <class Variant, class T, class Out, class Channels, class Engine>
case_outcome run_random_case(std::uint64_t seed, Engine const& engine) {
    draws draw{seed};
    shape_limits limits{.far = Variant::far};
    if constexpr (fovea::known_size<Channels> > 0) limits.channels = fovea::known_size<Channels>;
    if (draw.one_in(3)) limits.most_queries = 4;
    shape s = random_shape(draw, limits);
    if (Variant::rotates) {
        s.channels = std::max<std::int64_t>(4, s.channels / 2 * 2);
        // negative positions have no angle of their own to test here
        s.first_query = std::max<std::int64_t>(0, s.first_query);
    }
    const inputs in(draw, s);
    const operand<T> q(draw, {s.batches, s.heads, s.queries}, s.channels);
    const operand<T> k(draw, {s.batches, s.kv_heads, s.keys}, s.channels);
    const operand<T> v(draw, {s.batches, s.kv_heads, s.keys}, s.value_channels);
    const operand<Out> o(draw, {s.batches, s.heads, s.queries}, s.value_channels);
    const operand<float> l(draw, {s.batches, s.heads, s.queries}, 1), m(draw, {s.batches, s.heads, s.queries}, 1);
    const operand<float> h(draw, {s.batches, s.heads, s.queries}, 1), f(draw, {s.batches, s.heads, s.queries}, 1);
    const float size = draw.of({0.1f, 1.f, 1.f, 3.f});
    q.fill(draw, size);
    k.fill(draw, 1);
    v.fill(draw, 1);

    attention a = s.problem();
    a.q = q.numbers();
    a.k = k.numbers();
    a.v = v.numbers();
    if (Variant::rotates) {
        turn_rows(a.q, s.batches * s.heads * s.queries, s.queries, s.channels, s.first_query, Variant::rope(in));
        turn_rows(a.k, s.batches * s.kv_heads * s.keys, s.keys, s.channels, s.first_key, Variant::rope(in));
    }
    Variant::describe(a, in);
    Variant::describe_moment(a);
    if (draw.one_in(3)) poison_unattended(a, k, v);

    const auto channels = [&] {
        if constexpr (fovea::known_size<Channels> > 0) return Channels{};
        else return s.channels;
    }();
    auto q_view = q.view(channels), k_view = k.view(channels);
    if (s.placed) {
        q_view = fovea::at(q_view, s.first_query);
        k_view = fovea::at(k_view, s.first_key);
    }
    const auto v_view = v.view(s.value_channels);
    const auto o_view = o.view(s.value_channels);
    const auto one = fovea::constant_size<1>{};
    const auto score = Variant::scores(q_view, k_view, in);
    const auto p = Variant::weights(score, in);
    fovea::status ran;
    results got;
    if constexpr (Variant::outputs == wanted::output) ran = engine(draw, o_view = fovea::sum(p * v_view));
    else if constexpr (Variant::outputs == wanted::with_logsumexp)
        ran = engine(draw, o_view = fovea::sum(p * v_view), l.view(one) = fovea::logsumexp(score));
    else if constexpr (Variant::outputs == wanted::everything)
        ran = engine(draw, o_view = fovea::sum(p * v_view), l.view(one) = fovea::logsumexp(score),
                     m.view(one) = fovea::max(score), h.view(one) = fovea::entropy(p),
                     f.view(one) = fovea::sum(p * Variant::moment(in)));
    else
        ran = engine(draw, l.view(one) = fovea::logsumexp(score), m.view(one) = fovea::max(score),
                     h.view(one) = fovea::entropy(p));
    const std::string where = s.text() + ": ";
    if (!ran.ok()) return {where + "refused: " + ran.sentence()};
    std::string why;
    const auto collect = [&](auto const& memory, std::vector<double>& to, bool asked) {
        if (asked) {
            if (why.empty()) why = memory.written_exactly();
            to = memory.numbers();
        } else if (why.empty() && !memory.untouched()) why = "an output that was not asked for was written";
    };
    constexpr bool all = Variant::outputs == wanted::everything, alone = Variant::outputs == wanted::statistics;
    collect(o, got.output, !alone);
    collect(l, got.logsumexp, Variant::outputs != wanted::output);
    collect(m, got.maximum, all || alone);
    collect(h, got.entropy, all || alone);
    collect(f, got.expectation, all);
    if (!why.empty()) return {where + why};
    const answer right = solve(a), naive = unfused(a, format_of<T>());
    comparison c =
        compare(right, naive, got,
                {Engine::template weights<T>(), Variant::rotates ? Engine::template weights<T>() : format::fp32,
                 Engine::tanh_error * Variant::cap(in)},
                format_of<Out>());
    if (!c.why.empty()) c.why = where + c.why;
    return {c.why, c.ratio, where};
}

template <class Variant, class T, class Out, class Channels = fovea::index, class Engine>
int enlist(std::string const& engine_name, Engine engine) {
    const char* formats[] = {"fp32", "bf16", "fp16"};
    std::string name = engine_name + ", " + Variant::name + ", " + formats[static_cast<int>(format_of<T>())] + " to " +
                       formats[static_cast<int>(format_of<Out>())];
    if (fovea::known_size<Channels> > 0) name += ", " + std::to_string(fovea::known_size<Channels>) + "_c";
    all_cases().push_back(
        {name, [engine](std::uint64_t seed) { return run_random_case<Variant, T, Out, Channels>(seed, engine); }});
    return 0;
}

} // namespace tests
