// Tile products of sm_90 in every width, 8 to 256: each is an instruction of its own, and takes its time to compile.
#include <utility>

#include "simt/selftest/tile_products.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

template <std::size_t... I> void every_width(std::index_sequence<I...>) {
    (product_is_exact<bf16, 8 * (I + 1)>({swizzle::bytes_128, how_placed::shared}), ...);
}

} // namespace

TEST_CASE("tile products of every width") { every_width(std::make_index_sequence<32>{}); }
