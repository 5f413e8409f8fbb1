// What each primitive of sm_90 does, against plain loops; and that right programs give no finding.
#include <algorithm>
#include <stdexcept>

#include "simt/selftest/hopper_programs.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

// Element (x, y, z, …) of a tensor is told from every other.
std::uint16_t mark(std::array<std::int64_t, 5> const& at) {
    return static_cast<std::uint16_t>(at[0] + 50 * at[1] + 500 * at[2] + 3000 * at[3] + 9000 * at[4] + 1);
}

// A box of a tensor of 16-bit elements, `rank` axes, from an origin that leaves it on both sides. It is stored from the
// tensor's first element on at the lowest: the hardware takes no box that begins in front.
void boxes_of(int rank, swizzle s) {
    tensor_shape shape{.format = element_format::fp16, .rank = rank, .swizzle = s};
    const std::uint64_t sizes[5] = {40, 7, 5, 3, 3};
    const word boxes[5] = {s == swizzle::none ? 24 : swizzle_bytes(s) / 2, 4, 3, 2, 2};
    std::int32_t origin[5] = {-8, 5, -1, 2, 0};
    if (s != swizzle::none) origin[0] = 24; // beyond the end
    std::int32_t stored[5];
    std::transform(origin, origin + 5, stored, [](std::int32_t x) { return std::max(x, 0); });
    std::uint64_t stride = 2, elements = 1;
    for (int i = 0; i < rank; ++i) {
        shape.sizes[i] = sizes[i];
        shape.box[i] = boxes[i];
        shape.strides[i] = stride;
        stride = round_up<std::uint64_t>(stride * sizes[i], 16);
        elements = stride / 2;
    }
    guarded<std::uint16_t> tensor(elements, role::input, "tensor"), back(elements, role::update, "back");
    const auto each_box_element = [&](std::int32_t const(&first)[5], auto const& f) {
        std::array<std::int64_t, 5> i{};
        word number = 0;
        for (i[4] = 0; i[4] < shape.box[4]; ++i[4])
            for (i[3] = 0; i[3] < shape.box[3]; ++i[3])
                for (i[2] = 0; i[2] < shape.box[2]; ++i[2])
                    for (i[1] = 0; i[1] < shape.box[1]; ++i[1])
                        for (i[0] = 0; i[0] < shape.box[0]; ++i[0], ++number) {
                            std::array<std::int64_t, 5> at{};
                            bool inside = true;
                            std::uint64_t offset = 0;
                            for (std::size_t a = 0; a < static_cast<std::size_t>(rank); ++a) {
                                at[a] = i[a] + first[a];
                                inside = inside && at[a] >= 0 && at[a] < static_cast<std::int64_t>(shape.sizes[a]);
                                offset += static_cast<std::uint64_t>(at[a]) * shape.strides[a];
                            }
                            f(number, at, inside, offset / 2);
                        }
    };
    for (auto& x : tensor) x = 0xdead;
    each_box_element(origin, [&](word, auto const& at, bool inside, std::uint64_t where) {
        if (inside) tensor[where] = mark(at);
    });
    for (auto& x : back) x = 0xbeef;
    shape.base = tensor.data();
    const tensor_map from = make_tensor_map(shape);
    shape.base = back.data();
    const tensor_map to = make_tensor_map(shape);
    const word bytes = box_bytes(shape), barrier = round_up(bytes, 8u);
    std::vector<std::uint16_t> got(bytes / 2);

    const auto program = [&]<int Rank>(std::integral_constant<int, Rank>) {
        std::int32_t at[Rank];
        std::copy_n(origin, Rank, at);
        if (H::thread() == 0) {
            H::init_barrier(base() + barrier, 1);
            H::fence_barriers();
            H::arrive_expecting(base() + barrier, bytes);
            H::load_tile(base(), from, base() + barrier, at);
            H::wait(base() + barrier, 0);
            for (word i = 0; i < bytes / 2; ++i) got[i] = H::load_shared<std::uint16_t>(swizzled(base() + i * 2, s));
            std::copy_n(stored, Rank, at);
            H::store_tile(to, at, base());
            H::commit_tiles();
            H::wait_tiles<0>();
        }
    };
    with_every_schedule([&](options const& how) {
        const report said = run(
            {.threads = 32, .bytes = barrier + 8},
            [&] {
                if (rank == 1) program(std::integral_constant<int, 1>{});
                if (rank == 2) program(std::integral_constant<int, 2>{});
                if (rank == 3) program(std::integral_constant<int, 3>{});
                if (rank == 4) program(std::integral_constant<int, 4>{});
                if (rank == 5) program(std::integral_constant<int, 5>{});
            },
            how);
        INFO("rank " << rank << " swizzle " << swizzle_bytes(s) << "\n" << said.text());
        REQUIRE(said.ok());
        word wrong = 0;
        each_box_element(origin, [&](word number, auto const& at, bool inside, std::uint64_t) {
            wrong += got[number] != (inside ? mark(at) : 0);
        });
        each_box_element(stored, [&](word number, auto const&, bool inside, std::uint64_t where) {
            if (inside) wrong += back[where] != got[number];
        });
        CHECK(wrong == 0);
    });
    word outside = 0, inside_box = 0;
    each_box_element(stored, [&](word, auto const&, bool inside, std::uint64_t) { inside_box += inside; });
    for (auto x : back) outside += x == 0xbeef;
    CHECK(outside + inside_box == elements); // the store left the rest alone
}

} // namespace

TEST_CASE("tile copies bring and take boxes of every rank and swizzle, with zeros outside") {
    for (swizzle s : every_swizzle)
        for (int rank = 1; rank <= 5; ++rank) boxes_of(rank, s);
}

TEST_CASE("barriers in shared memory: phases, arrivals after copies, several waiters") {
    with_every_schedule([](options const& how) {
        trial t(false);
        word seen[64] = {};
        const report said = run(
            {.threads = 96, .bytes = 256 + 16},
            [&] {
                const word full = base() + 256, empty = full + 8;
                if (H::thread() == 0) {
                    H::init_barrier(full, 32);
                    H::init_barrier(empty, 64);
                }
                H::sync_block();
                for (word round = 0; round < 4; ++round) {
                    if (H::warp() == 0) { // the producer, by cp.async
                        H::wait(empty, (round & 1) ^ 1);
                        H::copy_async<8>(base() + H::lane() * 8, &t.input[(round * 32 + H::lane()) * 2]);
                        H::arrive_after_copies(full);
                        continue;
                    }
                    if (H::warp() == 1) H::wait(full, round & 1);
                    else
                        while (!H::has_ended(full, round & 1)) {}
                    seen[H::thread() - 32] += H::load_shared<word>(base() + (31 - H::lane()) * 8);
                    H::arrive(empty);
                }
            },
            how);
        INFO(said.text());
        REQUIRE(said.ok());
        for (word i = 0; i < 64; ++i) {
            word right = 0;
            for (word round = 0; round < 4; ++round) right += (round * 32 + 31 - i % 32) * 2;
            CHECK(seen[i] == right);
        }
    });
}

TEST_CASE("plain runs of bytes, and sums into global memory") {
    with_every_schedule([](options const& how) {
        guarded<float> sums(64, role::update, "sums");
        guarded<fp16> halves(64, role::update, "halves");
        guarded<float> from(64, role::input, "from");
        for (word i = 0; i < 64; ++i) {
            sums[i] = 1;
            halves[i] = fp16(0.5f);
            from[i] = static_cast<float>(i);
        }
        const tensor_map to = make_tensor_map(
            {.base = halves.data(), .format = element_format::fp16, .rank = 1, .sizes = {64}, .box = {64}});
        const report said = run(
            {.threads = 32, .bytes = 512, .grid = {3}},
            [&] {
                const word barrier = base() + 384;
                if (H::thread() == 0) {
                    H::init_barrier(barrier, 1);
                    H::fence_barriers();
                    H::arrive_expecting(barrier, 256);
                    H::load_bytes(base(), from.data(), 256, barrier);
                    H::wait(barrier, 0);
                    H::add_floats(sums.data(), base(), 256);
                }
                H::sync_block();
                H::store_shared(base() + 256 + H::lane() * 4, H::pair<fp16>(1, 2));
                H::fence_proxy();
                H::sync_block();
                if (H::thread() == 0) {
                    H::add_tile(to, {0}, base() + 256);
                    H::commit_tiles();
                    H::wait_tiles_read<0>();
                }
            },
            how);
        INFO(said.text());
        REQUIRE(said.ok());
        for (word i = 0; i < 64; ++i) {
            CHECK(sums[i] == static_cast<float>(1 + 3 * i));
            CHECK(static_cast<float>(halves[i]) == 0.5f + (i % 2 ? 6.0f : 3.0f));
        }
    });
}

TEST_CASE("stmatrix is the inverse of ldmatrix") {
    word four[32][4], back[32][4], columns[32][4], two[32][2];
    const report said = run({.threads = 32, .bytes = 1024}, [&] {
        const word l = H::lane();
        for (word i = 0; i < 4; ++i)
            H::store_shared(base() + l * 16 + i * 4, l * 8 + 2 * i | (l * 8 + 2 * i + 1) << 16);
        H::sync_warp();
        H::load_matrix_x4(four[l], base() + l * 16);
        H::store_matrix_x4(base() + 512 + l * 16, four[l]);
        H::sync_warp();
        H::load_matrix_x4(back[l], base() + 512 + l * 16);
        H::sync_warp();
        H::store_matrix_x4_transposed(base() + 512 + l * 16, four[l]);
        H::sync_warp();
        H::load_matrix_x4_transposed(columns[l], base() + 512 + l * 16);
        H::sync_warp();
        H::store_matrix_x2(base() + 512 + l % 16 * 16, {four[l][0], four[l][1]});
        H::sync_warp();
        H::load_matrix_x2(two[l], base() + 512 + l % 16 * 16);
        H::sync_warp();
        H::store_matrix_x2_transposed(base() + 512 + l % 16 * 16, {four[l][0], four[l][1]});
        H::sync_warp();
        word again[2];
        H::load_matrix_x2_transposed(again, base() + 512 + l % 16 * 16);
        CHECK((again[0] == four[l][0] && again[1] == four[l][1]));
    });
    INFO(said.text());
    REQUIRE(said.ok());
    for (word l = 0; l < 32; ++l) {
        for (word i = 0; i < 4; ++i) CHECK((back[l][i] == four[l][i] && columns[l][i] == four[l][i]));
        CHECK((two[l][0] == four[l][0] && two[l][1] == four[l][1]));
    }
}

TEST_CASE("one lane is elected, registers move between warp groups, named barriers by number") {
    for (word seed : {0u, 1u, 9u}) {
        word elected[8] = {};
        const report said =
            run({.threads = 256, .bytes = 1024},
                [&] {
                    if (H::elect()) ++elected[H::warp()];
                    if (H::warp() < 4) H::fewer_registers<24>();
                    else H::more_registers<240>();
                    const word group = H::warp() / 4;
                    H::store_shared(base() + H::thread() * 4, H::thread());
                    if (group == 0) H::arrive_named(2, 256);
                    else H::sync_named(2, 256);
                    if (group == 1) CHECK(H::load_shared<word>(base() + (H::thread() - 128) * 4) == H::thread() - 128);
                    H::sync_named(4 + group, 128);
                },
                {.seed = seed, .workers = 1});
        INFO(said.text());
        CHECK(said.ok());
        for (word n : elected) CHECK(n == 1);
    }
}

TEST_CASE("blocks of a cluster read each other's memory, arrive at each other's barriers and share tiles") {
    with_every_schedule([](options const& how) {
        trial t(false);
        const tensor_map map = make_tensor_map({.base = t.input.data(),
                                                .format = element_format::int32,
                                                .rank = 2,
                                                .sizes = {32, 32},
                                                .strides = {0, 128},
                                                .box = {32, 4}});
        word ranks[4] = {}, peers[4] = {}, tiles[4] = {};
        const report said = run(
            {.threads = 32, .bytes = 1024 + 32, .grid = {4}, .cluster = 2},
            [&] {
                const word full = base() + 1024, empty = full + 8, mine = H::cluster_rank(), other = mine ^ 1;
                const word all = H::block(0);
                if (H::thread() == 0) {
                    H::init_barrier(full, 1);
                    H::init_barrier(empty, 2);
                    H::fence_barriers();
                }
                H::store_shared(base() + H::lane() * 4, all * 100 + H::lane());
                H::store(&t.shared[all * 32 + H::lane()], all);
                H::sync_cluster();
                CHECK(H::load_fresh(&t.shared[(all ^ 1) * 32 + H::lane()]) == (all ^ 1));
                const word got = H::load_peer<word>(H::peer_address(base() + H::lane() * 4, other));
                H::sync_cluster();
                if (H::lane() == 5) {
                    ranks[all] = mine;
                    peers[all] = got;
                }
                for (word round = 0; round < 3; ++round) { // rank 0 fills both blocks' tile
                    if (H::thread() == 0) H::arrive_expecting(full, 512);
                    if (H::thread() == 0 && mine == 0) {
                        if (round > 0) H::wait(empty, (round - 1) & 1);
                        H::load_tile_to_all(base() + 512, map, full, {0, static_cast<std::int32_t>(4 * round)}, 3);
                    }
                    H::wait(full, round & 1);
                    const word x = H::load_shared<word>(base() + 512 + H::lane() * 4);
                    if (H::lane() == 7) tiles[all] += x;
                    H::sync_warp();
                    if (H::thread() == 0) H::arrive_at_peer(H::peer_address(empty, 0));
                }
                H::sync_cluster();
            },
            how);
        INFO(said.text());
        REQUIRE(said.ok());
        for (word i = 0; i < 4; ++i) {
            CHECK(ranks[i] == i % 2);
            CHECK(peers[i] == (i ^ 1) * 100 + 5);
            CHECK(tiles[i] == 7 + (128 + 7) + (256 + 7));
        }
    });
}

TEST_CASE("a tile that is published before its store has written is found by the block that reads it") {
    const auto passed_on = [](bool waited) {
        trial t(false);
        const tensor_map map = make_tensor_map(
            {.base = t.shared.data(), .format = element_format::int32, .rank = 1, .sizes = {32}, .box = {32}});
        const auto program = [&] {
            word* const turn = &t.shared[1000];
            if (H::thread() == 0 && H::block(0) == 0) {
                for (word i = 0; i < 32; ++i) H::store_shared(base() + i * 4, i + 1);
                H::fence_proxy();
                H::store_tile(map, {0}, base());
                H::commit_tiles();
                if (waited) H::wait_tiles<0>();
                H::publish(turn, 1u);
                H::wait_tiles<0>();
            } else if (H::thread() == 0) {
                while (H::observe(turn) == 0) H::yield();
                for (word i = 0; i < 32; ++i) H::load_fresh(&t.shared[i]);
            }
        };
        return run({.threads = 32, .bytes = 128, .grid = {2}}, program);
    };
    CHECK(passed_on(true).ok());
    CHECK(passed_on(false).has(fault::ownership));
}

TEST_CASE("tensor maps that the driver would refuse are refused") {
    guarded<float> data(1024, role::input, "data");
    const tensor_shape right{.base = data.data(),
                             .format = element_format::fp32,
                             .rank = 2,
                             .sizes = {32, 32},
                             .strides = {0, 128},
                             .box = {32, 8},
                             .swizzle = swizzle::bytes_128};
    CHECK_NOTHROW(make_tensor_map(right));
    const auto refused = [&](auto spoil) {
        tensor_shape wrong = right;
        spoil(wrong);
        CHECK_THROWS_AS(make_tensor_map(wrong), std::invalid_argument);
    };
    refused([](tensor_shape& t) { t.rank = 6; });
    refused([](tensor_shape& t) { t.rank = 0; });
    refused([](tensor_shape& t) { t.sizes[1] = 0; });
    refused([](tensor_shape& t) { t.box[1] = 257; });
    refused([](tensor_shape& t) { t.strides[1] = 120; });
    refused([](tensor_shape& t) { t.box[0] = 3; });
    refused([](tensor_shape& t) { t.swizzle = swizzle::bytes_64; });
    refused([&](tensor_shape& t) { t.base = data.data() + 1; });
    CHECK(run({.threads = 32, .grid = {3}, .cluster = 2}, [] {}).has(fault::protocol));
}
