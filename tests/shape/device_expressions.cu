// Every term of the language read on a device, point by point and in intervals: compiled, not run.
//
// tools/check_device.py compiles it with warnings as errors and without --expt flags.
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::terms;

namespace {

// One element, as a kernel without tiles would hold it.
struct element {
    fv::index batch, head, kv_head, query, key, first_query, first_key;
    float score;
    template <fv::view V>
    FOVEA_HOST_DEVICE float read_bias(V const& t, fv::index row, fv::index column) const {
        return t.at(t.batches() == 1 ? 0 : batch, t.heads() == 1 ? 0 : head, t.positions() == 1 ? 0 : row,
                    t.channels() == 1 ? 0 : column);
    }
};

struct generic_functor {
    template <class I> FOVEA_HOST_DEVICE auto operator()(I q, I k) const { return q - k < 20 && (q + k) % 3 != 1; }
};
struct plain_functor {
    float height;
    FOVEA_HOST_DEVICE float operator()(float s, std::int64_t distance) const {
        return s + height * static_cast<float>(distance % 5);
    }
};

// Of one expression: its value, its bounds or coverage, and its value once bound to a head.
template <class E> __global__ void read(E e, element const* points, fv::element_box const* boxes, float* out) {
    const element at = points[threadIdx.x];
    out[0] = static_cast<float>(e(at));
    const auto bound = fv::bind(e, fv::at_head{at.batch, at.head, at.kv_head});
    out[1] = static_cast<float>(bound(at));
    if constexpr (E::kind == fv::kinds::truth) {
        out[2] = static_cast<float>(static_cast<int>(fv::covers(e, boxes[threadIdx.x])));
        out[3] = static_cast<float>(static_cast<int>(fv::covers(bound, boxes[threadIdx.x])));
    } else {
        const auto range = fv::as_interval(fv::as_real(e(boxes[threadIdx.x])));
        out[2] = range.lo;
        out[3] = range.hi;
        const auto scaled = fv::multiplied(bound, fv::log2_e);
        out[4] = fv::value_below(scaled, at, 1.f);
    }
}
template <class E> void check(E const& e) { read<E><<<1, 32>>>(e, nullptr, nullptr, nullptr); }

} // namespace

struct tables {
    float const* reals;
    fv::bf16 const* shorts;
    std::int32_t const* numbers;
    unsigned char const* bytes;
};

void masks(tables t, fv::index n) {
    check(fv::everything);
    check(fv::causal);
    check(fv::sliding_window(n));
    check(fv::band(n, 7));
    check(fv::causal && (fv::sliding_window(n) || fv::sink_tokens(4)));
    check(fv::prefix(fv::lookup(fv::table(t.numbers, n), batch)));
    check(fv::documents(fv::sorted(t.numbers, 2, n)) || fv::documents(fv::table(t.numbers, n)));
    check(!fv::padding(fv::table(t.numbers, n)));
    check(fv::dilated(n));
    check(fv::block_sparse(fv::table(t.bytes, n, n), 64, 64));
    check(fv::neighbourhood(n, 2, 1));
    check(fv::apply(generic_functor{}, q_pos, k_pos));
    check(((q_pos ^ k_pos) & 5) == 0 && (q_pos >> 1) != (k_pos << 2 | 1) && ~q_pos < k_pos);
    check(fv::min(q_pos, k_pos) >= fv::clamp(q_pos - k_pos, 0, 127) && kv_head > head);
}

template <class Q, class K> void scores(Q q, K k, tables t, fv::index n) {
    const auto s = fv::scaled_dot(q, k);
    check(s);
    check(fv::softcap(30.f, s));
    check(s + fv::alibi(fv::table(t.reals, n)));
    check(s + fv::alibi_two_sided(fv::table(t.shorts, n)));
    check(s + fv::relative_bias(fv::table(t.reals, 8, 32), fv::t5{.bidirectional = true}));
    check(s + fv::bias(fv::tensor(t.shorts, fv::bhqk(1, 8, n, n))));
    check(s + fv::lookup(fv::table(t.reals, n), fv::clamp(q_pos - k_pos, 0, 127)) / 3.f);
    check(fv::apply(plain_functor{0.5f}, s, q_pos - k_pos));
    check(fv::exp(-fv::abs(s)) - fv::log(fv::max(s, 1.f)) + fv::select(fv::causal, s, 0.f) * fv::abs(q_pos - k_pos));
}

void all_scores(tables t, fv::index n) {
    using namespace fovea::literals;
    scores(fv::tensor(t.shorts, fv::bshd(1, n, 8, 64_c)), fv::tensor(t.shorts, fv::bshd(1, n, 2, 64_c)), t, n);
    scores(fv::tensor(t.reals, fv::bshd(1, n, 8, n)), fv::tensor(t.reals, fv::bshd(1, n, 2, n)), t, n);
}
