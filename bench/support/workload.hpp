// Operands of one attention call, with their views.
//
//     bench::workload<fovea::bf16, 128> w({.heads = 8, .kv_heads = 2, .queries = 4096, .keys = 4096});
//     fovea::run(fovea::cpu(), w.o() = fovea::sum(fovea::softmax(fovea::scaled_dot(w.q(), w.k())) * w.v()));
#pragma once
#include "fovea/fovea.hpp"
#include "support/memory.hpp"

namespace bench {

struct problem_size {
    index heads = 1, kv_heads = 1, queries = 1, keys = 1;
    // Floating-point operations of both products over every pair of query and key.
    double flops(index head_dim) const {
        return 4. * static_cast<double>(heads * queries) * static_cast<double>(keys * head_dim);
    }
};
// The same over the pairs of a causal mask, lengths equal.
inline double causal_share(index length) {
    return (static_cast<double>(length) + 1) / (2 * static_cast<double>(length));
}

template <class T, index D> class workload {
public:
    static constexpr index head_dim = D;
    using element = T;

    explicit workload(problem_size s)
        : size(s),
          q_(s.heads * s.queries * D, 1),
          k_(s.kv_heads * s.keys * D, 2),
          v_(s.kv_heads * s.keys * D, 3),
          o_(s.heads * s.queries * D),
          rows_(s.heads * s.queries) {}

    auto q() const {
        return fovea::align_ends(fovea::tensor(q_.data(), fovea::bhsd(1, size.heads, size.queries, channels)), k());
    }
    auto k() const { return fovea::tensor(k_.data(), fovea::bhsd(1, size.kv_heads, size.keys, channels)); }
    auto v() const { return fovea::tensor(v_.data(), fovea::bhsd(1, size.kv_heads, size.keys, channels)); }
    auto o() const { return fovea::tensor(o_.data(), fovea::bhsd(1, size.heads, size.queries, channels)); }
    // One number a row: logsumexp, entropy.
    auto row_numbers() const { return fovea::tensor(rows_.data(), fovea::bhs(1, size.heads, size.queries)); }
    index key_bytes() const { return k_.bytes(); }
    auto scores() const { return fovea::scaled_dot(q(), k()); }

    problem_size size;

private:
    static constexpr fovea::constant_size<D> channels{};
    array<T> q_, k_, v_, o_;
    array<float> rows_;
};

template <class T> inline constexpr char const* dtype_name = fovea::element_name<T>;

// f.operator()<element, head_dim>() for the formats that every table has.
template <class F> void for_each_format(F const& f) {
    f.template operator()<float, 64>();
    f.template operator()<float, 128>();
    f.template operator()<fovea::bf16, 64>();
    f.template operator()<fovea::bf16, 128>();
}

} // namespace bench
