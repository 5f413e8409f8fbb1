// What each primitive of sm_80 does, lane by lane, against plain loops; and that right programs give no finding.
#include <random>

#include "simt/selftest/programs.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

word base() { return M::shared_base(); }

// Small whole numbers, exact in every format and every sum of them.
int number(int row, int column) { return (row * 7 + column * 3) % 11 - 5; }

template <class Format> word packed(int row, int first) {
    if constexpr (std::is_same_v<Format, tf32>) return std::bit_cast<word>(static_cast<float>(number(row, first)));
    else if constexpr (std::is_same_v<Format, std::int8_t> || words_of<Format>::numbers == 4) {
        word all = 0;
        for (int i = 0; i < 4; ++i) {
            const int x = number(row, first * 4 + i);
            word bits = static_cast<std::uint8_t>(x);
            if constexpr (!std::is_same_v<Format, std::int8_t>) // the byte whose value it is
                for (bits = 0; bits < 256; ++bits) {
                    float got[4];
                    words_of<Format>::split(bits, got);
                    if (got[0] == static_cast<float>(x)) break;
                }
            all |= bits << (8 * i);
        }
        return all;
    } else
        return M::pair<Format>(static_cast<float>(number(row, 2 * first)),
                               static_cast<float>(number(row, 2 * first + 1)));
}

// Every element of D = A B + C from fragments built by PTX's table, spelt here again.
template <class Format, class Sum> void product_is_exact() {
    constexpr int terms = 8 * words_of<Format>::numbers;
    Sum d[16][8];
    const report said = run({}, [&] {
        const int g = static_cast<int>(M::lane()) / 4, t = static_cast<int>(M::lane()) % 4;
        const word a[4] = {packed<Format>(g, t), packed<Format>(g + 8, t), packed<Format>(g, t + 4),
                           packed<Format>(g + 8, t + 4)};
        const word b[2] = {packed<Format>(g + 20, t), packed<Format>(g + 20, t + 4)}; // column g of B is row g + 20
        Sum sums[4] = {static_cast<Sum>(g), static_cast<Sum>(t), 0, 1};
        M::multiply<Format>(sums, a, b);
        for (int c = 0; c < 4; ++c) d[g + 8 * (c / 2)][2 * t + c % 2] = sums[c];
    });
    INFO(said.text());
    CHECK(said.ok());
    CHECK(said.count("multiply") == 1);
    for (int i = 0; i < 16; ++i)
        for (int j = 0; j < 8; ++j) {
            const int start = i >= 8 ? j % 2 : j % 2 ? j / 2 : i;
            int sum = start;
            for (int k = 0; k < terms; ++k) sum += number(i, k) * number(j + 20, k);
            CAPTURE(i, j);
            CHECK(d[i][j] == static_cast<Sum>(sum));
        }
}

} // namespace

TEST_CASE("products are exact in every format") {
    product_is_exact<fp16, float>();
    product_is_exact<bf16, float>();
    product_is_exact<tf32, float>();
    product_is_exact<fp8_e4m3, float>();
    product_is_exact<fp8_e5m2, float>();
    product_is_exact<std::int8_t, std::int32_t>();
}

TEST_CASE("formats are what their bits say") {
    for (word bits = 0; bits < 65536; ++bits) {
        const float here = fp16_number(bits), there = fp16_value(static_cast<std::uint16_t>(bits));
        if (there != there) CHECK(here != here);
        else REQUIRE(std::bit_cast<word>(here) == std::bit_cast<word>(there));
    }
    CHECK(fp8_e4m3_number(0x7e) == 448.0f);
    CHECK(fp8_e4m3_number(0x01) == 0x1p-9f);
    CHECK(fp8_e4m3_number(0x88) == -0x1p-6f);
    CHECK(std::isnan(fp8_e4m3_number(0xff)));
    CHECK(fp8_e5m2_number(0x7b) == 57344.0f);
    CHECK(fp8_e5m2_number(0x01) == 0x1p-16f);
    CHECK(std::isinf(fp8_e5m2_number(0xfc)));
    CHECK(M::rounded_tf32(1.0f + 0x1p-11f) == std::bit_cast<word>(1.0f + 0x1p-10f)); // ties away from zero
    CHECK(M::rounded_tf32(-1.0f - 0x1p-12f) == std::bit_cast<word>(-1.0f));
    CHECK(M::rounded_tf32(std::numeric_limits<float>::quiet_NaN()) == 0x7fffffffu);
    CHECK(M::pair<fp16>(1.0f, -2.0f) == 0xc0003c00u);
    CHECK(M::pair<bf16>(1.0f, -2.0f) == 0xc0003f80u);
    CHECK(M::pair<bf16>(std::numeric_limits<float>::quiet_NaN(), 0) == 0x7fffu);
    CHECK(M::exp2(-140.0f) == 0.0f); // a denormal, flushed
    CHECK(M::exp2(3.0f) == 8.0f);
    CHECK(M::exp2(-std::numeric_limits<float>::infinity()) == 0.0f);
}

TEST_CASE("lanes see each other") {
    with_every_schedule([](options const& how) {
        word across[64], first[64], all[64], from_three[64];
        const report said = run(
            {.threads = 64},
            [&] {
                const word t = M::thread();
                across[t] = M::shuffle_xor(t, 5);
                first[t] = M::uniform(t);
                all[t] = M::ballot(t % 3 == 0);
                from_three[t] = static_cast<word>(M::shuffle(static_cast<float>(t), 3));
            },
            how);
        REQUIRE(said.ok());
        for (word t = 0; t < 64; ++t) {
            CHECK(across[t] == (t ^ 5));
            CHECK(first[t] == t / 32 * 32);
            CHECK(from_three[t] == t / 32 * 32 + 3);
            for (word i = 0; i < 32; ++i) CHECK((all[t] >> i & 1) == ((t / 32 * 32 + i) % 3 == 0));
        }
        CHECK(said.count("shuffle_xor") == 2);
    });
    CHECK(M::first_bit(0x50) == 4);
    CHECK(M::count_bits(0x51) == 3);
}

TEST_CASE("blocks know their place in the grid") {
    word seen[24] = {};
    const report said = run({.threads = 32, .grid = {2, 3, 4}}, [&] {
        if (M::lane() == 0) ++seen[M::block(0) + M::blocks(0) * (M::block(1) + M::blocks(1) * M::block(2))];
    });
    CHECK(said.ok());
    for (word n : seen) CHECK(n == 1);
}

TEST_CASE("ldmatrix hands out rows and, transposed, columns") {
    word rows[32][4], columns[32][4], two[32][2], two_columns[32][2];
    const report said = run({.threads = 32, .bytes = 512}, [&] {
        const word l = M::lane();
        for (word i = 0; i < 4; ++i) // row l: elements 8 l, 8 l + 1, …
            M::store_shared(base() + l * 16 + i * 4, (l * 8 + 2 * i) | (l * 8 + 2 * i + 1) << 16);
        M::sync_warp();
        M::load_matrix_x4(rows[l], base() + l * 16);
        M::load_matrix_x4_transposed(columns[l], base() + l * 16);
        M::load_matrix_x2(two[l], base() + (l % 16) * 16);
        M::load_matrix_x2_transposed(two_columns[l], base() + (l % 16) * 16);
    });
    INFO(said.text());
    REQUIRE(said.ok());
    for (word l = 0; l < 32; ++l)
        for (word tile = 0; tile < 4; ++tile) {
            const word row = l / 4, column = 2 * (l % 4), at = tile * 64;
            CHECK(rows[l][tile] == ((at + row * 8 + column) | (at + row * 8 + column + 1) << 16));
            CHECK(columns[l][tile] == ((at + column * 8 + row) | (at + (column + 1) * 8 + row) << 16));
            if (tile < 2) {
                CHECK(two[l][tile] == rows[l][tile]);
                CHECK(two_columns[l][tile] == columns[l][tile]);
            }
        }
}

TEST_CASE("copies bring bytes and zeros, and poison until they are waited for") {
    with_every_schedule([](options const& how) {
        trial t(false);
        word early[32], late[32], zero[32];
        const report said = run(
            {.threads = 32, .bytes = 1024},
            [&] {
                const word l = M::lane(), to = base() + l * 16;
                M::copy_async<16>(to, &t.input[l * 4]);
                M::copy_async<8, 512>(base() + l * 8, &t.input[0], false);
                early[l] = 0;
                std::memcpy(&early[l], running->self->block->memory.at(l * 16), 4);
                M::commit_copies();
                M::wait_copies<0>();
                late[l] = M::load_shared<word>(to);
                zero[l] = M::load_shared<word>(base() + 512 + l * 8);
            },
            how);
        REQUIRE(said.ok());
        for (word l = 0; l < 32; ++l) {
            CHECK(early[l] == (how.landing == landing::late ? ~0u : l * 4));
            CHECK(late[l] == l * 4);
            CHECK(zero[l] == 0);
        }
    });
}

TEST_CASE("named barriers hand over between warps, and the last warps may leave before sync_block") {
    with_every_schedule([](options const& how) {
        word got[32];
        const report said = run(
            {.threads = 128, .bytes = 128},
            [&] {
                if (M::warp() == 3) return;
                if (M::warp() == 0) {
                    M::store_shared(base() + M::lane() * 4, M::lane());
                    M::arrive_some<3, 64>();
                } else if (M::warp() == 1) {
                    M::sync_some<3, 64>();
                    got[M::lane()] = M::load_shared<word>(base() + (31 - M::lane()) * 4);
                }
                M::sync_block();
            },
            how);
        INFO(said.text());
        REQUIRE(said.ok());
        for (word l = 0; l < 32; ++l) CHECK(got[l] == 31 - l);
    });
}

TEST_CASE("neighbours may store halves of a word, and many threads may read one") {
    with_every_schedule([](options const& how) {
        const report said = run(
            {.threads = 256, .bytes = 1024},
            [&] {
                M::store_shared(base() + M::thread() * 2, static_cast<std::uint16_t>(M::thread()));
                M::sync_block();
                const auto x = M::load_shared<std::uint16_t>(base() + 6);
                CHECK(x == 3);
                M::sync_block();
                M::store_shared(base() + M::thread() * 2, x);
            },
            how);
        INFO(said.text());
        CHECK(said.ok());
    });
}

TEST_CASE("one reader among 256 that is not waited for is found") {
    const report said = run({.threads = 256, .bytes = 64}, [&] {
        if (M::thread() == 0) M::store_shared(base(), 1u);
        M::sync_block();
        M::load_shared<word>(base());
        M::sync_some<1, 256>();
        if (M::thread() == 255) M::load_shared<word>(base());
        if (M::warp() < 7) M::sync_some<2, 224>();
        if (M::thread() == 0) M::store_shared(base(), 2u);
    });
    CHECK(said.has(fault::race));
}

TEST_CASE("a global sum of atomic additions, on several operating system threads", "[threads]") {
    guarded<word> sum(4, role::update, "sum");
    guarded<float> total(1, role::update, "total");
    for (auto& x : sum) x = 0;
    total[0] = 0;
    const report said = run({.threads = 64, .grid = {50}},
                            [&] {
                                M::add(&sum[M::thread() % 4], 1u);
                                M::add(&total[0], 1.0f);
                            },
                            {.workers = 3});
    CHECK(said.ok());
    CHECK(said.count("add") == 50 * 64 * 2);
    for (word x : sum) CHECK(x == 50 * 16);
    CHECK(total[0] == 50 * 64);
}

TEST_CASE("blocks that take turns, forwards, backwards when resident together, on several threads", "[threads]") {
    const auto in_turn = [](bool backwards, options const& how) {
        guarded<word> turn(1, role::update, "turn"), sums(64, role::update, "sums");
        turn[0] = 0;
        for (auto& x : sums) x = 0;
        const report said = run(
            {.threads = 64, .grid = {6}},
            [&] {
                const word mine = backwards ? M::blocks(0) - 1 - M::block(0) : M::block(0);
                if (M::thread() == 0)
                    while (M::observe(&turn[0]) != mine) M::yield();
                M::sync_block();
                M::store(&sums[M::thread()], 3 * M::load_fresh(&sums[M::thread()]) + mine);
                M::sync_block();
                if (M::thread() == 0) M::publish(&turn[0], mine + 1);
            },
            how);
        INFO(said.text());
        CHECK(said.ok());
        word right = 0;
        for (word i = 0; i < 6; ++i) right = 3 * right + i;
        for (word x : sums) CHECK(x == right);
    };
    for (word seed : {0u, 3u}) {
        in_turn(false, {.seed = seed, .workers = 1});
        in_turn(false, {.seed = seed, .workers = 3});
        in_turn(true, {.seed = seed, .workers = 1, .resident = 6});
        in_turn(true, {.seed = seed, .workers = 6});
    }
    guarded<word> turn(1, role::update, "turn");
    turn[0] = 0;
    const auto wait_for_a_later_block = [&] {
        if (M::block(0) == 0)
            while (M::observe(&turn[0]) == 0) M::yield();
        else M::publish(&turn[0], 1u);
    };
    CHECK(run({.threads = 1, .grid = {2}}, wait_for_a_later_block, {.workers = 1}).has(fault::deadlock));
}

TEST_CASE("outputs: written once, or counted as missing") {
    trial t(false);
    const auto write = [&](word until) {
        return run({.threads = 32}, [&, until] {
            if (M::lane() < until) M::store(&t.output[M::lane()], M::lane());
        });
    };
    CHECK(write(32).ok());
    CHECK(t.output.unwritten() == (1024 - 32) * 4);
    CHECK(write(30).ok()); // a launch forgets the last one
    CHECK(t.output.unwritten() == (1024 - 30) * 4);
}

TEST_CASE("passes over the banks and sectors are counted for each call") {
    trial t(false);
    struct alignas(16) four {
        word at[4];
    };
    word conflict_free = 0, same_bank = 0, some = 0, wide = 0, whole = 0, apart = 0;
    const report said = run({.threads = 32, .bytes = 8192},
                            [&] {
                                const word l = M::lane();
                                conflict_free = next_line();
                                M::store_shared(base() + l * 4, 1u);
                                same_bank = next_line();
                                M::store_shared(base() + 4096 + l * 128, 1u);
                                some = next_line();
                                if (l % 8 < 6) M::store_shared(base() + 128 + l / 8 * 144 + l % 8 * 16, four{});
                                M::sync_warp();
                                wide = next_line();
                                M::copy_async<16>(base() + l * 256, &t.input[l * 4], false);
                                whole = next_line();
                                M::load(&t.input[l]);
                                apart = next_line();
                                M::load(&t.input[l * 8]);
                                M::commit_copies();
                                M::wait_copies<0>();
                            },
                            {.count = true, .workers = 1});
    INFO(said.text());
    const auto of = [&](word line, char const* function) {
        return said.sites.at({spell({"primitives_sm80.cpp:", line}), function});
    };
    CHECK(of(conflict_free, "store_shared").wavefronts == 1);
    CHECK(of(same_bank, "store_shared").wavefronts == 32);
    CHECK(of(same_bank, "store_shared").ideal_wavefronts == 1);
    CHECK(of(some, "store_shared").wavefronts == 4); // 8 lanes side by side are one pass, whichever take part
    CHECK(of(some, "store_shared").ideal_wavefronts == 4);
    CHECK(of(wide, "copy_async").wavefronts == 32);
    CHECK(of(wide, "copy_async").ideal_wavefronts == 4);
    CHECK(of(whole, "load").sectors == 4);
    CHECK(of(apart, "load").sectors == 32);
    CHECK(of(apart, "load").ideal_sectors == 4);
    CHECK(said.total().ideal_sectors == 8);
}

TEST_CASE("a finding says who, where and against whom") {
    word line = 0;
    const report said = run({.threads = 64, .bytes = 256, .grid = {2}}, [&] {
        M::store_shared(base() + M::thread() * 4, 1u);
        line = next_line();
        M::load_shared<word>(base() + (63 - M::thread()) * 4);
    });
    const auto holds = [&](std::string const& part) { return said.text().find(part) != std::string::npos; };
    CHECK(holds(spell({"primitives_sm80.cpp:", line, ": race: load_shared by warp 1 lane 0 of block (0, 0, 0)"})));
    CHECK(holds(spell({"store_shared by warp 0 lane 31 at primitives_sm80.cpp:", line - 2})));
}
