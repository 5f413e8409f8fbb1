// Rows of an operand as the products of decoding take them: in place where they lie in whole vectors of channels and
// there are units of them, otherwise by a copy.
//
//     block_rows<Shape, Operand> keys(prepared, batch, kv_head, {row, copy});
//     keys.with<unit>(operand, begin, count, values_read::as_they_are,
//                     [](auto const* rows, index stride, index first, index count) { ... });
#pragma once
#include "fovea/engine/cpu/careful.hpp"
#include "fovea/engine/cpu/decode_products.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Elements of 16 bits stay what they are where they are read in place, if the machine converts them at once, and bf16
// where products are of pairs; all else is multiplied as floats.
template <cpu_shape Shape, operand O, class T = element_of_operand<O>>
using multiplied_as = std::conditional_t<view<O> ? !std::is_same_v<T, fp16> || converts_fp16<Shape.lanes>
                                                 : Shape.pairs() && std::is_same_v<T, bf16>,
                                         T, float>;

// Memory for a row of floats, and for decode_block rows of elements.
struct block_memory {
    float* row;
    void* copy;
};

template <cpu_shape Shape, operand O> class block_rows {
public:
    using element = multiplied_as<Shape, O>;
    using words = element_words<Shape, element>;

    block_rows(prepared<O> const& p, index batch, index head, block_memory memory)
        : reader_(p, batch, head),
          batch_(batch),
          head_(head),
          row_(memory.row),
          copy_(static_cast<element*>(memory.copy)) {}
    index channels() const { return words::whole(reader_.channels()); } // of a row as it is handed out

    // f(pointer to elements, stride, first, count) on rows first to first + count of those that begin at `begin`: on
    // all units that lie as they are taken, then on the rest, with rows of zeros to a whole unit.
    template <int Unit, class F> void with(O const& source, index begin, index count, values_read how, F const& f) {
        index whole = 0;
        if constexpr (view<O> && std::is_same_v<element_of_operand<O>, element>)
            if (how == values_read::as_they_are && source.layout.stride.channel == 1 && source.channels() == channels())
                if (whole = count / Unit * Unit; whole > 0)
                    f(static_cast<element const*>(source.row(batch_, head_, begin)), source.layout.stride.position,
                      index{0}, whole);
        if (whole == count) return;
        const index n = channels(), rest = round_up(count - whole, index{Unit});
        for (index c = 0; c < n; ++c) row_[c] = 0;
        for (index i = 0; i < rest; ++i) {
            if (whole + i < count) {
                reader_.read(begin + whole + i, row_);
                if (how == values_read::finite) clear_non_finite(row_, reader_.channels());
            } else
                for (index c = 0; c < n; ++c) row_[c] = 0;
            for (index c = 0; c < n; c += Shape.lanes) store_as(copy_ + i * n + c, load<Shape.lanes>(row_ + c));
        }
        f(static_cast<element const*>(copy_), n, whole, rest);
    }

private:
    row_reader<O, Shape.lanes> reader_;
    index batch_, head_;
    float* row_;
    element* copy_;
};

// Rows [begin, end) of one head, at most a block of them, asked for while `work` vectors are multiplied.
template <class O> read_ahead rows_ahead(O const& o, index batch, index head, index begin, index end, index work) {
    if constexpr (view<O>) {
        constexpr index size = sizeof(typename O::element);
        const index rows = least(end - begin, index{decode_block});
        if (rows > 0 && o.layout.stride.channel == 1) {
            const index stride = rows > 1 ? o.layout.stride.position * size : 0; // a single row's may be any number
            return {reinterpret_cast<char const*>(o.row(batch, head, begin)), stride, o.channels() * size, rows, work};
        }
    }
    return {};
}

} // namespace v0_1
} // namespace fovea
