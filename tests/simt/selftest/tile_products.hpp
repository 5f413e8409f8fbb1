// Tile products of sm_90 against plain loops: operands that tile copies place, in every format, width and order.
#pragma once

#include <cstring>
#include <type_traits>
#include <vector>

#include "simt/selftest/hopper_programs.hpp"

namespace fovea::simt {

inline int number(word row, word column) { return static_cast<int>((row * 7 + column * 3) % 11) - 5; }

template <class Format> void put(unsigned char* to, int x) {
    constexpr word bytes = 4 / words_of<Format>::numbers;
    word bits = 0;
    if constexpr (std::is_same_v<Format, fp16>) bits = fp16_bits(static_cast<float>(x));
    else if constexpr (std::is_same_v<Format, bf16>) bits = bf16_bits(static_cast<float>(x));
    else if constexpr (std::is_same_v<Format, tf32>) bits = std::bit_cast<word>(static_cast<float>(x));
    else if constexpr (std::is_same_v<Format, std::int8_t>) bits = static_cast<std::uint8_t>(x);
    else
        for (bits = 0; bits < 255; ++bits) { // the byte whose value it is
            float value[4];
            words_of<Format>::split(bits, value);
            if (value[0] == static_cast<float>(x)) break;
        }
    std::memcpy(to, &bits, bytes);
}

// 128 bytes along k, four instructions. Operands are placed by tile copies in panels one swizzle wide.
template <class Format> struct operand {
    static constexpr word bytes = 4 / words_of<Format>::numbers, terms = 128 / bytes;
    swizzle s;
    major order;
    word lines;
    guarded<unsigned char> global;
    tensor_map map;

    operand(swizzle chosen, major contiguous, word many, word first)
        : s(chosen), order(contiguous), lines(many), global(many * 128, role::input, "operand") {
        const bool by_k = order == major::k;
        for (word line = 0; line < lines; ++line)
            for (word k = 0; k < terms; ++k)
                put<Format>(&global[(by_k ? line * terms + k : k * lines + line) * bytes], number(line + first, k));
        const element_format f = bytes == 1   ? element_format::uint8
                                 : bytes == 2 ? element_format::fp16
                                              : element_format::fp32;
        map = make_tensor_map({.base = global.data(),
                               .format = f,
                               .rank = 2,
                               .sizes = {by_k ? terms : lines, by_k ? lines : terms},
                               .strides = {0, by_k ? 128u : lines * bytes},
                               .box = {swizzle_bytes(s) / bytes, by_k ? lines : terms},
                               .swizzle = s});
    }
    word width() const { return swizzle_bytes(s); }
    word panel() const { return (order == major::k ? lines : terms) * width(); }
    void load(word to, word barrier) const {
        const word panels = lines * 128 / panel();
        for (word i = 0; i < panels; ++i)
            H::load_tile(to + i * panel(), map, barrier, {static_cast<std::int32_t>(i * width() / bytes), 0});
    }
    std::uint64_t descriptor(word at, word step) const {
        const bool plain = s == swizzle::none;
        if (order == major::k)
            return H::tile_descriptor(at + step * 32 / width() * panel() + step * 32 % width(), plain ? panel() : 16,
                                      8 * width(), s);
        return H::tile_descriptor(at + step * 16 * width(), plain ? 128 : panel(), plain ? panel() : 8 * width(), s);
    }
};

struct how_placed {
    swizzle s;
    enum side { shared, registers } a;
};

template <class Format, std::size_t N, major A = major::k, major B = major::k> void product_is_exact(how_placed how) {
    using sum = std::conditional_t<std::is_same_v<Format, std::int8_t>, std::int32_t, float>;
    using side = operand<Format>;
    const side a(how.s, A, 64, 0), b(how.s, B, N, 64);
    const word b_at = 64 * 128, barrier = b_at + round_up<word>(N * 128, 1024);
    std::vector<sum> d(64 * N);
    const auto program = [&] {
        if (H::thread() == 0) {
            H::init_barrier(base() + barrier, 1);
            H::fence_barriers();
        }
        H::sync_block();
        if (H::thread() == 0) {
            H::arrive_expecting(base() + barrier, (64 + N) * 128);
            a.load(base(), base() + barrier);
            b.load(base() + b_at, base() + barrier);
        }
        H::wait(base() + barrier, 0);
        const word w = H::warp(), g = H::lane() / 4, t = H::lane() % 4;
        sum sums[N / 2];
        for (std::size_t i = 0; i < N / 2; ++i) sums[i] = 1000; // not added to
        H::fence_products(sums);
        for (word step = 0; step < 4; ++step) {
            const std::uint64_t right = b.descriptor(base() + b_at, step);
            if (how.a == how_placed::shared)
                H::multiply_tiles<Format, A, B>(sums, a.descriptor(base(), step), right, step > 0);
            else if constexpr (A == major::k) {
                word own[4];
                for (word i = 0; i < 4; ++i)
                    std::memcpy(&own[i], &a.global[(16 * w + g + i % 2 * 8) * 128 + step * 32 + (t + i / 2 * 4) * 4],
                                4);
                H::multiply_tiles_by<Format, B>(sums, own, right, step > 0);
            }
        }
        H::commit_products();
        H::wait_products<0>(sums);
        for (word j = 0; j < N / 8; ++j)
            for (word i = 0; i < 4; ++i) d[(16 * w + g + i / 2 * 8) * N + j * 8 + 2 * t + i % 2] = sums[4 * j + i];
    };
    for (options chosen : {options{.workers = 1}, options{.seed = 5, .landing = landing::early, .workers = 1}}) {
        const report said = run({.threads = 128, .bytes = barrier + 8}, program, chosen);
        INFO("columns " << N << " swizzle " << swizzle_bytes(how.s) << "\n" << said.text());
        REQUIRE(said.ok());
        CHECK(said.count(how.a == how_placed::shared ? "multiply_tiles" : "multiply_tiles_by") == 16);
        word wrong = 0;
        for (word i = 0; i < 64; ++i)
            for (word j = 0; j < N; ++j) {
                int right = 0;
                for (word k = 0; k < side::terms; ++k) right += number(i, k) * number(j + 64, k);
                wrong += d[i * N + j] != static_cast<sum>(right);
            }
        CHECK(wrong == 0);
    }
}

} // namespace fovea::simt
