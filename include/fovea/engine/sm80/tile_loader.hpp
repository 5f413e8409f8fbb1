// Rows of an operand on their way into a swizzled tile of shared memory, by all threads of a block, chunk by chunk.
//
//     tile_loader<Machine, 128, 64, 64, View> keys(view, plan, batch, kv_head);
//     keys.load(at, first_row);                 // 64 rows of 64 channels; then commit, wait, sync
//
// What does not exist, rows beyond the last and channels of the padding, becomes zero without being read. Rows whose
// chunks of 16 bytes are aligned travel asynchronously as such; rows aligned to words, a word at a time; anything else,
// and operands with a prologue, through registers. There, numbers that are not finite may be read as 0 (careful.hpp).
#pragma once
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/engine/sm80/operand_rows.hpp"
#include "fovea/tile/swizzle.hpp"

namespace fovea::inline v0_1::sm80 {

// A chunk's worth of elements on the way through registers.
struct alignas(16) chunk_words {
    word at[4];
};
template <class T> inline constexpr int elements_of_word = 4 / sizeof(T);
template <class T> inline constexpr int elements_of_chunk = 16 / sizeof(T);

// Chunk n of a tile, of which thread t takes t, t + Threads, ...
template <int Channels, int Bytes> struct chunk_place {
    static constexpr int of_row = chunks_of_row<Channels, Bytes>;
    int row, chunk;
    FOVEA_DEVICE chunk_place(int nth_row, int nth) : row(nth_row), chunk(nth) {}
    FOVEA_DEVICE explicit chunk_place(int n) : chunk_place(n / of_row, n % of_row) {}
    FOVEA_DEVICE word operator()(word tile) const {
        const auto r = static_cast<word>(row);
        return tile + row_pitch<Channels, Bytes> * r + 16 * swizzled<Channels, Bytes>(r, static_cast<word>(chunk));
    }
};

enum class numbers_read : int { as_they_are, finite };

template <class T> using bits_of_element = std::conditional_t<sizeof(T) == 4, word, std::uint16_t>;

// As many floats as a word has elements, rounded to these.
template <class Machine, class T> FOVEA_DEVICE word rounded_word(float const* x) {
    if constexpr (sizeof(T) == 4) return __builtin_bit_cast(word, x[0]);
    else return Machine::template pair<T>(x[0], x[1]);
}
FOVEA_DEVICE bool is_finite(float x) { return x - x == 0; }

// An operand with a prologue.
template <class Machine, int Threads, int Rows, int Channels, operand O> class tile_loader {
    using element = element_of_operand<O>;
    using place = chunk_place<Channels, sizeof(element)>;
    static constexpr int per_chunk = elements_of_chunk<element>, per_word = elements_of_word<element>;

public:
    FOVEA_DEVICE tile_loader(O const& o, operand_plan<O, Channels> const& plan, index batch, index head)
        : rows_(o, plan, batch, head), positions_(source_of(o).positions()) {}

    FOVEA_DEVICE void load(word to, index first) const {
        const word thread = Machine::opaque(Machine::thread()); // nothing made of it waits in registers
        for (int n = static_cast<int>(thread); n < Rows * place::of_row; n += Threads) {
            const place at(n);
            chunk_words words{};
            if (first + at.row < positions_) {
                array_of<float, per_chunk> x;
                rows_.read(first + at.row, per_chunk * at.chunk, x);
                FOVEA_UNROLL_DEVICE
                for (int w = 0; w < 4; ++w) words.at[w] = rounded_word<Machine, element>(x + w * per_word);
            }
            Machine::store_shared(at(to), words);
        }
    }

    FOVEA_DEVICE void hold() const {}

private:
    operand_rows<Machine, O, Channels> rows_;
    index positions_;
};

// A view.
template <class Machine, int Threads, int Rows, int Channels, view V>
class tile_loader<Machine, Threads, Rows, Channels, V> {
    using element = std::remove_const_t<typename V::element>;
    using place = chunk_place<Channels, sizeof(element)>;
    static constexpr int per_chunk = elements_of_chunk<element>, per_word = elements_of_word<element>;
    static constexpr word pitch = row_pitch<Channels, sizeof(element)>;
    // A thread's chunks lie in one column of those that the swizzle exchanges, rows apart by a multiple of eight:
    // constants away from its first, in both memories.
    static constexpr int columns = chunks_exchanged<Channels, sizeof(element)>(), apart = Threads / columns;

public:
    FOVEA_DEVICE tile_loader(V const& v, operand_plan<V, Channels> const& plan, index batch, index head)
        : view_(v),
          plan_(plan),
          own_(v.row(batch, head, 0) + own_offset(v.layout.stride.position, Machine::thread())) {}

    // For many tiles: the thread's own address stays in a register.
    FOVEA_DEVICE void hold() { own_ = Machine::opaque(own_); }

    FOVEA_DEVICE void load(word to, index first, numbers_read how = numbers_read::as_they_are) const {
        const auto left = static_cast<int>(least(view_.positions() - first, index{Rows}));
        if (plan_.width != copy_width::chunks || how == numbers_read::finite) return load_slowly(to, first, left, how);
        static_assert(apart % 8 == 0);
        const int row = own_row(), chunk = own_chunk();
        const index stride = view_.layout.stride.position;
        element const* const from = own_ + first * stride;
        const word at = place(row, chunk)(to);
        const int below = left - row;
        each_own([&](auto of_row, auto of_chunk) {
            constexpr int i = decltype(of_row)::value, j = decltype(of_chunk)::value;
            if (Rows % apart == 0 || row + i < Rows)
                Machine::template copy_async<16, i* static_cast<int>(pitch) + 16 * j>(
                    at, from + (i * stride + per_chunk * j), i < below && per_chunk * (chunk + j) < view_.channels());
        });
    }

private:
    // f(row, chunk) for each of a thread's chunks, counted from its first.
    template <class F> FOVEA_DEVICE static void each_own(F const& f) {
        constexpr int of_row = place::of_row / columns;
        [&]<int... N>(std::integer_sequence<int, N...>) {
            (f(std::integral_constant<int, N / of_row * apart>{}, std::integral_constant<int, N % of_row * columns>{}),
             ...);
        }(std::make_integer_sequence<int, ceil_div(Rows, apart) * of_row>{});
    }
    // Of a thread's first chunk in a tile.
    FOVEA_DEVICE static int own_row() { return static_cast<int>(Machine::thread()) / columns; }
    FOVEA_DEVICE static int own_chunk() { return static_cast<int>(Machine::thread()) % columns; }
    FOVEA_DEVICE static index own_offset(index stride, word thread) {
        return static_cast<int>(thread) / columns * stride + per_chunk * (static_cast<int>(thread) % columns);
    }

    FOVEA_DEVICE void load_slowly(word to, index first, int left, numbers_read how) const {
        // Worked out here, not kept in registers.
        element const* const rows = own_ - own_offset(view_.layout.stride.position, Machine::opaque(Machine::thread()));
        for (int n = static_cast<int>(Machine::thread()); n < Rows * place::of_row; n += Threads) {
            const place at(n);
            element const* from = rows + (at.row < left ? (first + at.row) * view_.layout.stride.position : 0);
            const int channels = static_cast<int>(view_.channels());
            const int has = at.row < left ? channels - per_chunk * at.chunk : 0; // elements from this chunk on
            if (plan_.width == copy_width::words && how == numbers_read::as_they_are) {
                FOVEA_UNROLL_DEVICE
                for (int w = 0; w < 4; ++w)
                    Machine::template copy_async<4>(
                        at(to) + 4 * static_cast<word>(w),
                        from + (per_word * w < has ? per_chunk * at.chunk + per_word * w : 0), per_word * w < has);
            } else
                Machine::store_shared(at(to),
                                      gathered(from + per_chunk * at.chunk * view_.layout.stride.channel, has, how));
        }
    }

    // A chunk's elements, one by one; those that do not exist are zero.
    FOVEA_DEVICE chunk_words gathered(element const* from, int has, numbers_read how) const {
        chunk_words x{};
        FOVEA_UNROLL_DEVICE
        for (int c = 0; c < per_chunk; ++c) {
            bits_of_element<element> bits = 0;
            if (c < has)
                bits =
                    __builtin_bit_cast(bits_of_element<element>, Machine::load(from + c * view_.layout.stride.channel));
            if (how == numbers_read::finite && !is_finite(static_cast<float>(__builtin_bit_cast(element, bits))))
                bits = 0;
            x.at[c / per_word] |= static_cast<word>(bits) << 32 / per_word * (c % per_word);
        }
        return x;
    }

    // References, so that what stands in the kernel's parameters is read there and takes no register.
    V const& view_;
    operand_plan<V, Channels> const& plan_;
    element const* own_; // this thread's first chunk, in the tile at row 0
};

} // namespace fovea::inline v0_1::sm80
