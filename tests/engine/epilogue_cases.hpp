// Epilogues in which tensors stand beside an output in every place that a number may have, on any engine.
//
//     tests::tensors_beside_an_output(fovea::cpu());
#pragma once
#include <cmath>
#include <fovea/fovea.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace tests {

template <class Engine> void tensors_beside_an_output(Engine const& engine) {
    namespace fv = fovea;
    using namespace fovea::literals;
    constexpr std::int64_t heads = 2, positions = 21;
    constexpr auto rows = static_cast<std::size_t>(heads * positions), all = rows * 16;
    std::vector<fv::bf16> x;
    for (float number : normals(all, 81)) x.push_back(fv::bf16{number});
    const auto gate = normals(all, 82), limit = normals(heads, 83);
    const auto layout = fv::bhsd(1, heads, positions, 16_c);
    const auto q = fv::tensor(x.data(), layout);
    const auto g = fv::tensor(gate.data(), layout);
    const auto h = fv::tensor(limit.data(), fv::bhsd(1, heads, 1, 1)); // one number a head
    const auto s = fv::scaled_dot(q, q);
    const auto out = fv::sum(fv::softmax(s) * q);
    std::vector<float> results[6], lse(rows), over(rows), plain(all);
    for (auto& r : results) r.resize(all);
    const auto to = [&](std::vector<float>& r) { return fv::tensor(r.data(), layout); };
    fv::run(engine, to(plain) = out, to(results[0]) = out / (1.f + fv::exp(-g)), to(results[1]) = fv::min(out, g),
            to(results[2]) = fv::max(h, out), to(results[3]) = fv::select(out < g, out, h),
            to(results[4]) = h / out - g * g, to(results[5]) = fv::clamp(out, -fv::abs(h), fv::abs(h)),
            fv::tensor(lse.data(), fv::bhs(1, heads, positions)) = fv::logsumexp(s),
            fv::tensor(over.data(), fv::bhs(1, heads, positions)) = fv::logsumexp(s) / h);
    int wrong = 0;
    const auto compare = [&](float is, float right) { wrong += !(std::abs(is - right) <= 1e-5f * std::abs(right)); };
    for (std::size_t i = 0; i < all; ++i) {
        const float o = plain[i], a = gate[i], b = limit[i / (positions * 16)];
        compare(results[0][i], o / (1 + std::exp(-a)));
        compare(results[1][i], std::min(o, a));
        compare(results[2][i], std::max(o, b));
        compare(results[3][i], o < a ? o : b);
        wrong += !(std::abs(results[4][i] - (b / o - a * a)) <= 1e-5f * (std::abs(b / o) + a * a)); // may cancel
        compare(results[5][i], std::min(std::max(o, -std::abs(b)), std::abs(b)));
    }
    for (std::size_t i = 0; i < rows; ++i) compare(over[i], lse[i] / limit[i / positions]);
    CHECK(wrong == 0);
}

// Of plain parameters: asked for one element at a time, and before the run.
struct above {
    float limit;
    FOVEA_HOST_DEVICE bool operator()(float x) const { return x > limit; }
};
struct rectified {
    int sign = 1;
    fovea::status refused() const {
        if (sign == 0) return fovea::status({"rectified has sign 0; give it 1 or -1"});
        return {};
    }
    FOVEA_HOST_DEVICE float operator()(float x) const { return static_cast<float>(sign) * x > 0 ? x : 0; }
};
struct weighed {
    FOVEA_HOST_DEVICE float operator()(float x, float gate) const { return x * gate + 1; }
};

template <class Engine> void functors_of_an_output(Engine const& engine) {
    namespace fv = fovea;
    constexpr std::int64_t channels = 19;
    for (const std::int64_t positions : {2, 40}) {
        const auto rows = static_cast<std::size_t>(positions), all = rows * channels;
        const auto x = normals(positions * channels, 87), gate = normals(positions * channels, 88);
        const auto layout = fv::bhsd(1, 1, positions, channels);
        const auto q = fv::tensor(x.data(), layout), g = fv::tensor(gate.data(), layout);
        const auto s = fv::scaled_dot(q, q);
        const auto out = fv::sum(fv::softmax(s) * q);
        std::vector<float> plain(all), bent(all), mixed(all), picked(all), lse(rows), top(rows);
        const auto to = [&](std::vector<float>& r) { return fv::tensor(r.data(), layout); };
        const auto one = fv::bhs(1, 1, positions);
        fv::run(engine, to(plain) = out, to(bent) = fv::apply(rectified{}, out),
                to(mixed) = 2.f * fv::apply(weighed{}, out, g),
                to(picked) = fv::select(fv::apply(above{0.25f}, out), g, out),
                fv::tensor(lse.data(), one) = fv::logsumexp(s),
                fv::tensor(top.data(), one) = fv::apply(rectified{-1}, fv::logsumexp(s)));
        int wrong = 0;
        for (std::size_t i = 0; i < all; ++i) {
            wrong += bent[i] != (plain[i] > 0 ? plain[i] : 0);
            wrong += !(std::abs(mixed[i] - 2 * (plain[i] * gate[i] + 1)) <= 1e-5f * (2 + std::abs(mixed[i])));
            wrong += std::abs(plain[i] - 0.25f) > 1e-5f && picked[i] != (plain[i] > 0.25f ? gate[i] : plain[i]);
        }
        for (std::size_t i = 0; i < rows; ++i) wrong += top[i] != (lse[i] < 0 ? lse[i] : 0);
        CHECK(wrong == 0);
        const fv::status why = fv::try_run(engine, to(bent) = 2.f * fv::apply(rectified{0}, out));
        CHECK(std::string(why.sentence()) == "fovea: rectified has sign 0; give it 1 or -1");
    }
}

} // namespace tests
