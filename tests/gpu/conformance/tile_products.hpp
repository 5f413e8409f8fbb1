// Products by four warps together: the cases of tile_product_machine.
//
// Operands lie in shared memory as descriptors say, in bytes from the operand's first, rows being m of a and n of b:
//     k, not swizzled   row % 8 * 16 + k / 16 * 128 + row / 8 * 256 + k % 16      leading 128, stride 256
//     k, swizzled       row * span + k                                            stride 8 span
//     mn, 128 bytes     row % 64 * 2 + k % 8 * 128 + k / 8 * 1024 + row / 64 * 4096   leading 4096, stride 1024
// (k in bytes for the first two, in elements for the last, whose operands are 32 elements deep); a swizzle of s bytes
// then moves chunk c of 16 bytes to c ^ (byte / 128), modulo the s / 16 chunks of a row.
#pragma once
#include "fovea/machine/sm90_machine.hpp"
#include "gpu/conformance/matrices.hpp"

namespace tests {

using fovea::major;
using fovea::swizzle;

struct operand_image {
    major order;
    swizzle pattern;
    int element_bytes;

    constexpr int span() const { return static_cast<int>(fovea::swizzle_bytes(pattern)); }
    // Steps of 32 bytes along k that the image holds, and the byte where step s begins.
    constexpr int steps() const { return order == major::mn ? 2 : pattern == swizzle::none ? 1 : span() / 32; }
    constexpr int step_byte(int s) const { return order == major::mn ? s * 2048 : s * 32; }
    constexpr int depth() const { return steps() * 32 / element_bytes; }
    constexpr int bytes(int rows) const {
        return order == major::mn ? (rows + 63) / 64 * 4096 : pattern == swizzle::none ? rows * 32 : rows * span();
    }
    constexpr word leading() const { return order == major::mn ? 4096 : 128; }
    constexpr word stride() const {
        return order == major::mn ? 1024 : pattern == swizzle::none ? 256 : static_cast<word>(8 * span());
    }
    int place(int row, int k) const {
        const int byte = k * element_bytes;
        int at = row * span() + byte;
        if (order == major::mn) at = row % 64 * 2 + k % 8 * 128 + k / 8 * 1024 + row / 64 * 4096;
        else if (pattern == swizzle::none) at = row % 8 * 16 + byte / 16 * 128 + row / 8 * 256 + byte % 16;
        if (pattern == swizzle::none) return at;
        const int chunks = span() / 16, chunk = at / 16 % chunks;
        return at + 16 * ((chunk ^ (at / 128 % chunks)) - chunk);
    }
};

// Matrices of small whole numbers, 64 x depth and depth x columns, and what two steps of a product make of them: the
// first and the last along k, of which the first starts from zero.
template <class T> struct whole_products {
    using number = small_numbers<T>;
    static constexpr int element_bytes = 4 / number::in_a_word;
    int columns, depth;
    std::vector<int> a, b; // [row][k], [column][k]

    whole_products(int all_columns, int all_depth) : columns(all_columns), depth(all_depth) {
        draws draw{static_cast<std::uint64_t>(columns + depth)};
        for (int i = 0; i < 64 * depth; ++i) a.push_back(static_cast<int>(draw.between(-number::most, number::most)));
        for (int i = 0; i < columns * depth; ++i)
            b.push_back(static_cast<int>(draw.between(-number::most, number::most)));
    }
    int a_at(int row, int k) const { return a[static_cast<std::size_t>(row * depth + k)]; }
    int b_at(int column, int k) const { return b[static_cast<std::size_t>(column * depth + k)]; }

    // Words of an image, its rows those of `of`.
    template <class At> words image(operand_image const& i, int rows, At const& of) const {
        words all(static_cast<std::size_t>(i.bytes(rows) / 4), 0);
        for (int row = 0; row < rows; ++row)
            for (int k = 0; k < depth; ++k) {
                const int place = i.place(row, k);
                all[static_cast<std::size_t>(place / 4)] |= number::bits(of(row, k)) << place % 4 * 8;
            }
        return all;
    }
    // Sum i of thread t: warp w's rows are 16 w on, its lanes' as of mma.sync, four for every eight columns.
    words sums(int first_step, int last_step) const {
        const int step = 32 / element_bytes;
        words all;
        for (int t = 0; t < 128; ++t)
            for (int i = 0; i < columns / 2; ++i) {
                const int row = t / 32 * 16 + t % 32 / 4 + i / 2 % 2 * 8, column = i / 4 * 8 + t % 4 * 2 + i % 2;
                int x = 0;
                for (int s : {first_step, last_step})
                    for (int k = s * step; k < (s + 1) * step; ++k) x += a_at(row, k) * b_at(column, k);
                if constexpr (std::same_as<T, std::int8_t>) all.push_back(static_cast<word>(x));
                else all.push_back(as_word(static_cast<float>(x)));
            }
        return all;
    }
};

// Text of a case's name, put together at compile time.
template <class T> struct case_name {
    char text[64] = {};
    constexpr explicit case_name(char const* what, int columns, major a, major b, swizzle s) {
        int end = 0;
        const auto add = [&](char const* more) {
            while (*more) text[end++] = *more++;
        };
        add(what);
        add(small_numbers<T>::name + 8); // without "multiply"
        add(a == major::mn ? " mn" : " k");
        add(b == major::mn ? " x mn, " : " x k, ");
        for (int digit = 100; digit > 0; digit /= 10)
            if (columns >= digit) text[end++] = static_cast<char>('0' + columns / digit % 10);
        add(" columns, swizzle ");
        add(s == swizzle::none ? "none" : s == swizzle::bytes_32 ? "32" : s == swizzle::bytes_64 ? "64" : "128");
    }
};

// Copies both images to shared memory, where the products may read them.
template <class Machine> FOVEA_DEVICE void place_operands(word const* in, int words_of_both) {
    for (word i = Machine::thread(); i < static_cast<word>(words_of_both); i += 128)
        Machine::store_shared(Machine::shared_base() + i * 4, Machine::load(in + i));
    Machine::fence_proxy();
    Machine::sync_block();
}

template <class Machine, class T, int Columns, major A, major B, swizzle Swizzle> struct tile_products {
    using whole = whole_products<T>;
    static constexpr operand_image a{A, Swizzle, whole::element_bytes}, b{B, Swizzle, whole::element_bytes};
    static constexpr int a_bytes = a.bytes(64), b_bytes = b.bytes(Columns);
    static constexpr int last = (a.steps() < b.steps() ? a.steps() : b.steps()) - 1;
    static constexpr int depth = (last + 1) * 32 / whole::element_bytes;
    static constexpr word a_leading = a.leading(), a_stride = a.stride(), a_step = a.step_byte(last);
    static constexpr word b_leading = b.leading(), b_stride = b.stride(), b_step = b.step_byte(last);
    static constexpr case_name<T> text{"multiply_tiles", Columns, A, B, Swizzle};
    static constexpr char const* name = text.text;
    static constexpr int threads = 128, blocks = 1;
    static constexpr word shared_bytes = a_bytes + b_bytes;
    static constexpr layout shape{};
    using params = buffers;
    using sum = std::conditional_t<std::same_as<T, std::int8_t>, std::int32_t, float>;

    FOVEA_DEVICE static void run(params const& p) {
        place_operands<Machine>(p.in, (a_bytes + b_bytes) / 4);
        const word base = Machine::shared_base();
        sum sums[Columns / 2];
        FOVEA_UNROLL for (int i = 0; i < Columns / 2; ++i) sums[i] = 7; // to be forgotten
        Machine::fence_products(sums);
        Machine::template multiply_tiles<T, A, B>(
            sums, Machine::tile_descriptor(base, a_leading, a_stride, Swizzle),
            Machine::tile_descriptor(base + a_bytes, b_leading, b_stride, Swizzle), false);
        Machine::template multiply_tiles<T, A, B>(
            sums, Machine::tile_descriptor(base + a_step, a_leading, a_stride, Swizzle),
            Machine::tile_descriptor(base + a_bytes + b_step, b_leading, b_stride, Swizzle), true);
        Machine::commit_products();
        Machine::template wait_products<0>(sums);
        sum* const to = reinterpret_cast<sum*>(p.out) + Machine::thread() * (Columns / 2);
        FOVEA_UNROLL for (int i = 0; i < Columns / 2; ++i) Machine::store(to + i, sums[i]);
    }
    static words in() {
        const whole all(Columns, depth);
        words both = all.image(a, 64, [&](int row, int k) { return all.a_at(row, k); });
        for (word w : all.image(b, Columns, [&](int column, int k) { return all.b_at(column, k); })) both.push_back(w);
        return both;
    }
    static words out(words const&) { return whole(Columns, depth).sums(0, last); }
};

// The same with a in registers, as of mma.sync; two steps, each with its own four words.
template <class Machine, class T, int Columns, major B> struct tile_products_by {
    using whole = whole_products<T>;
    static constexpr operand_image b{B, swizzle::bytes_128, whole::element_bytes};
    static constexpr int b_bytes = b.bytes(Columns), last = 1, step = 32 / whole::element_bytes, depth = 2 * step;
    static constexpr word leading = b.leading(), stride = b.stride(), next = b.step_byte(last);
    static constexpr case_name<T> text{"multiply_tiles_by", Columns, major::k, B, swizzle::bytes_128};
    static constexpr char const* name = text.text;
    static constexpr int threads = 128, blocks = 1;
    static constexpr word shared_bytes = b_bytes;
    static constexpr layout shape{};
    using params = buffers;
    using sum = std::conditional_t<std::same_as<T, std::int8_t>, std::int32_t, float>;

    FOVEA_DEVICE static void run(params const& p) {
        place_operands<Machine>(p.in, b_bytes / 4);
        const word base = Machine::shared_base(), t = Machine::thread();
        word first[4], second[4];
        for (int i = 0; i < 4; ++i) {
            first[i] = Machine::load(p.in + b_bytes / 4 + t * 8 + i);
            second[i] = Machine::load(p.in + b_bytes / 4 + t * 8 + 4 + i);
        }
        sum sums[Columns / 2];
        FOVEA_UNROLL for (int i = 0; i < Columns / 2; ++i) sums[i] = 7;
        Machine::fence_products(sums);
        Machine::template multiply_tiles_by<T, B>(
            sums, first, Machine::tile_descriptor(base, leading, stride, swizzle::bytes_128), false);
        Machine::template multiply_tiles_by<T, B>(
            sums, second, Machine::tile_descriptor(base + next, leading, stride, swizzle::bytes_128), true);
        Machine::commit_products();
        Machine::template wait_products<0>(sums);
        sum* const to = reinterpret_cast<sum*>(p.out) + t * (Columns / 2);
        FOVEA_UNROLL for (int i = 0; i < Columns / 2; ++i) Machine::store(to + i, sums[i]);
    }
    static words in() {
        using number = small_numbers<T>;
        const whole all(Columns, depth);
        words both = all.image(b, Columns, [&](int column, int k) { return all.b_at(column, k); });
        constexpr int n = number::in_a_word;
        for (int t = 0; t < 128; ++t)
            for (int s = 0; s < 2; ++s)
                for (int r = 0; r < 4; ++r) {
                    word w = 0;
                    for (int e = 0; e < n; ++e) {
                        const int row = t / 32 * 16 + t % 32 / 4 + 8 * (r % 2);
                        const int k = s * step + n * (t % 4) + e + 4 * n * (r / 2);
                        w |= number::bits(all.a_at(row, k)) << (32 / n * e);
                    }
                    both.push_back(w);
                }
        return both;
    }
    static words out(words const&) { return whole(Columns, depth).sums(0, last); }
};

} // namespace tests
