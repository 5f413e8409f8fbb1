// What an expression is called with on a GPU: one element of a tile, held by one thread.
//
//     tile_element<Machine> at{...};      score(at), mask(at)
#pragma once
#include "fovea/base/math.hpp"
#include "fovea/base/position.hpp"
#include "fovea/expr/apply.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/tensor/repeated.hpp"

namespace fovea::inline v0_1::sm80 {

// Loads are through the machine where it has the size: read-only for the life of the kernel, so that equal ones merge.
template <class Machine, class T> FOVEA_DEVICE T read_only(T const* from) {
    if constexpr (sizeof(T) == 1) return *from;
    else return Machine::load(from);
}

template <class Machine, view V>
FOVEA_DEVICE float read_repeated(V const& t, index batch, index head, index row, index channel) {
    return static_cast<float>(read_only<Machine>(&repeated_at(t, batch, head, row, channel)));
}

// exists: false beyond the last key; such an element is computed and discarded, but nothing is read for it and no
// user's functor is called. Its query is clipped to the last row.
template <class Machine> struct tile_element {
    index batch, head, kv_head;
    position query, key;
    index first_query, first_key;
    float score;
    bool exists;

    // 1 - 2 / (e^2x + 1): absolute error about 2^-23, as that of a score of order 1.
    FOVEA_DEVICE static float tanh(float x) {
        return fma(-2.f, Machine::reciprocal(Machine::exp2(x * (2 * log2_e)) + 1.f), 1.f);
    }
    FOVEA_DEVICE static float tanh_rest(float x) { return Machine::reciprocal(Machine::exp2(x) + 1.f); }
    template <class F, class... A> FOVEA_DEVICE auto one_by_one(F f, A... a) const {
        using result = decltype(f(plain(a)...));
        return exists ? f(plain(a)...) : result{};
    }
    template <class T, class I, class J> FOVEA_DEVICE auto gather(table_view<T> t, I row, J column) const {
        using scalar = typename reading<T>::scalar;
        T const* const entries = t.data + nearest(plain(row), t.rows) * t.columns;
        if constexpr (std::is_same_v<J, position>) {
            const position at = nearest(column, t.columns);
            // The base is a tile's columns' in common, and hidden: whole addresses would be kept for the next row.
            // Offsets are kept, in a register, not two, where none is negative; they are within 2^20.
            constexpr std::int32_t below = 1 << 24;
            const auto bytes = static_cast<word>(static_cast<std::int32_t>(sizeof(T)) * at.offset + below);
            const auto base = Machine::opaque(reinterpret_cast<std::uintptr_t>(entries + at.base) - below);
            return static_cast<scalar>(read_only<Machine>(reinterpret_cast<T const*>(base + bytes)));
        } else return static_cast<scalar>(read_only<Machine>(entries + nearest(plain(column), t.columns)));
    }
    template <view V> FOVEA_DEVICE float read_bias(V const& t, index row, index column) const {
        return exists ? read_repeated<Machine>(t, batch, head, row, column) : 0.f;
    }
};

// One element of a finished row, for an epilogue.
template <class Machine, class Result> struct row_element {
    index batch, head, row, channel;
    Result const& result;
    float value; // of this channel, normalised

    FOVEA_DEVICE float values() const { return value; }
    FOVEA_DEVICE float logsumexp() const { return result.logsumexp; }
    FOVEA_DEVICE float maximum() const { return result.maximum; }
    FOVEA_DEVICE float entropy() const { return result.entropy; }
    template <int I> FOVEA_DEVICE float expectation() const { return result.moments[I]; }
    template <view V> FOVEA_DEVICE float tensor_element(V const& t) const {
        return read_repeated<Machine>(t, batch, head, row, channel);
    }
    template <class T> FOVEA_DEVICE float rounded(float x) const { return static_cast<float>(static_cast<T>(x)); }
};

} // namespace fovea::inline v0_1::sm80
