// The first product of one key tile and its softmax steps: scores in, weights out, block by block.
//
//     for each panel of keys, for each block of rows that the mask leaves:   product -> score, mask, softmax -> weights
//
// A block's scores lie in memory between the two: the products want all registers, and so do the steps, which are code
// for one row. The matrix unit works one block ahead of the steps.
// Partial tiles are classified again block by block, so that masks cost only where they cut.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/fragment.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// A block of rows and the first vectors of a panel: what the mask leaves of it.
struct live_block {
    index row, rows, column;
    bool whole; // all vectors of the panel, not the least that may be worked on by themselves
    coverage covered;
};

// The first product's operands: rows, and packed panels of keys, of so many words each.
struct packed_pair {
    word_rows queries;
    word const* keys;
    index words;
};

// The scores of a block and its steps.
template <cpu_shape Shape, class Scratch, class Bound> class block_steps {
public:
    block_steps(Scratch& s, Bound const& e, tile_frame const& f) : s_(s), e_(e), f_(f) {}

    float* scores() { return &scores_[0]; } // as row_fragment reads them
    FOVEA_HOST_DEVICE void take(live_block b) {
        constexpr int least_of = Shape.least_vectors(), all_of = Shape.score.vectors;
        if (!b.whole) step_rows<coverage::some, least_of>(b); // less is never all of a panel
        else if (b.covered == coverage::all) step_rows<coverage::all, all_of>(b);
        else step_rows<coverage::some, all_of>(b);
    }

private:
    template <coverage Covered, int Vectors> FOVEA_HOST_DEVICE void step_rows(live_block b) {
        row_fragment<Shape, Vectors, weight_terms<Shape, Bound>> fragment{f_, b.row, b.column, scores()};
        auto* const states = &s_.states[b.row];
        // the matrix unit multiplies the weights of all rows that a block may have
        const int rows = Shape.tiles() ? Shape.score.rows : static_cast<int>(b.rows);
        for (int r = 0; r < rows; ++r) weigh_row<Covered>(fragment, r, states[r], e_);
    }

    Scratch& s_;
    Bound const& e_;
    tile_frame const& f_;
    alignas(64) array_of<float, Shape.score.rows * Shape.key_panel()> scores_;
};

// By vectors: a block's product, then its steps.
template <cpu_shape Shape, class Scratch, class Bound> class vector_blocks {
public:
    vector_blocks(Scratch& s, Bound const& e, tile_frame const& f, packed_pair operands)
        : steps_(s, e, f), operand_(operands) {}

    FOVEA_HOST_DEVICE void take(live_block b) {
        const index words = operand_.words;
        const word_rows queries{operand_.queries.first + b.row * operand_.queries.apart, operand_.queries.apart};
        word const* keys = operand_.keys + b.column * words;
        if (b.whole) multiply_scores<Shape, Shape.score.vectors>(queries, keys, words, b.rows, steps_.scores());
        else multiply_scores<Shape, Shape.least_vectors()>(queries, keys, words, b.rows, steps_.scores());
        steps_.take(b);
    }
    void end() {}

private:
    block_steps<Shape, Scratch, Bound> steps_;
    packed_pair operand_;
};

// By the matrix unit: a block's product beside the steps of the one before.
template <cpu_shape Shape, class Scratch, class Bound> class matrix_blocks {
public:
    matrix_blocks(Scratch& s, Bound const& e, tile_frame const& f, packed_pair operands)
        : steps_(s, e, f), operand_(operands) {}

    void take(live_block b) {
        const index words = operand_.words, side = tile_side * words; // from 16 keys to the next
        word const *queries = operand_.queries.first + b.row * words, *keys = operand_.keys + b.column * words;
        sums_.clear();
        for (index u = 0; u < words; u += tile_side)
            sums_.multiply(queries + u * tile_side, side, keys + u * tile_side, side);
        end();
        // Not before the steps: their loads would wait for stores in flight that agree with them in the low bits of the
        // address, and these for the unit.
        sums_.store(steps_.scores(), 0);
        waiting_ = b;
        any_waits_ = true;
    }
    void end() {
        if (any_waits_) steps_.take(waiting_);
    }

private:
    block_steps<Shape, Scratch, Bound> steps_;
    packed_pair operand_;
    live_block waiting_{};
    bool any_waits_ = false;
    tile_sums<1, Shape.score.vectors> sums_;
};

// Scores of one key tile into weights; live units of each row block are recorded. `rows`: rows in use.
template <cpu_shape Shape, class Scratch, class Bound, class Blocks>
void score_tile(Scratch& s, Bound const& e, tile_frame const& f, index rows, coverage covered, Blocks& blocks) {
    constexpr index width = Shape.key_panel(), panels = Shape.key_tile / width, height = Shape.score.rows,
                    unit = Shape.key_unit();
    const index blocks_in_use = ceil_div(rows, height);
    for (index b = 0; b < round_up(rows, index{Shape.value.rows}) / height; ++b) s.live[b] = 0;
    element_box box{f.batch, f.head, f.kv_head, {}, {}, f.first_query, f.first_key};
    // Partial tiles are classified again: eight row blocks at once, and one by one where those are cut, unless the
    // mask's interval reading divides or reads tables and costs as much as it would save.
    constexpr index group = 8 * height;
    constexpr bool dear = is_dear<std::remove_cvref_t<decltype(e.mask)>>;
    const auto classify = [&](index row, index row_count, index column, index column_count) {
        box.query = {f.query + row, least(f.query + row + row_count - 1, f.last_query)};
        box.key = {f.key + column, f.key + least(column + column_count, f.valid_keys) - 1};
        const coverage c = covers(e.mask, box);
        return c == coverage::all && column + column_count > f.valid_keys ? coverage::some : c;
    };
    coverage grouped = covered;
    for (index p = 0; p < panels; ++p) {
        const index column = (f.leftwards ? panels - 1 - p : p) * width;
        if (column >= f.valid_keys) continue;
        for (index b = 0; b < blocks_in_use; ++b) {
            const index row = b * height;
            if (covered == coverage::some && row % group == 0) grouped = classify(row, group, column, width);
            const coverage micro = grouped == coverage::some && !dear ? classify(row, height, column, width) : grouped;
            if (micro == coverage::none) continue;
            // Of a partial micro-tile, the units that hold anything.
            std::uint64_t live = 0;
            for (index u = 0; u < width / unit; ++u)
                if (micro == coverage::all ||
                    (column + u * unit < f.valid_keys &&
                     (dear || classify(row, height, column + u * unit, unit) != coverage::none)))
                    live |= std::uint64_t{1} << u;
            s.live[b] |= live << column / unit;
            const bool whole =
                Shape.least_vectors() == Shape.score.vectors || live >> Shape.least_vectors() * Shape.lanes / unit != 0;
            blocks.take({row, least(height, rows - row), column, whole, micro});
        }
    }
    blocks.end();
}

} // namespace v0_1
} // namespace fovea
