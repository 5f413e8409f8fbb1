// The tile that a problem runs in: from a table, by head size, unless the caller states it; and what cannot work.
//
//     using tile = decltype(chosen_tile<Problem, tile_shape{}, head_sizes{}>());    // tile::query, tile::shared_bytes
//
// Shared memory: the queries of a tile, then `stages` tiles of keys, then as many of values; rows are padded to whole
// multiples of 16 channels.
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/engine/sm80/matrix_product.hpp"
#include "fovea/expr/bind.hpp"
#include "fovea/meta/constant.hpp"
#include "fovea/plan/problem.hpp"
#include "fovea/tile/swizzle.hpp"
#include "fovea/tile/tile_shape.hpp"

namespace fovea::inline v0_1::sm80 {

// What a block can have: 227 KiB on 9.0, 163 on 8.0, 99 on 8.6, 8.9 and 12.0, which the default tiles stay within.
inline constexpr int shared_bytes_most = 227 * 1024, shared_bytes_everywhere = 99 * 1024;

// What an element asks for besides its product, its positions and arithmetic: quotients, entries of tables and tensors,
// answers of functors.
template <class E> inline constexpr bool is_of_element = E::depends.key || E::depends.difference || E::depends.score;
template <class E> inline constexpr bool asks_for_more = requires(E e) { e.tensor; };
template <class E>
    requires requires(E e) { e.op; }
inline constexpr bool asks_for_more<E> = dear_operator<decltype(E::op)> || requires(E e) { e.op.functor; };
struct element_wishes {
    template <class E> static constexpr bool is = is_of_element<E> && asks_for_more<E>;
};
struct element_calls {
    template <class E> static constexpr bool is = is_of_element<E> && requires(E e) { e.op.functor; };
};

// How much takes registers besides scores and outputs. Statistics and rotations do not count: an output has the same
// bits whether the former are asked for, and the latter done beforehand, or not.
enum class burden : int { light, middle, heavy };
template <class Problem> consteval burden burden_of() {
    using score = std::remove_cvref_t<decltype(decltype(Problem::scored)::score)>;
    using mask = std::remove_cvref_t<decltype(decltype(Problem::scored)::mask)>;
    const int all = int{is_positional<score>} + int{has_any<element_wishes, score>} +
                    int{has_any<element_calls, score>} + int{has_any<element_wishes, mask>};
    return static_cast<burden>(least(all, 2));
}

// bytes: of an element. Channels are those of q and k or of v, whichever are more, and at most so many; a burden at
// most so great. The shapes follow from registers (no spills at 255) and from two blocks to a multiprocessor where
// 99 KiB allow it. The more keys registers are left for, the faster an H100 is (bench/results/h100/tiles.json).
struct tile_row {
    int bytes, channels;
    tile_shape tile;
    burden most = burden::heavy;
};
inline constexpr tile_row tile_table[] = {
    {2, 64, {.query = 128, .key = 112, .warps = 4, .stages = 1}, burden::light},
    {2, 64, {.query = 128, .key = 80, .warps = 4, .stages = 1}, burden::middle},
    {2, 64, {.query = 128, .key = 64, .warps = 4, .stages = 2}},
    {2, 128, {.query = 128, .key = 64, .warps = 4, .stages = 1}, burden::light},
    {2, 128, {.query = 128, .key = 48, .warps = 4, .stages = 1}, burden::middle},
    {2, 128, {.query = 128, .key = 32, .warps = 4, .stages = 2}},
    {2, 192, {.query = 64, .key = 64, .warps = 4, .stages = 1}},
    {2, 256, {.query = 64, .key = 32, .warps = 4, .stages = 1}},
    {4, 64, {.query = 128, .key = 32, .warps = 4, .stages = 2}},
    {4, 128, {.query = 128, .key = 16, .warps = 4, .stages = 2}},
    {4, 192, {.query = 64, .key = 32, .warps = 4, .stages = 1}},
    {4, 256, {.query = 64, .key = 16, .warps = 4, .stages = 1}},
};

// A head's sizes as the tile holds them: channels padded to whole matrix tiles. values 0: none are summed.
struct head_sizes {
    int channels = 0, values = 0;
};

// The row of a table for these elements, channels and burden, with what the caller gives.
template <class Table>
consteval tile_shape tile_from(Table const& table, tile_shape given, head_sizes head, int bytes,
                               burden of_step = burden::light) {
    tile_shape t{};
    const int widest = greatest(head.channels, head.values);
    for (tile_row const& row : table) {
        if (row.bytes != bytes) continue;
        t = row.tile;
        if (widest <= row.channels && of_step <= row.most) break;
    }
    if (given.query != 0) t.query = given.query;
    if (given.key != 0) t.key = given.key;
    if (given.stages != 0) t.stages = given.stages;
    if (given.warps != 0) t.warps = given.warps;
    return t;
}

consteval tile_shape completed(tile_shape given, head_sizes head, int bytes, burden of_step) {
    tile_shape t = tile_from(tile_table, given, head, bytes, of_step);
    if (given.warps == 0 && given.query != 0)
        t.warps = given.query / (given.query % 32 == 0 && given.query >= 128 ? 32 : 16);
    return t;
}

// Finished rows of a warp in shared memory: their channels in float, then what write.hpp keeps of them, number by
// number. Units of eight channels trade places as far as makes four rows' stores of eight bytes a lane fall into
// different banks, and their halves in every other row, for two rows' stores of four channels a lane.
inline constexpr int kept_numbers = 8;
template <int Values> inline constexpr word output_pitch = Values * 4;
template <int Values> FOVEA_HOST_DEVICE constexpr word output_at(int row, int channel) {
    const auto r = static_cast<word>(row), c = static_cast<word>(channel);
    const word key = Values % 32 == 0 ? r % 4 : r / 2 % 2;
    return r * output_pitch<Values> + 4 * ((c % 8 ^ r % 2 * 4) + 8 * (c / 8 ^ key));
}

// Where a tile's operands lie in shared memory: the query's rows, then `stages` tiles of keys, then as many of values.
// Formats: product_formats.
template <int Query, int Key, int Stages, int Channels, int Values, class Formats> struct operand_places {
    using formats = Formats;
    static constexpr int element_bytes = is_half<typename Formats::scores> ? 2 : 4; // of q, k and v
    static constexpr int query = Query, key = Key, stages = Stages;
    static constexpr int channels = Channels, values = Values; // padded
    static constexpr word query_bytes = query * row_pitch<channels, element_bytes>;
    static constexpr word key_bytes = key * row_pitch<channels, element_bytes>;
    static constexpr int value_columns = values == 0 ? 16 : values;
    static constexpr word value_bytes = values == 0 ? 0 : key * row_pitch<value_columns, element_bytes>;
    static constexpr word keys_at = query_bytes, values_at = keys_at + stages * key_bytes;
    static constexpr word operands_end = values_at + stages * value_bytes;
    // At the end the outputs lie where the operands did.
    static constexpr word staged_bytes_of_row = output_pitch<values> + 4 * kept_numbers;
};

// Everything a kernel asks of its tile, as plain numbers.
template <int Query, int Key, int Warps, int Stages, int Channels, int Values, class Formats>
struct tile_constants : operand_places<Query, Key, Stages, Channels, Values, Formats> {
    using places = operand_places<Query, Key, Stages, Channels, Values, Formats>;
    static constexpr int warps = Warps, threads = 32 * warps;
    static constexpr int rows_of_warp = Query / warps, blocks_of_warp = rows_of_warp / 16;
    static constexpr int shared_bytes =
        static_cast<int>(greatest(places::operands_end, Query* places::staged_bytes_of_row));
    // Blocks to a multiprocessor that the compiler is to leave registers for: 64 Ki are there, and 99 KiB of memory.
    static constexpr int blocks = shared_bytes * 2 <= shared_bytes_everywhere && threads <= 128 ? 2 : 1;
};

// The sizes that a problem's types state, padded; `most` where they are only known at run time.
template <class Problem, head_sizes Most> consteval head_sizes head_sizes_of() {
    using operands = decltype(Problem::operand);
    using q_view = source_type<decltype(operands::q)>;
    using k_view = source_type<decltype(operands::k)>;
    constexpr index channels =
        greatest(known_size<typename q_view::channels_type>, known_size<typename k_view::channels_type>);
    head_sizes head = Most;
    if (channels >= 0) head.channels = static_cast<int>(round_up(channels, index{16}));
    if constexpr (Problem::has_values) {
        constexpr index values = known_size<typename decltype(operands::v)::channels_type>;
        if (values >= 0) head.values = static_cast<int>(round_up(values, index{16}));
    } else head.values = 0;
    return head;
}

// Elements of v, or of k where no values are summed.
template <class Problem> using value_element_of =
    std::conditional_t<Problem::has_values, typename Problem::value_element, typename Problem::key_element>;

// The tile of a problem, whatever cannot work refused: coarse to fine, the first fault only.
template <class Problem, tile_shape Given, head_sizes Most, precision Products = precision::of_elements>
consteval auto chosen_tile() {
    using operands = decltype(Problem::operand);
    using element = typename Problem::key_element;
    constexpr head_sizes head = head_sizes_of<Problem, Most>();
    constexpr tile_shape t = completed(Given, head, sizeof(element), burden_of<Problem>());
    if constexpr (!std::is_same_v<typename Problem::query_element, element>)
        static_assert(sizeof(Problem) == 0, "fovea: cuda: q and k have the same elements, bf16, fp16 or fp32");
    else if constexpr (Problem::has_values && is_half<value_element_of<Problem>> != is_half<element>)
        static_assert(sizeof(Problem) == 0, "fovea: cuda: v is bf16 or fp16 where q and k are, fp32 where they are");
    else if constexpr (Products != precision::of_elements && is_half<element>)
        static_assert(sizeof(Problem) == 0, "fovea: cuda: precision::tf32 and precision::tf32x3 are for operands in "
                                            "fp32; leave it out for bf16 and fp16");
    else if constexpr (head.channels <= 0 || (Problem::has_values && head.values <= 0))
        static_assert(sizeof(Problem) == 0,
                      "fovea: cuda: the channels of q or k, and of v, are constants such as 128_c; "
                      "fovea::dispatch makes one of a number");
    else if constexpr (head.channels > 256 || head.values > 256)
        static_assert(sizeof(Problem) == 0, "fovea: cuda: a head has at most 256 channels");
    else if constexpr (is_rotated_twice<decltype(operands::q)> || is_rotated_twice<decltype(operands::k)>)
        static_assert(sizeof(Problem) == 0,
                      "fovea: cuda: an operand is rotated once; write the first rotation to memory");
    else if constexpr (t.query % 16 != 0 || t.query <= 0)
        static_assert(sizeof(Problem) == 0,
                      "fovea: tile_shape::query must be a multiple of 16, the rows of one matrix tile");
    else if constexpr (t.key % 16 != 0 || t.key <= 0)
        static_assert(sizeof(Problem) == 0,
                      "fovea: tile_shape::key must be a multiple of 16, the depth of one matrix tile");
    else if constexpr (t.warps < 2 || t.warps > 8 || (t.query != 16 * t.warps && t.query != 32 * t.warps))
        static_assert(sizeof(Problem) == 0,
                      "fovea: tile_shape::query must be 16 or 32 rows for each of 2 to 8 tile_shape::warps");
    else if constexpr (t.stages < 1 || t.stages > 4)
        static_assert(sizeof(Problem) == 0, "fovea: tile_shape::stages must be 1 to 4");
    else {
        using formats =
            product_formats<product_format<element, Products>, product_format<value_element_of<Problem>, Products>>;
        using tile = tile_constants<t.query, t.key, t.warps, t.stages, head.channels, head.values, formats>;
        static_assert(
            tile::blocks_of_warp * (tile::values + tile::key) / 2 <= 200,
            "fovea: tile_shape: the outputs and scores of a thread take more than 200 registers; use a smaller "
            "key tile, or 16 rows a warp");
        static_assert(
            tile::shared_bytes <= shared_bytes_most,
            "fovea: tile_shape: the tiles take more than the 227 KB of shared memory that a block can have; use "
            "smaller ones, or fewer stages");
        return tile{};
    }
}

} // namespace fovea::inline v0_1::sm80
