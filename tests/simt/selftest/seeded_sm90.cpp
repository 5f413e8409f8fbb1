// Faults that the emulator must go on finding, each with its clean twin: the primitives of sm_90.
#include "simt/selftest/hopper_programs.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

constexpr word tile_bytes = 1024, full_offset = 8192, empty_offset = full_offset + 8;
word full() { return base() + full_offset; }
word empty() { return base() + empty_offset; }

// Rows of 32 words, boxes of 8 rows.
tensor_map rows_of(void const* data, swizzle s = swizzle::none) {
    return make_tensor_map({.base = data,
                            .format = element_format::int32,
                            .rank = 2,
                            .sizes = {32, 32},
                            .strides = {0, 128},
                            .box = {32, 8},
                            .swizzle = s});
}
void ready(word arrivals_of_full = 1, word arrivals_of_empty = 1) {
    if (H::thread() == 0) {
        H::init_barrier(full(), arrivals_of_full);
        H::init_barrier(empty(), arrivals_of_empty);
        H::fence_barriers();
    }
    H::sync_cluster();
}

// So that what follows comes after what the others do until they wait.
void let_others_run() {
    for (int i = 0; H::lane() == 0 && i < 8; ++i) H::yield();
}

constexpr place_of_work one_warp{.threads = 32, .bytes = 8256}, two_warps{.threads = 64, .bytes = 8256};
constexpr place_of_work group{.threads = 128, .bytes = 8256}, pair_of_blocks{32, 8256, {2}, 2};

const seeded barriers[]{
    {"a tile is read before its barrier", fault::in_flight, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             H::load_tile(base(), map, full(), {0, 0});
         }
         H::sync_warp();
         if (!t.spoiled) H::wait(full(), 0);
         t.line = next_line();
         H::load_shared<word>(base() + H::lane() * 4);
         H::wait(full(), 0);
     }},
    {"the barrier's other parity is waited for", fault::in_flight, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             H::load_tile(base(), map, full(), {0, 0});
         }
         H::sync_warp();
         t.deadlock_line = next_line(); // if the copy landed early
         H::wait(full(), t.spoiled ? 1 : 0);
         t.line = next_line();
         H::load_shared<word>(base() + H::lane() * 4);
         H::wait(full(), 0);
     }},
    {"fewer bytes are expected than come", fault::deadlock, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), t.spoiled ? tile_bytes / 2 : tile_bytes);
             H::load_tile(base(), map, full(), {0, 0});
         }
         t.line = next_line();
         H::wait(full(), 0);
     }},
    {"more bytes are expected than come", fault::deadlock, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), t.spoiled ? tile_bytes * 2 : tile_bytes);
             H::load_tile(base(), map, full(), {0, 24});
         }
         t.line = next_line();
         H::wait(full(), 0);
     }},
    {"bytes are expected that nobody waits for", fault::protocol, one_warp,
     [](trial& t) {
         ready(2);
         if (H::thread() == 0) {
             t.line = next_line();
             H::arrive_expecting(full(), t.spoiled ? 16 : 0);
         }
     }},
    {"too few arrive", fault::deadlock, two_warps,
     [](trial& t) {
         ready(64);
         if (!t.spoiled || H::lane() > 0) H::arrive(full());
         t.line = next_line();
         H::wait(full(), 0);
     }},
    {"one arrives twice", fault::protocol, two_warps,
     [](trial& t) {
         ready(64);
         if (t.spoiled && H::thread() == 0) H::arrive_expecting(full(), 16);
         t.line = next_line();
         H::arrive(full());
     }},
    {"a barrier was never initialised", fault::protocol, one_warp,
     [](trial& t) {
         ready(32);
         t.line = next_line();
         H::arrive(full() + (t.spoiled ? 16 : 0));
     }},
    {"a barrier is used before its initialisation is ordered", fault::race, two_warps,
     [](trial& t) {
         if (H::thread() == 0) H::init_barrier(full(), 64);
         if (t.spoiled) H::sync_warp();
         else H::sync_block();
         if (H::warp() == 1) let_others_run();
         H::sync_warp();
         t.line = next_line();
         if (H::warp() == 1) H::arrive(full());
     }},
    {"a barrier's bytes are overwritten", fault::protocol, one_warp,
     [](trial& t) {
         ready(32);
         if (t.spoiled && H::thread() == 0) H::store_shared(full() + 4, 0u);
         t.line = next_line();
         H::arrive(full());
     }},
    {"a tile copy reports to a barrier that was not fenced", fault::proxy, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         if (H::thread() == 0) H::init_barrier(full(), 1);
         if (!t.spoiled && H::thread() == 0) H::fence_barriers();
         H::sync_block();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             t.line = next_line();
             H::load_tile(base(), map, full(), {0, 0});
         }
         H::wait(full(), 0);
     }},
    {"an arrival is taken for one after copies", fault::in_flight, two_warps,
     [](trial& t) {
         ready(32);
         if (H::warp() == 0) {
             H::copy_async<4>(base() + H::lane() * 4, &t.input[H::lane()]);
             if (t.spoiled) H::arrive(full());
             else H::arrive_after_copies(full());
             H::commit_copies();
             H::wait_copies<0>();
         } else {
             H::wait(full(), 0);
             t.line = next_line();
             H::load_shared<word>(base() + H::lane() * 4);
         }
     }},
    {"a named barrier for no whole number of warps", fault::protocol, one_warp,
     [](trial& t) {
         t.line = next_line();
         H::sync_named(1, t.spoiled ? 48 : 32);
     }},
};

const seeded stages[]{
    {"a stage is filled again while it is read", fault::race, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready(1, 32);
         for (word round = 0; round < 2; ++round) {
             if (H::thread() == 0) {
                 if (round > 0) H::wait(t.spoiled ? full() : empty(), 0);
                 let_others_run();
                 H::arrive_expecting(full(), tile_bytes);
                 t.line = next_line();
                 H::load_tile(base(), map, full(), {0, 0});
             }
             if (H::warp() == 0) continue;
             H::wait(full(), round);
             t.second_line = next_line();
             H::load_shared<word>(base() + H::lane() * 4);
             H::arrive(empty());
         }
     }},
    {"a stage is released before it is read", fault::race, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready(1, 32);
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             H::load_tile(base(), map, full(), {0, 0});
             H::wait(empty(), 0);
             H::arrive_expecting(full(), tile_bytes);
             t.line = next_line();
             H::load_tile(base(), map, full(), {0, 0});
         }
         if (H::warp() == 0) return;
         H::wait(full(), 0);
         if (t.spoiled) H::arrive(empty());
         H::load_shared<word>(base() + H::lane() * 4);
         if (!t.spoiled) H::arrive(empty());
         H::wait(full(), 1);
     }},
    {"the last tile's stage is read for this one's", fault::stale, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready(1, 32);
         for (word round = 0; round < 2; ++round) {
             if (H::thread() == 0) {
                 H::arrive_expecting(full(), tile_bytes);
                 H::load_tile(base() + round * tile_bytes, map, full(), {0, 0});
             }
             H::wait(full(), round);
             H::sync_block();
             t.line = next_line();
             H::load_shared<word>(base() + (t.spoiled ? 0 : round * tile_bytes) + H::lane() * 4);
             H::sync_block();
             if (H::thread() == 0) H::discard_shared(base() + round * tile_bytes, tile_bytes);
             H::sync_block();
         }
     }},
    {"a tile store misses what threads wrote: no proxy fence", fault::proxy, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 4; ++i) H::store_shared(base() + (i * 64 + H::thread()) * 4, i);
         if (!t.spoiled) H::fence_proxy();
         H::sync_block();
         if (H::thread() == 0) {
             t.line = next_line();
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             H::wait_tiles_read<0>();
         }
     }},
    {"a tile comes over what threads wrote: no proxy fence", fault::proxy, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         H::store_shared(base() + H::lane() * 4, 0u);
         if (!t.spoiled) H::fence_proxy();
         H::sync_warp();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             t.line = next_line();
             H::load_tile(base(), map, full(), {0, 0});
         }
         H::wait(full(), 0);
     }},
    {"one warp does not fence", fault::proxy, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 4; ++i) H::store_shared(base() + (i * 64 + H::thread()) * 4, i);
         if (!t.spoiled || H::warp() == 0) H::fence_proxy();
         H::sync_block();
         if (H::thread() == 0) {
             t.line = t.spoiled ? next_line() : 0;
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             H::wait_tiles_read<0>();
         }
     }},
    {"a tile store begins in front of the tensor", fault::protocol, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 4; ++i) H::store_shared(base() + (i * 64 + H::thread()) * 4, i);
         H::fence_proxy();
         H::sync_block();
         if (H::thread() == 0) {
             t.line = t.spoiled ? next_line() : 0;
             H::store_tile(map, {0, t.spoiled ? -1 : 0}, base());
             H::commit_tiles();
             H::wait_tiles_read<0>();
         }
     }},
    {"a tile store does not wait for the other warp", fault::race, two_warps,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 4; ++i) H::store_shared(base() + (i * 64 + H::thread()) * 4, 0u);
         H::sync_block();
         for (word i = 0; i < 4; ++i) H::store_shared(base() + (i * 64 + H::thread()) * 4, i);
         H::fence_proxy();
         t.second_line = next_line() - 3;
         if (!t.spoiled) H::sync_block();
         if (H::thread() == 0) {
             t.line = next_line();
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             H::wait_tiles_read<0>();
         }
     }},
    {"shared memory is written while a tile store reads it", fault::race, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 8; ++i) H::store_shared(base() + (i * 32 + H::thread()) * 4, i);
         H::fence_proxy();
         H::sync_warp();
         if (H::thread() == 0) {
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             if (!t.spoiled) H::wait_tiles_read<0>();
             t.line = next_line();
             H::store_shared(base(), 1u);
             H::wait_tiles_read<0>();
         }
     }},
    {"a block ends before its tile stores have read", fault::protocol, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 8; ++i) H::store_shared(base() + (i * 32 + H::thread()) * 4, i);
         H::fence_proxy();
         t.line = next_line();
         H::sync_warp();
         if (H::thread() == 0) {
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             if (!t.spoiled) H::wait_tiles_read<0>();
         }
     }},
    {"two blocks store one tile",
     fault::ownership,
     {.threads = 32, .bytes = 8256, .grid = {2}},
     [](trial& t) {
         const tensor_map map = rows_of(t.output.data());
         for (word i = 0; i < 8; ++i) H::store_shared(base() + (i * 32 + H::thread()) * 4, i);
         H::fence_proxy();
         H::sync_warp();
         if (H::thread() == 0) {
             t.line = next_line();
             H::store_tile(map, {0, t.spoiled ? 0 : static_cast<std::int32_t>(8 * H::block(0))}, base());
             H::commit_tiles();
             H::wait_tiles<0>();
         }
     }},
    {"a tile is stored to an input", fault::global_bounds, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.spoiled ? t.input.data() : t.output.data());
         for (word i = 0; i < 8; ++i) H::store_shared(base() + (i * 32 + H::thread()) * 4, i);
         H::fence_proxy();
         H::sync_warp();
         if (H::thread() == 0) {
             t.line = next_line();
             H::store_tile(map, {0, 0}, base());
             H::commit_tiles();
             H::wait_tiles<0>();
         }
     }},
    {"a tile at an address that its swizzle does not repeat on", fault::misaligned, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data(), swizzle::bytes_128);
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             t.line = next_line();
             H::load_tile(base() + (t.spoiled ? 128 : 1024), map, full(), {0, 0});
         }
         H::wait(full(), 0);
     }},
    {"coordinates for another number of axes", fault::protocol, one_warp,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), tile_bytes);
             if (!t.spoiled) H::load_tile(base(), map, full(), {0, 0});
             t.line = next_line();
             if (t.spoiled) H::load_tile(base(), map, full(), {0, 0, 0});
         }
         H::wait(full(), 0);
     }},
    {"a run of bytes that is not 16 times something", fault::protocol, one_warp,
     [](trial& t) {
         const word bytes = t.spoiled ? 72 : 64;
         ready();
         if (H::thread() == 0) {
             H::arrive_expecting(full(), bytes);
             t.line = next_line();
             H::load_bytes(base(), t.input.data(), bytes, full());
         }
         H::wait(full(), 0);
     }},
};

// 64 x 32 bytes of a, 8 x 32 bytes of b, ones in bf16, swizzle 32; descriptors.
struct ones {
    std::uint64_t a, b;
    explicit ones(bool fenced = true) {
        for (word i = H::thread(); i < 72 * 8; i += 128) H::store_shared(base() + i * 4, 0x3f803f80u);
        if (fenced) H::fence_proxy();
        H::sync_block();
        a = H::tile_descriptor(base(), 16, 256, swizzle::bytes_32);
        b = H::tile_descriptor(base() + 64 * 32, 16, 256, swizzle::bytes_32);
    }
};
constexpr auto k = major::k;

const seeded products[]{
    {"a product misses what threads wrote: no proxy fence", fault::proxy, group,
     [](trial& t) {
         const ones of(!t.spoiled);
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"no fence before the first product", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         if (!t.spoiled) H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"sums were scaled and not fenced", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
         for (float& x : sums) x *= 2;
         if (!t.spoiled) H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, true);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"operands in registers were not fenced", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4], others[4];
         H::fence_products(sums);
         H::fence_products(others);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
         if (!t.spoiled) H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles_by<bf16, k>(others, {1, 2, 3, 4}, of.b, false);
         H::commit_products();
         H::wait_products<0>(others);
     }},
    {"sums are written while products are under way", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         if (t.spoiled) sums[1] *= 0.5f, sums[2] = 0;
         t.line = next_line();
         H::wait_products<0>(sums);
     }},
    {"a wait leaves the products it is for under way", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         t.line = next_line();
         if (t.spoiled) H::wait_products<1>(sums);
         H::wait_products<0>(sums);
     }},
    {"a kernel ends with products under way", fault::protocol, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         if (!t.spoiled) H::wait_products<0>(sums);
     }},
    {"a stage is written while a product reads it", fault::race, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         if (!t.spoiled) H::wait_products<0>(sums);
         H::sync_block();
         t.line = next_line();
         H::store_shared(base() + H::thread() * 4, 0u);
         H::wait_products<0>(sums);
     }},
    {"a stage is released before the product that reads it has ended", fault::race, group,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         const ones of;
         ready(1, 128);
         float sums[4];
         H::fence_products(sums);
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         if (t.spoiled) H::arrive(empty());
         H::wait_products<0>(sums);
         if (!t.spoiled) H::arrive(empty());
         if (H::thread() == 0) {
             H::wait(empty(), 0);
             H::arrive_expecting(full(), tile_bytes);
             t.line = next_line();
             H::load_tile(base(), map, full(), {0, 0});
         }
         H::wait(full(), 0);
     }},
    {"a descriptor begins beside its atom", fault::protocol, group,
     [](trial& t) {
         for (word i = H::thread(); i < 2048; i += 128) H::store_shared(base() + i * 4, 0u);
         H::fence_proxy();
         H::sync_block();
         const auto a = H::tile_descriptor(base(), 16, 512, swizzle::bytes_64);
         const auto b = H::tile_descriptor(base() + 4096 + (t.spoiled ? 128 : 0), 16, 512, swizzle::bytes_64);
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, a, b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"a descriptor's stride reaches beyond what was written", fault::unwritten, group,
     [](trial& t) {
         const ones of;
         const auto a = H::tile_descriptor(base(), 16, t.spoiled ? 512 : 256, swizzle::bytes_32);
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"lanes give different descriptors", fault::divergence, group,
     [](trial& t) {
         const ones of;
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a + (t.spoiled && H::lane() == 3 ? 2 : 0), of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"one warp of four does not take part", fault::protocol, group,
     [](trial& t) {
         const ones of;
         if (t.spoiled && H::warp() == 2) return;
         float sums[4];
         H::fence_products(sums);
         t.line = next_line();
         H::multiply_tiles<bf16, k, k>(sums, of.a, of.b, false);
         H::commit_products();
         H::wait_products<0>(sums);
     }},
    {"registers beyond what a multiprocessor has",
     fault::protocol,
     {.threads = 384},
     [](trial& t) {
         t.line = next_line();
         if (H::warp() >= 4) H::more_registers<240>();
         t.second_line = next_line();
         if (H::warp() < 4 && t.spoiled) H::more_registers<40>();
         if (H::warp() < 4 && !t.spoiled) H::fewer_registers<24>();
     }},
    {"more registers that are fewer", fault::protocol, group,
     [](trial& t) {
         H::more_registers<120>();
         t.line = next_line();
         if (t.spoiled) H::more_registers<104>();
     }},
};

const seeded clusters[]{
    {"a peer's memory is read before the cluster has met", fault::race, pair_of_blocks,
     [](trial& t) {
         H::store_shared(base() + H::lane() * 4, 1u);
         H::sync_cluster();
         H::store_shared(base() + H::lane() * 4, 2u);
         t.second_line = next_line() - 2;
         if (!t.spoiled) H::sync_cluster();
         const word there = H::peer_address(base(), H::cluster_rank() ^ 1);
         t.line = next_line();
         H::load_peer<word>(there + H::lane() * 4);
         H::sync_cluster();
     }},
    {"a barrier in shared memory is taken for the cluster's", fault::race, pair_of_blocks,
     [](trial& t) {
         ready(32);
         const word other = H::cluster_rank() ^ 1;
         H::store_peer(H::peer_address(base() + H::lane() * 4, other), 1u);
         if (t.spoiled) H::arrive_at_peer(H::peer_address(full(), other));
         if (t.spoiled) H::wait(full(), 0);
         else H::sync_cluster();
         t.line = next_line();
         H::load_shared<word>(base() + H::lane() * 4);
         H::sync_cluster();
     }},
    {"a block leaves while a peer reads its memory", fault::left, pair_of_blocks,
     [](trial& t) {
         H::store_shared(base() + H::lane() * 4, 1u);
         H::sync_cluster();
         if (t.spoiled && H::cluster_rank() == 1) return;
         const word there = H::peer_address(base(), H::cluster_rank() ^ 1);
         let_others_run();
         H::sync_warp();
         t.line = next_line();
         H::load_peer<word>(there + H::lane() * 4);
         if (!t.spoiled) H::sync_cluster();
     }},
    {"a block that the cluster does not have", fault::protocol, pair_of_blocks,
     [](trial& t) {
         t.line = next_line();
         H::peer_address(base(), t.spoiled ? 2 : 1);
     }},
    {"a tile comes to a peer that may still read the last one", fault::race, pair_of_blocks,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         ready(1, 64);
         for (word round = 0; round < 2; ++round) {
             if (H::thread() == 0) H::arrive_expecting(full(), tile_bytes);
             if (H::thread() == 0 && H::cluster_rank() == 0) {
                 if (round > 0 && !t.spoiled) H::wait(empty(), 0);
                 let_others_run();
                 t.line = next_line();
                 H::load_tile_to_all(base(), map, full(), {0, 0}, 3);
             }
             H::wait(full(), round);
             t.second_line = next_line();
             H::load_shared<word>(base() + H::lane() * 4);
             H::arrive_at_peer(H::peer_address(empty(), 0));
         }
         H::sync_cluster();
     }},
    {"a tile comes to a peer whose barrier is not yet there", fault::protocol, pair_of_blocks,
     [](trial& t) {
         const tensor_map map = rows_of(t.input.data());
         const bool takes_part = !t.spoiled || H::cluster_rank() == 0;
         if (H::thread() == 0 && takes_part) {
             H::init_barrier(full(), 1);
             H::fence_barriers();
         }
         H::sync_cluster();
         if (H::thread() == 0 && H::cluster_rank() == 0) {
             t.line = next_line();
             H::load_tile_to_all(base(), map, full(), {0, 0}, 3);
         }
         if (H::thread() == 0 && takes_part) H::arrive_expecting(full(), tile_bytes);
         if (takes_part) H::wait(full(), 0);
         H::sync_cluster();
     }},
    {"a block does not come to the cluster's barrier", fault::deadlock, pair_of_blocks,
     [](trial& t) {
         if (t.spoiled && H::cluster_rank() == 1) H::sync_named(1, 64);
         t.line = next_line();
         H::sync_cluster();
     }},
};

} // namespace

TEST_CASE("faults with barriers in shared memory are found on their line") {
    for (seeded const& one : barriers) check(one);
}
TEST_CASE("faults with stages and tile copies are found on their line") {
    for (seeded const& one : stages) check(one);
}
TEST_CASE("faults with tile products are found on their line") {
    for (seeded const& one : products) check(one);
}
TEST_CASE("faults between the blocks of a cluster are found on their line") {
    for (seeded const& one : clusters) check(one);
}
