// A product of matrix tiles in the format that elements and precision ask for.
//
//     const auto a = prepared<Machine, Format>(words), b = prepared<Machine, Format>(other_words);
//     each_product<Format>([&](auto nth) { multiply_nth<Machine, Format, nth>(sums, a, b, 0); });
//
// fp32 in three products of tf32, x = big + small: big is the nearest of tf32, and of what is left, 12 bits, a product
// reads 11. Lost are small x small, a 2^-22 of the product at most, and a 2^-23 of each operand, with either sign:
//
//     x y = small_x big_y + big_x small_y + big_x big_y         (in this order, the largest last)
//
// An infinity lies in small, beside the largest big: were it in big, a small of 0 would make it NaN.
// Source: Ootomo and Yokota, Recovering single precision accuracy from Tensor Cores, 2022.
#pragma once
#include <type_traits>
#include <utility>

#include "fovea/base/array.hpp"
#include "fovea/dtype/precision.hpp"
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/meta/constant.hpp"

namespace fovea::inline v0_1::sm80 {

struct tf32x3 {};

template <class T> inline constexpr bool is_half = std::is_same_v<T, fp16> || std::is_same_v<T, bf16>;

// The format that elements T are multiplied in.
template <class T, precision Products>
using product_format = std::conditional_t<is_half<T>, T, std::conditional_t<Products == precision::tf32, tf32, tf32x3>>;

// Of the two products of an attention.
template <class Scores, class Values> struct product_formats {
    using scores = Scores;
    using values = Values;
};

// Keys or channels that one product sums over; a word holds two elements or one.
template <class Format> inline constexpr int product_depth = is_half<Format> ? 16 : 8;

// Words of one operand as products take them.
template <class Format, int N> struct product_words {
    array_of<word, N> big;
};
template <int N> struct product_words<tf32x3, N> {
    array_of<word, N> big, small;
};

FOVEA_DEVICE float number_of(word bits) { return __builtin_bit_cast(float, bits); }
FOVEA_DEVICE word bits_of(float x) { return __builtin_bit_cast(word, x); }

// The low bits, which a product does not read, are 0.
inline constexpr word read_of_tf32 = 0xffffe000u;
template <class Machine> FOVEA_DEVICE word nearest_tf32(float x) { return Machine::rounded_tf32(x) & read_of_tf32; }
// The same where |x| is largest_tf32 at most, in two instructions for a GPU's four. Of a NaN it makes some number, from
// which x differs by NaN.
FOVEA_DEVICE word nearest_finite_tf32(float x) { return (bits_of(x) + 0x1000u) & read_of_tf32; }
inline constexpr float largest_tf32 = 0x1.ffcp127f;

// Elements of q, k or v.
template <class Machine, class Format, class Words, int N = length_of<Words>>
FOVEA_DEVICE product_words<Format, N> prepared(Words const& x) {
    product_words<Format, N> y;
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < N; ++i) {
        if constexpr (is_half<Format>) y.big[i] = x[i];
        else if constexpr (std::is_same_v<Format, tf32>) y.big[i] = Machine::rounded_tf32(number_of(x[i]));
        else {
            const float whole = number_of(x[i]);
            const float finite = __builtin_fminf(__builtin_fmaxf(whole, -largest_tf32), largest_tf32);
            y.big[i] = nearest_finite_tf32(finite);
            y.small[i] = bits_of(whole - number_of(y.big[i]));
        }
    }
    return y;
}
// Weights, which are rounded already and never infinite.
template <class Format> FOVEA_DEVICE product_words<Format, 4> prepared_weights(matrix_words const& x) {
    product_words<Format, 4> y;
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < 4; ++i) {
        if constexpr (std::is_same_v<Format, tf32x3>) {
            y.big[i] = nearest_finite_tf32(number_of(x[i]));
            y.small[i] = bits_of(number_of(x[i]) - number_of(y.big[i]));
        } else y.big[i] = x[i];
    }
    return y;
}

template <class Format> inline constexpr int products = std::is_same_v<Format, tf32x3> ? 3 : 1;
template <class Format, class F> FOVEA_DEVICE void each_product(F const& f) {
    [&]<int... Nth>(std::integer_sequence<int, Nth...>) {
        (f(std::integral_constant<int, Nth>{}), ...);
    }(std::make_integer_sequence<int, products<Format>>{});
}

// The nth product of words 4 and 2: the second operand's are its words `at` and the next.
template <class Machine, class Format, int Nth, int N>
FOVEA_DEVICE void multiply_nth(matrix_sums& sums, product_words<Format, 4> const& a, product_words<Format, N> const& b,
                               int at) {
    if constexpr (products<Format> == 1) {
        const half_matrix_words second = {b.big[at], b.big[at + 1]};
        Machine::template multiply<Format>(sums, a.big, second);
    } else if constexpr (Nth == 1) {
        const half_matrix_words second = {b.small[at], b.small[at + 1]};
        Machine::template multiply<tf32>(sums, a.big, second);
    } else {
        const half_matrix_words second = {b.big[at], b.big[at + 1]};
        if constexpr (Nth == 0) Machine::template multiply<tf32>(sums, a.small, second);
        else Machine::template multiply<tf32>(sums, a.big, second);
    }
}

} // namespace fovea::inline v0_1::sm80
