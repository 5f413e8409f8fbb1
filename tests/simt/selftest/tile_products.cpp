// Tile products of sm_90: every format, swizzle and order of the operands, and sums over several groups.
#include "simt/selftest/tile_products.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

template <class Format> void every_swizzle_by_k() {
    for (swizzle s : every_swizzle)
        for (auto a : {how_placed::shared, how_placed::registers}) {
            product_is_exact<Format, 8>({s, a});
            product_is_exact<Format, 64>({s, a});
            product_is_exact<Format, 256>({s, a});
        }
}

} // namespace

TEST_CASE("tile products of every format") {
    every_swizzle_by_k<fp16>();
    every_swizzle_by_k<tf32>();
    every_swizzle_by_k<std::int8_t>();
    every_swizzle_by_k<fp8_e4m3>();
    every_swizzle_by_k<fp8_e5m2>();
}

TEST_CASE("tile products whose operands are contiguous along their lines") {
    for (swizzle s : every_swizzle) {
        product_is_exact<fp16, 64, major::k, major::mn>({s, how_placed::shared});
        product_is_exact<bf16, 192, major::k, major::mn>({s, how_placed::registers});
        product_is_exact<fp16, 64, major::mn, major::k>({s, how_placed::shared});
        product_is_exact<bf16, 128, major::mn, major::mn>({s, how_placed::shared});
    }
}

TEST_CASE("sums go on from what the registers held, over several groups") {
    float first[128], second[128];
    const report said = run({.threads = 128, .bytes = 64 * 32 + 8 * 32}, [&] {
        for (word i = H::thread(); i < 72 * 8; i += 128) H::store_shared(base() + i * 4, 0x3f803f80u); // ones in bf16
        H::fence_proxy();
        H::sync_block();
        const auto a = H::tile_descriptor(base(), 16, 256, swizzle::bytes_32);
        const auto b = H::tile_descriptor(base() + 64 * 32, 16, 256, swizzle::bytes_32);
        float x[4] = {1, 2, 3, 4}, y[4] = {};
        H::fence_products(x);
        H::multiply_tiles<bf16, major::k, major::k>(x, a, b, true);
        H::commit_products();
        H::fence_products(y);
        H::multiply_tiles<bf16, major::k, major::k>(y, a, b, false);
        H::multiply_tiles<bf16, major::k, major::k>(y, a, b, true);
        H::commit_products();
        H::wait_products<1>(x);
        first[H::thread()] = x[1];
        H::wait_products<0>(y);
        second[H::thread()] = y[3];
    });
    INFO(said.text());
    REQUIRE(said.ok());
    for (float x : first) CHECK(x == 18);
    for (float x : second) CHECK(x == 32);
}
