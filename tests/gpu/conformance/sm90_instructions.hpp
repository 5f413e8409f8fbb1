// The cases of compute capability 9.0, as lists of types.
//
//     outcomes all = on_device(sm90_instructions<ptx_sm90_machine>{});
#pragma once
#include <utility>

#include "gpu/conformance/clusters.hpp"
#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/phases.hpp"
#include "gpu/conformance/tile_copies.hpp"
#include "gpu/conformance/tile_products.hpp"

namespace tests {

template <class Machine>
using sm90_movements =
    kernel_list<phases<Machine>, byte_loads<Machine>, arrivals_after_copies<Machine>, named_barriers<Machine>,
                tile_loads<Machine, 1>, tile_loads<Machine, 2>, tile_loads<Machine, 3>, tile_loads<Machine, 4>,
                tile_loads<Machine, 5>, swizzled_loads<Machine, swizzle::none>,
                swizzled_loads<Machine, swizzle::bytes_32>, swizzled_loads<Machine, swizzle::bytes_64>,
                swizzled_loads<Machine, swizzle::bytes_128>, tile_stores<Machine, 1>, tile_stores<Machine, 2>,
                tile_stores<Machine, 3>, tile_stores<Machine, 4>, tile_stores<Machine, 5>, float_additions<Machine>,
                multicasts<Machine>, elections<Machine>, register_shares<Machine>, matrix_stores<Machine>,
                peers<Machine>>;

// Every format, both orders where a format has them, every swizzle, a in shared memory and in registers.
template <class Machine>
using sm90_products = kernel_list<
    tile_products<Machine, fovea::fp16, 64, major::k, major::k, swizzle::bytes_128>,
    tile_products<Machine, fovea::fp16, 256, major::k, major::k, swizzle::bytes_64>,
    tile_products<Machine, fovea::bf16, 24, major::k, major::k, swizzle::bytes_32>,
    tile_products<Machine, fovea::bf16, 40, major::k, major::k, swizzle::none>,
    tile_products<Machine, fovea::bf16, 64, major::k, major::mn, swizzle::bytes_128>,
    tile_products<Machine, fovea::bf16, 192, major::k, major::mn, swizzle::bytes_128>,
    tile_products<Machine, fovea::fp16, 128, major::mn, major::mn, swizzle::bytes_128>,
    tile_products<Machine, fovea::fp16, 64, major::mn, major::k, swizzle::bytes_128>,
    tile_products<Machine, fovea::tf32, 64, major::k, major::k, swizzle::bytes_128>,
    tile_products<Machine, fovea::fp8_e4m3, 96, major::k, major::k, swizzle::bytes_128>,
    tile_products<Machine, fovea::fp8_e5m2, 8, major::k, major::k, swizzle::bytes_64>,
    tile_products<Machine, std::int8_t, 48, major::k, major::k, swizzle::bytes_128>,
    tile_products<Machine, std::int8_t, 256, major::k, major::k, swizzle::none>,
    tile_products_by<Machine, fovea::bf16, 64, major::mn>, tile_products_by<Machine, fovea::bf16, 128, major::k>,
    tile_products_by<Machine, fovea::fp16, 192, major::mn>, tile_products_by<Machine, fovea::fp16, 40, major::k>,
    tile_products_by<Machine, fovea::tf32, 16, major::k>, tile_products_by<Machine, fovea::fp8_e4m3, 64, major::k>,
    tile_products_by<Machine, fovea::fp8_e5m2, 32, major::k>, tile_products_by<Machine, std::int8_t, 24, major::k>>;

// Every number of columns, 8 to 256: a table of its own in machine/ptx, one template in the emulator, which would take
// long to compile for all of them.
template <class Machine, int... N>
kernel_list<tile_products<Machine, fovea::bf16, 8 * (N + 1), major::k, major::k, swizzle::bytes_128>...>
    columns_of(std::integer_sequence<int, N...>);
template <class Machine> using sm90_columns = decltype(columns_of<Machine>(std::make_integer_sequence<int, 32>{}));

template <class Machine>
using sm90_instructions = typename joined_lists<sm90_movements<Machine>, sm90_products<Machine>>::type;

} // namespace tests
