// The rare end of a tile whose output is not finite although its weights are: 0 x NaN from the value of a masked key
// must not reach it by a bit, the value of an attended one must.
//
//     attend_until_clean<Machine, Tile>(careful, keys_at, rows, [&] { ... });      // the pass, and it again
//     non_finite_values<Machine, Params, Bound, Tile>(params, bound, here).add_to(rows_place, staged);
//
// A block that finds such an output computes its tile again with every non-finite value read as 0, which gives the bits
// that clean data would; what attended keys' non-finite values add is then added, one key after the other.
#pragma once
#include "fovea/engine/sm80/operand_rows.hpp"
#include "fovea/engine/sm80/tile_loader.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::inline v0_1::sm80 {

// Whether any row's output is not finite although the sum of its weights is.
template <class Machine, int Blocks, int Tiles, class State>
FOVEA_DEVICE bool is_spoiled(matrix_sums const (&output)[Blocks][Tiles], State const (&state)[Blocks][2]) {
    bool spoiled = false;
    FOVEA_UNROLL_DEVICE
    for (int m = 0; m < Blocks; ++m) {
        FOVEA_UNROLL_DEVICE
        for (int r = 0; r < 2; ++r) {
            float all = 0;
            FOVEA_UNROLL_DEVICE
            for (int n = 0; n < Tiles; ++n) all = fma(output[m][n][2 * r], 0.f, fma(output[m][n][2 * r + 1], 0.f, all));
            float sum = state[m][r].sum;
            sum = sum + Machine::shuffle_xor(sum, 1);
            sum = sum + Machine::shuffle_xor(sum, 2);
            if (!is_finite(all) && is_finite(sum)) spoiled = true;
        }
    }
    return spoiled;
}

// The answer of any thread of the block, through shared memory that no warp uses any more.
template <class Machine, class Tile> FOVEA_DEVICE bool any_of_block(word shared, bool mine) {
    const bool warps = Machine::ballot(mine) != 0;
    word any = 0;
    if (Machine::lane() == 0) Machine::store_shared(shared + 4 * Machine::warp(), static_cast<word>(warps));
    Machine::sync_block();
    for (int w = 0; w < Tile::warps; ++w) any |= Machine::template load_shared<word>(shared + 4 * static_cast<word>(w));
    Machine::sync_block();
    return any != 0;
}

// The pass over the keys; and where it spoiled an output, once more with careful set. The queries stay where they are,
// so that what loads them keeps no register meanwhile; keys: where those of the pass were, whose last reader the ring
// has waited for.
template <class Machine, class Tile, class Rows, class Attend>
FOVEA_DEVICE void attend_until_clean(bool& careful, word keys, Rows& rows, Attend const& attend) {
    for (bool again = true; again;) {
        attend();
        again = false;
        if constexpr (Rows::has_values)
            if (!careful)
                again = careful = any_of_block<Machine, Tile>(keys, is_spoiled<Machine>(rows.output, rows.state));
    }
}

template <class Machine, class Params, class Bound, class Tile> class non_finite_values {
    static constexpr bool normalised = decltype(Params::problem)::normalised;

public:
    FOVEA_DEVICE non_finite_values(Params const& params, Bound const& bound, at_head here)
        : p_(params.problem),
          bound_(bound),
          here_(here),
          queries_(p_.operand.q, params.q, here.batch, here.head),
          keys_(p_.operand.k, params.k, here.batch, here.kv_head) {}

    // To the rows of a warp, which lie staged in shared memory.
    FOVEA_DEVICE void add_to(rows_place at, word staged) const { add_to(at, staged, 0, {0, p_.k().positions() - 1}); }
    // From row number `staged_row` of them on, and of these keys.
    FOVEA_DEVICE void add_to(rows_place at, word staged, int staged_row, index_range keys) const {
        for (index first = keys.lo; first <= keys.hi; first += 32) {
            const index mine = first + static_cast<index>(Machine::lane());
            word found = Machine::ballot(mine <= keys.hi && has_non_finite(mine));
            for (; found != 0; found &= found - 1) {
                const index key = first + Machine::first_bit(found);
                for (int row = 0; row < at.rows; ++row) add_key(at.first + row, key, staged_row + row, staged);
            }
        }
        Machine::sync_warp();
    }

private:
    FOVEA_DEVICE bool has_non_finite(index key) const {
        bool any = false;
        for (index c = 0; c < p_.operand.v.channels(); ++c) any |= !is_finite(value(key, c));
        return any;
    }
    FOVEA_DEVICE float value(index key, index c) const {
        return static_cast<float>(Machine::load(&p_.operand.v.at(here_.batch, here_.kv_head, key, c)));
    }
    FOVEA_DEVICE float product(index row, index key) const {
        float sum = 0;
        const int channel = 8 * static_cast<int>(Machine::lane());
        if (channel < p_.q().channels()) {
            float q[8], k[8];
            queries_.read(row, channel, q);
            keys_.read(key, channel, k);
            FOVEA_UNROLL_DEVICE
            for (int c = 0; c < 8; ++c) sum = fma(q[c], k[c], sum);
        }
        FOVEA_UNROLL_DEVICE
        for (int mask = 16; mask > 0; mask /= 2) sum += Machine::shuffle_xor(sum, mask);
        return sum;
    }
    FOVEA_DEVICE void add_key(index row, index key, int of_warp, word staged) const {
        const tile_element<Machine> at{here_.batch,          here_.head,           here_.kv_head,
                                       {p_.q().first + row}, {p_.k().first + key}, p_.q().first,
                                       p_.k().first,         product(row, key),    true};
        if (!bound_.mask(at)) return;
        const float score = as_real(bound_.score(at));
        const float reference = Machine::template load_shared<float>(
            kept_at<Tile::values>(staged, Tile::rows_of_warp, of_warp, kept::reference));
        const float weight = normalised ? Machine::exp2(score - reference)
                                        : Machine::reciprocal(1.f + Machine::exp2(min(-score, 126.f)));
        for (index c = static_cast<index>(Machine::lane()); c < p_.operand.v.channels(); c += 32) {
            const float v = value(key, c);
            if (is_finite(v)) continue;
            const word to = staged + output_at<Tile::values>(of_warp, static_cast<int>(c));
            Machine::store_shared(to, Machine::template load_shared<float>(to) + weight * v);
        }
    }

    decltype(Params::problem) const& p_;
    Bound const& bound_;
    at_head here_;
    operand_rows<Machine, typename Params::q_type, Tile::channels> queries_;
    operand_rows<Machine, typename Params::k_type, Tile::channels> keys_;
};

} // namespace fovea::inline v0_1::sm80
