// The two rare ends of a tile. An output is not finite although its weights are: 0 x NaN from the value of a masked key
// must not reach it by a bit, the value of an attended one must. Or all scores of a row lie so far below 0 that its
// weights, relative to the lowest reference that a row starts at (attend/step.hpp), are hardly any.
//
//     attend_until_clean<Machine, Tile>(pass, keys_at, rows, [&] { ... });      // the pass, and it again
//     non_finite_values<Machine, Params, Bound, Tile>(params, bound, here).add_to(rows_place, staged);
//
// A block that finds such an output computes its tile again with every non-finite value read as 0, which gives the bits
// that clean data would; what attended keys' non-finite values add is then added, one key after the other. One that
// finds such a row computes its tile again with no lowest reference; other rows start at the one that they ended with.
#pragma once
#include "fovea/engine/sm80/operand_rows.hpp"
#include "fovea/engine/sm80/tile_loader.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::inline v0_1::sm80 {

enum class block_pass : int { first, careful, deep };
FOVEA_DEVICE float lowest_of(block_pass pass) { return pass == block_pass::deep ? -infinity : lowest_start; }

// Which pass these rows need: their outputs are finite where the sums of their weights are, and they are rows of
// weights, the largest of which is more than a half.
template <class Machine, class Rows> FOVEA_DEVICE block_pass pass_needed(Rows const& rows) {
    bool spoiled = false, low = false;
    FOVEA_UNROLL_DEVICE
    for (int m = 0; m < Rows::blocks; ++m) {
        FOVEA_UNROLL_DEVICE
        for (int r = 0; r < 2; ++r) {
            const float sum = sum_of_row<Machine>(rows.state[m][r]);
            if (is_low(rows.state[m][r], sum)) low = true;
            if constexpr (Rows::has_values) {
                float all = 0;
                FOVEA_UNROLL_DEVICE
                for (int n = 0; n < Rows::output_tiles; ++n)
                    all = fma(rows.output[m][n][2 * r], 0.f, fma(rows.output[m][n][2 * r + 1], 0.f, all));
                if (!is_finite(all) && is_finite(sum)) spoiled = true;
            }
        }
    }
    return low ? block_pass::deep : spoiled ? block_pass::careful : block_pass::first;
}

// What any thread of the block needs most, through shared memory that no warp uses any more.
template <class Machine, class Tile> FOVEA_DEVICE block_pass most_of_block(word shared, block_pass mine) {
    const bool deep = Machine::ballot(mine == block_pass::deep) != 0,
               careful = Machine::ballot(mine == block_pass::careful) != 0;
    const block_pass of_warp = deep ? block_pass::deep : careful ? block_pass::careful : block_pass::first;
    word most = 0;
    if (Machine::lane() == 0) Machine::store_shared(shared + 4 * Machine::warp(), static_cast<word>(of_warp));
    Machine::sync_block();
    for (int w = 0; w < Tile::warps; ++w)
        most = greatest(most, Machine::template load_shared<word>(shared + 4 * static_cast<word>(w)));
    Machine::sync_block();
    return static_cast<block_pass>(most);
}

// The pass over the keys, and once more where its rows need another one. The queries stay where they are, so that what
// loads them keeps no register meanwhile; keys: where those of the pass were, whose last reader the ring has waited
// for.
template <class Machine, class Tile, class Rows, class Attend>
FOVEA_DEVICE void attend_until_clean(block_pass& pass, word keys, Rows& rows, Attend const& attend) {
    rows.clear();
    for (;;) {
        attend();
        if (pass == block_pass::deep) return;
        const block_pass next = most_of_block<Machine, Tile>(keys, pass_needed<Machine>(rows));
        if (next <= pass) return;
        if (next == block_pass::deep) rows.clear_sums();
        else rows.clear();
        pass = next;
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
