// Attention in double precision, written from its definition and from nothing of the library: what results are held to.
//
//     tests::attention a;   a.heads = 2;   a.mask = [](auto b, auto h, auto q, auto k) { return k <= q; };
//     tests::answer right = tests::solve(a);   tests::answer naive = tests::unfused(a, tests::format::bf16);
//
// unfused is the yardstick for errors: the product, the softmax and the second product one after the other in fp32,
// with the scores, the weights and the output rounded to the storage format between them, as a framework without fusion
// does. Nothing is stored in tf32: there what a product takes is rounded, operands and weights, and nothing else.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <type_traits>
#include <vector>

namespace tests {

using std::int64_t;

enum class format { fp32, bf16, fp16, tf32 };

// Half the distance to the next number, relative to one just above a power of two.
constexpr double unit_of(format f) { return f == format::fp32 ? 0x1p-24 : f == format::bf16 ? 0x1p-8 : 0x1p-11; }
// What scores, weights and outputs lie in between two products.
inline format stored_between(format f) { return f == format::tf32 ? format::fp32 : f; }
inline double least_of(format f) { return f == format::fp16 ? 0x1p-25 : 0x1p-126; }
// x rounded to nearest, ties to even, by arithmetic in double.
inline double rounded_to(double x, format f) {
    if (!std::isfinite(x) || x == 0) return x;
    const int digits = f == format::fp32 ? 24 : f == format::bf16 ? 8 : 11, lowest = f == format::fp16 ? -14 : -126;
    // x = f 2^exponent with f in [1/2, 1), by the bits of a double; denormal doubles are far below every format.
    const int exponent = static_cast<int>(std::bit_cast<std::uint64_t>(x) >> 52 & 0x7ff) - 1022;
    const int last = std::max(exponent, lowest + 1) - digits;
    const double unit = std::bit_cast<double>(static_cast<std::uint64_t>(last + 1023) << 52); // 2^last
    return std::nearbyint(x / unit) * unit;
}

struct attention {
    int64_t batches = 1, heads = 1, kv_heads = 1, queries = 1, keys = 1, channels = 1, value_channels = 1;
    int64_t first_query = 0, first_key = 0;
    std::vector<double> q, k, v; // (batch, head, position, channel), without gaps; rotated already
    std::function<bool(int64_t, int64_t, int64_t, int64_t)> mask = [](auto...) { return true; };
    // score of the plain product at (batch, head, query position, key position)
    std::function<double(double, int64_t, int64_t, int64_t, int64_t)> score = [](double dot, auto...) { return dot; };
    std::function<double(int64_t, int64_t)> sink; // logit of (batch, head), if any
    bool sigmoid = false;
    std::function<double(double, int64_t, int64_t, int64_t, int64_t)> moment; // like score, if wanted
};

struct answer {
    std::vector<double> output; // (batch, head, query, value channel)
    std::vector<double> logsumexp, maximum, entropy, expectation; // (batch, head, query)
    std::vector<double> largest; // of |score| among a row's attended keys: what errors grow with
    std::vector<double> value_size; // of |v| among a row's attended keys
    std::vector<double> moment_size; // of |f|
    std::vector<int64_t> attended; // keys of a row
};

// rows[m] . x for n rows, each summed from its first term to its last. Four at a time: one sum waits for itself.
template <class Real>
void multiply(Real const* x, std::size_t length, std::vector<Real const*> const& rows, std::size_t n, Real* dots) {
    for (std::size_t m = 0; m < n; m += 4) {
        const auto row = [&](std::size_t i) { return rows[std::min(m + i, n - 1)]; };
        Real const *r0 = row(0), *r1 = row(1), *r2 = row(2), *r3 = row(3);
        Real dot[4] = {};
        for (std::size_t c = 0; c < length; ++c) {
            dot[0] += x[c] * r0[c];
            dot[1] += x[c] * r1[c];
            dot[2] += x[c] * r2[c];
            dot[3] += x[c] * r3[c];
        }
        std::copy_n(dot, std::min<std::size_t>(4, n - m), dots + m);
    }
}

// Real: the type everything is computed in. storage: what rotated operands, scores, weights and outputs are rounded to
// on the way, or fp32 for none; tf32 are made of numbers that have more bits, so there the values are rounded too.
template <class Real> answer attend(attention const& a, format storage) {
    answer r;
    const auto rows = static_cast<std::size_t>(a.batches * a.heads * a.queries);
    r.output.assign(rows * static_cast<std::size_t>(a.value_channels), 0);
    for (auto* x : {&r.logsumexp, &r.maximum, &r.entropy, &r.expectation, &r.largest, &r.value_size, &r.moment_size})
        x->assign(rows, 0);
    r.attended.assign(rows, 0);
    const auto round = [](auto x, format to) {
        return static_cast<Real>(to == format::fp32 ? x : rounded_to(static_cast<double>(x), to));
    };
    const auto stored = [&](std::vector<double> const& x, format to) {
        std::vector<Real> y(x.size());
        std::transform(x.begin(), x.end(), y.begin(), [&](double number) { return round(number, to); });
        return y;
    };
    const auto size = [](auto n) { return static_cast<std::size_t>(n); };
    const std::vector<Real> q = stored(a.q, storage), k = stored(a.k, storage),
                            v = stored(a.v, storage == format::tf32 ? storage : format::fp32);
    std::vector<double> value_sizes(size(a.batches * a.kv_heads * a.keys));
    for (std::size_t i = 0; i < v.size(); ++i) {
        double& most = value_sizes[i / size(a.value_channels)];
        most = std::max(most, std::abs(static_cast<double>(v[i])));
    }
    std::vector<Real> dots(size(a.keys)), scores(size(a.keys)), raised(size(a.keys)), total(size(a.value_channels));
    std::vector<Real const*> keys(size(a.keys));
    std::vector<int64_t> live(size(a.keys));
    const Real infinity = std::numeric_limits<Real>::infinity();
    for (int64_t b = 0; b < a.batches; ++b)
        for (int64_t h = 0; h < a.heads; ++h)
            for (int64_t i = 0; i < a.queries; ++i) {
                const int64_t b_kv = b * a.kv_heads + h / (a.heads / a.kv_heads), q_at = a.first_query + i;
                const auto at = size((b * a.heads + h) * a.queries + i);
                int64_t n = 0;
                for (int64_t j = 0; j < a.keys; ++j)
                    if (a.mask(b, h, q_at, a.first_key + j)) {
                        keys[size(n)] = k.data() + (b_kv * a.keys + j) * a.channels;
                        live[size(n++)] = j;
                    }
                multiply(q.data() + at * size(a.channels), size(a.channels), keys, size(n), dots.data());
                for (int64_t m = 0; m < n; ++m) {
                    const int64_t k_at = a.first_key + live[size(m)];
                    const auto dot = static_cast<double>(dots[size(m)]);
                    double s = a.score(dot, b, h, q_at, k_at);
                    if constexpr (!std::is_same_v<Real, double>) {
                        // What the positions add is rounded by itself, and the sum again.
                        const double added = a.score(0, b, h, q_at, k_at);
                        s = static_cast<double>(static_cast<Real>(s - added) + static_cast<Real>(added));
                    }
                    scores[size(m)] = static_cast<Real>(s);
                    r.largest[at] = std::max(r.largest[at], std::max(std::abs(s), std::abs(dot)));
                }
                r.attended[at] = n;
                r.logsumexp[at] = r.maximum[at] = -std::numeric_limits<double>::infinity();
                if (n == 0) continue;
                Real top = -infinity;
                for (int64_t m = 0; m < n; ++m) {
                    scores[size(m)] = round(scores[size(m)], stored_between(storage));
                    top = std::max(top, scores[size(m)]);
                }
                r.maximum[at] = static_cast<double>(top);
                Real sum = 0, weighted = 0, moment = 0;
                for (int64_t m = 0; m < n; ++m) {
                    const Real x = scores[size(m)] - top;
                    sum += raised[size(m)] = std::exp(x);
                    weighted += raised[size(m)] * x;
                }
                r.logsumexp[at] = static_cast<double>(top + std::log(sum));
                Real denominator = sum;
                if (a.sink) denominator += std::exp(static_cast<Real>(a.sink(b, h)) - top);
                // -sum p ln p over the keys, p = exp(x) / denominator
                r.entropy[at] = static_cast<double>((std::log(denominator) * sum - weighted) / denominator);
                std::fill(total.begin(), total.end(), Real{0});
                for (int64_t m = 0; m < n; ++m) {
                    const Real s = scores[size(m)];
                    const Real exact = a.sigmoid ? 1 / (1 + std::exp(-s)) : raised[size(m)] / denominator;
                    const Real p = round(exact, storage);
                    const auto row = size(b_kv * a.keys + live[size(m)]);
                    Real const* value = v.data() + row * size(a.value_channels);
                    for (std::size_t c = 0; c < total.size(); ++c) total[c] += p * value[c];
                    r.value_size[at] = std::max(r.value_size[at], value_sizes[row]);
                    if (a.moment) {
                        const double f = a.moment(static_cast<double>(s), b, h, q_at, a.first_key + live[size(m)]);
                        moment += exact * static_cast<Real>(f);
                        r.moment_size[at] = std::max(r.moment_size[at], std::abs(f));
                    }
                }
                r.expectation[at] = static_cast<double>(moment);
                for (int64_t c = 0; c < a.value_channels; ++c)
                    r.output[at * size(a.value_channels) + size(c)] = static_cast<double>(total[size(c)]);
            }
    return r;
}

inline answer solve(attention const& a) { return attend<double>(a, format::fp32); }
inline answer unfused(attention const& a, format storage) { return attend<float>(a, storage); }

// ---- rotary embedding, from the papers' formulas ------------------------------------------------------------------
enum class rope_kind { plain, linear, ntk, yarn, llama3 };

struct rope_rule {
    rope_kind kind = rope_kind::plain;
    long double theta = 10000, factor = 1;
    long double original = 4096, beta_fast = 32, beta_slow = 1, low = 1, high = 4;
    int64_t channels = 0; // 0: all
    bool pairs = false; // (2 i, 2 i + 1) instead of (i, i + n / 2)

    long double frequency(int64_t i, int64_t n) const {
        const long double pi = 3.14159265358979323846264338327950288L, d = static_cast<long double>(n);
        const long double f = std::pow(theta, -2.0L * static_cast<long double>(i) / d);
        if (kind == rope_kind::linear) return f / factor;
        if (kind == rope_kind::ntk) {
            const long double raised = theta * std::pow(factor, d / (d - 2));
            return std::pow(raised, -2.0L * static_cast<long double>(i) / d);
        }
        if (kind == rope_kind::llama3) {
            const long double wavelength = 2 * pi / f;
            if (wavelength > original / low) return f / factor;
            if (wavelength < original / high) return f;
            const long double smooth = (original / wavelength - low) / (high - low);
            return (1 - smooth) * f / factor + smooth * f;
        }
        if (kind == rope_kind::yarn) {
            const auto pair_at = [&](long double turns) {
                return d * std::log(original / (turns * 2 * pi)) / (2 * std::log(theta));
            };
            const long double from = std::max(0.0L, std::floor(pair_at(beta_fast)));
            long double to = std::min(d - 1, std::ceil(pair_at(beta_slow)));
            if (to == from) to += 0.001L;
            const long double ramp = std::min(1.0L, std::max(0.0L, (static_cast<long double>(i) - from) / (to - from)));
            return f / factor * ramp + f * (1 - ramp);
        }
        return f;
    }
    long double amplitude() const { return kind == rope_kind::yarn && factor > 1 ? 0.1L * std::log(factor) + 1 : 1; }
    // Channel i of what is turned in a row, and its partner, by an angle.
    void turn(double* row, int64_t i, long double cosine, long double sine, int64_t n) const {
        double &x = row[pairs ? 2 * i : i], &y = row[pairs ? 2 * i + 1 : i + n / 2];
        const long double x0 = x, y0 = y;
        x = static_cast<double>(x0 * cosine - y0 * sine);
        y = static_cast<double>(y0 * cosine + x0 * sine);
    }
};

// Rows of d channels; row i is at position first + i % positions. An angle is computed once for all rows that have it.
inline void turn_rows(std::vector<double>& x, int64_t rows, int64_t positions, int64_t d, int64_t first,
                      rope_rule const& r) {
    const int64_t n = r.channels == 0 ? d : r.channels;
    for (int64_t i = 0; i < n / 2; ++i) {
        const long double frequency = r.frequency(i, n);
        for (int64_t p = 0; p < std::min(positions, rows); ++p) {
            const long double angle = frequency * static_cast<long double>(first + p);
            const long double cosine = std::cos(angle) * r.amplitude(), sine = std::sin(angle) * r.amplitude();
            for (int64_t row = p; row < rows; row += positions) r.turn(x.data() + row * d, i, cosine, sine, n);
        }
    }
}

} // namespace tests
