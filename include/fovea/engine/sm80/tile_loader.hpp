// Rows of an operand on their way into a swizzled tile of shared memory, by all threads of a block.
//
//     tile_loader<Machine, 128, 64, 64, View> keys(view, batch, kv_head, width);
//     keys.load(at, first_row);                 // 64 rows of 64 channels; then commit, wait, sync
//
// What does not exist, rows beyond the last and channels of the padding, becomes zero without being read. Rows whose
// chunks of 16 bytes are aligned travel asynchronously as such; rows aligned to words, a word at a time; anything else
// through registers, an element at a time.
#pragma once
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/tensor/strided.hpp"
#include "fovea/tile/swizzle.hpp"

namespace fovea::sm80 {

// How an operand's rows may be copied, which its address and strides decide.
enum class copy_width : int { elements, words, chunks };

// By the host, before the launch.
template <view V> copy_width width_of(V const& v) {
    strides const& s = v.layout.stride;
    if (s.channel != 1 && v.channels() != 1) return copy_width::elements;
    const auto aligned = [&](index bytes) {
        const index n = bytes / static_cast<index>(sizeof(typename V::element));
        return reinterpret_cast<std::uintptr_t>(v.data) % static_cast<std::uintptr_t>(bytes) == 0 &&
               v.channels() % n == 0 && (v.batches() == 1 || s.batch % n == 0) && (v.heads() == 1 || s.head % n == 0) &&
               (v.positions() == 1 || s.position % n == 0);
    };
    return aligned(16) ? copy_width::chunks : aligned(4) ? copy_width::words : copy_width::elements;
}

// A chunk's worth of elements on the way through registers.
struct alignas(16) chunk_words {
    word at[4];
};

template <class Machine, int Threads, int Rows, int Channels, view V> class tile_loader {
    using element = std::remove_const_t<typename V::element>;
    static constexpr int chunks = chunks_of_row<Channels>, per_chunk = 16 / static_cast<int>(sizeof(element));

public:
    FOVEA_DEVICE tile_loader(V const& v, index batch, index head, copy_width width)
        : rows_(v.row(batch, head, 0)),
          stride_(v.layout.stride.position),
          channel_stride_(v.layout.stride.channel),
          positions_(v.positions()),
          channels_(static_cast<int>(v.channels())),
          width_(width) {}

    FOVEA_DEVICE void load(word to, index first) const {
        if (width_ == copy_width::chunks) {
            const auto left = static_cast<int>(least(positions_ - first, index{Rows}));
            FOVEA_UNROLL_DEVICE
            for (int i = 0; i < ceil_div(Rows * chunks, Threads); ++i) {
                const int n = static_cast<int>(Machine::thread()) + i * Threads, row = n / chunks, chunk = n % chunks;
                if (Rows * chunks % Threads != 0 && n >= Rows * chunks) break;
                const bool exists = row < left && chunk * per_chunk < channels_;
                element const* from = exists ? rows_ + (first + row) * stride_ + chunk * per_chunk : rows_;
                Machine::template copy_async<16>(place(to, row, chunk), from, exists);
            }
        } else load_slowly(to, first);
    }

private:
    FOVEA_DEVICE static word place(word to, int row, int chunk) {
        const auto r = static_cast<word>(row);
        return to + row_pitch<Channels> * r + 16 * swizzled<Channels>(r, static_cast<word>(chunk));
    }

    FOVEA_DEVICE void load_slowly(word to, index first) const {
        const auto left = static_cast<int>(least(positions_ - first, index{Rows}));
        for (int n = static_cast<int>(Machine::thread()); n < Rows * chunks; n += Threads) {
            const int row = n / chunks, chunk = n % chunks;
            element const* from = rows_ + (row < left ? (first + row) * stride_ : 0);
            const int has = row < left ? channels_ - chunk * per_chunk : 0; // elements from this chunk on
            if (width_ == copy_width::words) {
                FOVEA_UNROLL_DEVICE
                for (int w = 0; w < 4; ++w) {
                    const int channel = chunk * per_chunk + w * (per_chunk / 4);
                    const bool exists = w * (per_chunk / 4) < has;
                    Machine::template copy_async<4>(place(to, row, chunk) + 4 * static_cast<word>(w),
                                                    from + (exists ? channel : 0), exists);
                }
            } else Machine::store_shared(place(to, row, chunk), gathered(from + chunk * per_chunk * channel_stride_, has));
        }
    }

    // Eight elements of 16 bits, one by one; those that do not exist are zero.
    FOVEA_DEVICE chunk_words gathered(element const* from, int has) const {
        chunk_words x{};
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < per_chunk; ++c) {
            word bits = 0;
            if (c < has) bits = __builtin_bit_cast(std::uint16_t, Machine::load(from + c * channel_stride_));
            x.at[c / 2] |= bits << 16 * (c % 2);
        }
        return x;
    }

    element const* rows_;
    index stride_, channel_stride_, positions_;
    int channels_;
    copy_width width_;
};

} // namespace fovea::sm80
