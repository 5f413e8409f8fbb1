// The second product of one key tile, a block of the output at a time.
//
//     value_pass<Shape> pass;
//     pass.begin(scratch, values, valid_keys, value_channels, rows, fresh);
//     for (value_block b; pass.next(b);) multiply_values<Shape>(b);
//
// Only live units of weights are read: those of a row block that no step wrote are cleared where another block of the
// same product is live. The rescale that the softmax asked for is taken from the rows' states when the pass begins.
#pragma once
#include "fovea/base/array.hpp"
#include "fovea/engine/cpu/multiply.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Zeros where a row block has no weights but the second product reads them. By vectors: for so few bytes g++ makes of a
// memset an instruction that takes longer to start than to work.
template <cpu_shape Shape> void clear_weights(word* weights, index row_block, std::uint64_t units) {
    constexpr index height = Shape.score.rows;
    for (; units != 0; units &= units - 1) {
        const index at = __builtin_ctzll(units) * Shape.lanes;
        for (index r = row_block * height; r < (row_block + 1) * height; ++r)
            store_into(weights + Shape.word_of(r, at, Shape.weight_words()), splat<Shape.lanes>(std::int32_t{0}));
    }
}

template <cpu_shape Shape> class value_pass {
public:
    template <class Scratch>
    void begin(Scratch& s, value_place values, index valid_keys, index value_channels, index rows, bool fresh) {
        weights_ = s.weights.data();
        values_ = values;
        output_ = s.output.data();
        padded_ = Shape.padded_channels(value_channels);
        blocks_ = ceil_div(rows, height);
        rows_ = rows;
        fresh_ = fresh;
        next_block_ = next_channel_ = 0;
        for (index b = 0; b < blocks_; ++b) {
            std::uint64_t live = 0;
            for (index i = b * inner; i < (b + 1) * inner; ++i) live |= s.live[i];
            block_[b] = {0, 0, false};
            if (live != 0) {
                const int first = __builtin_ctzll(live), last = 63 - __builtin_clzll(live);
                block_[b] = {first * index{Shape.lanes},
                             least((last + 1) * index{Shape.lanes}, Shape.words(valid_keys)), false};
                const std::uint64_t read = ~std::uint64_t{0} >> (63 - last) & ~std::uint64_t{0} << first;
                for (index i = b * inner; i < (b + 1) * inner; ++i)
                    clear_weights<Shape>(s.weights.data(), i, read & ~s.live[i]);
            }
            for (index r = b * height; r < least((b + 1) * height, rows); ++r) {
                alpha_[r] = s.states[r].alpha;
                block_[b].rescaled = block_[b].rescaled || !(alpha_[r] == 1);
            }
        }
        for (index r = 0; r < rows; ++r) s.states[r].alpha = 1;
    }

    bool next(value_block& to) {
        for (; next_channel_ < padded_; next_channel_ += width, next_block_ = 0)
            while (next_block_ < blocks_) {
                const index b = next_block_++;
                auto const& block = block_[b];
                if (block.begin == block.end && !fresh_ && !block.rescaled) continue;
                to = {weights_ + b * height * Shape.weight_words(),
                      values_.data + next_channel_ / width * values_.panel,
                      values_.row,
                      output_ + b * height * padded_ + next_channel_ * (Shape.tiles() ? tile_side : 1),
                      padded_,
                      block.begin,
                      block.end,
                      block.rescaled ? alpha_ + b * height : nullptr,
                      fresh_,
                      least(height, rows_ - b * height)};
                return true;
            }
        return false;
    }

private:
    static constexpr index width = Shape.channel_panel(), height = Shape.value.rows, inner = height / Shape.score.rows;

    word const* weights_ = nullptr;
    value_place values_{};
    float* output_ = nullptr;
    index padded_ = 0, rows_ = 0, blocks_ = 0, next_block_ = 0, next_channel_ = 0;
    bool fresh_ = false;
    array_of<float, Shape.query_tile> alpha_;
    struct row_block {
        index begin, end; // words of weights
        bool rescaled;
    };
    array_of<row_block, Shape.query_tile / height> block_;
};

} // namespace v0_1
} // namespace fovea
