// Attention without fusion: a whole matrix of scores by OpenBLAS, its softmax, a second product. One thread.
//
// As good as this approach gets: the softmax is vectorised with fovea's own exp2, the scale is folded into the first
// product and the division into the output, a causal softmax visits only what it keeps, memory is kept between calls.
// bf16 operands are converted to fp32 first, since OpenBLAS has no bf16 product on most machines.
#include <cblas.h>

#include <cmath>
#include <vector>

#include "fovea/machine/simd/elementary.hpp"
#include "fovea/machine/simd/storage.hpp"
#include "peers/fovea_capi.hpp"

namespace {

using fovea::index;
constexpr int lanes = fovea::native_isa.lanes;

// Weights of one row in place, not divided; returns their sum. Scores are in base 2.
float softmax_row(float* row, index keys) {
    const index whole = keys / lanes * lanes;
    auto top = fovea::splat<lanes>(-INFINITY);
    for (index j = 0; j < whole; j += lanes) top = fovea::max(top, fovea::load<lanes>(row + j));
    float most = fovea::max_of(top);
    for (index j = whole; j < keys; ++j) most = std::fmax(most, row[j]);
    auto sum = fovea::splat<lanes>(0.f);
    for (index j = 0; j < whole; j += lanes) {
        const auto weight = fovea::exp2(fovea::load<lanes>(row + j) - most);
        fovea::store(row + j, weight);
        sum = sum + weight;
    }
    float total = fovea::sum_of(sum);
    for (index j = whole; j < keys; ++j) total += row[j] = std::exp2(row[j] - most);
    return total;
}

struct scratch {
    std::vector<float> scores, q, k, v, o, sums;
};

void resize(std::vector<float>& x, index n) {
    if (static_cast<index>(x.size()) < n) x.resize(static_cast<std::size_t>(n));
}

template <class T> float const* as_fp32(T const* from, index n, std::vector<float>& to) {
    if constexpr (std::is_same_v<T, float>) return from;
    else {
        resize(to, n);
        for (index i = 0; i < n; i += lanes) fovea::store(to.data() + i, fovea::load_as_real<lanes>(from + i));
        return to.data();
    }
}

template <class T> void unfused_head(fovea_bench_call const& c, index head, scratch& s) {
    const index d = c.head_dim, kv_head = head / (c.heads / c.kv_heads);
    const bool causal = c.variant == fovea_bench_causal;
    const int queries = static_cast<int>(c.queries), keys = static_cast<int>(c.keys), channels = static_cast<int>(d);
    float const* q = as_fp32(static_cast<T const*>(c.q) + head * c.queries * d, c.queries * d, s.q);
    float const* k = as_fp32(static_cast<T const*>(c.k) + kv_head * c.keys * d, c.keys * d, s.k);
    float const* v = as_fp32(static_cast<T const*>(c.v) + kv_head * c.keys * d, c.keys * d, s.v);
    T* out = static_cast<T*>(c.o) + head * c.queries * d;
    resize(s.scores, c.queries * c.keys);
    resize(s.sums, c.queries);
    float* o = nullptr;
    if constexpr (std::is_same_v<T, float>) o = out;
    else {
        resize(s.o, c.queries * d);
        o = s.o.data();
    }
    const float scale = fovea::log2_e / std::sqrt(static_cast<float>(d));
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, queries, keys, channels, scale, q, channels, k, channels, 0,
                s.scores.data(), keys);
    for (index i = 0; i < c.queries; ++i) {
        float* row = s.scores.data() + i * c.keys;
        const index live = causal ? c.keys - c.queries + i + 1 : c.keys;
        s.sums[static_cast<std::size_t>(i)] = softmax_row(row, live);
        for (index j = live; j < c.keys; ++j) row[j] = 0;
    }
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, queries, channels, keys, 1, s.scores.data(), keys, v,
                channels, 0, o, channels);
    for (index i = 0; i < c.queries; ++i) {
        const float inverse = 1 / s.sums[static_cast<std::size_t>(i)];
        for (index j = i * d; j < (i + 1) * d; j += lanes)
            fovea::store_as(out + j, fovea::load<lanes>(o + j) * inverse);
    }
}

} // namespace

int fovea_bench_unfused(fovea_bench_call const* c) {
    if (c->variant != fovea_bench_full && c->variant != fovea_bench_causal) return 0;
    static scratch memory; // called from one thread
    openblas_set_num_threads(1);
    for (fovea::index head = 0; head < c->heads; ++head) {
        if (c->dtype == fovea_bench_fp32) unfused_head<float>(*c, head, memory);
        else unfused_head<fovea::bf16>(*c, head, memory);
    }
    return 1;
}
