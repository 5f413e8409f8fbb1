// Who asks, and for whom: the cases of thread_machine.
#pragma once
#include <bit>
#include <cstdint>

#include "gpu/conformance/instruction.hpp"

namespace tests {

template <class Machine> struct indices {
    static constexpr char const* name = "thread, lane, warp, block, blocks";
    static constexpr int threads = 96, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{.x = 3, .y = 2, .z = 2};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word block = (Machine::block(2) * Machine::blocks(1) + Machine::block(1)) * Machine::blocks(0);
        word* to = p.out + ((block + Machine::block(0)) * threads + Machine::thread()) * 9;
        Machine::store(to, Machine::thread());
        Machine::store(to + 1, Machine::lane());
        Machine::store(to + 2, Machine::warp());
        for (int axis = 0; axis < 3; ++axis) {
            Machine::store(to + 3 + axis, Machine::block(axis));
            Machine::store(to + 6 + axis, Machine::blocks(axis));
        }
    }
    static words in() { return {0}; }
    static words out(words const&) {
        words all;
        for (word z = 0; z < 2; ++z)
            for (word y = 0; y < 2; ++y)
                for (word x = 0; x < 3; ++x)
                    for (word t = 0; t < 96; ++t)
                        for (word w : {t, t & 31, t >> 5, x, y, z, word{3}, word{2}, word{2}}) all.push_back(w);
        return all;
    }
};

template <class Machine> struct shuffles {
    static constexpr char const* name = "uniform, shuffle, shuffle_xor, opaque";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), x = Machine::load(p.in + t);
        const int other = static_cast<int>((Machine::lane() * 7 + 3) % 32);
        word* to = Machine::opaque(p.out + t * 9);
        Machine::store(to, Machine::uniform(Machine::opaque(x)));
        Machine::store(to + 1, Machine::shuffle(x, other));
        const float f = Machine::shuffle(static_cast<float>(x >> 8), other);
        const std::int32_t i = Machine::shuffle(static_cast<std::int32_t>(x), 31 - other);
        Machine::store(to + 2, static_cast<word>(f));
        Machine::store(to + 3, static_cast<word>(i));
        Machine::store(to + 4, Machine::shuffle_xor(x, 1));
        Machine::store(to + 5, Machine::shuffle_xor(x, 6));
        Machine::store(to + 6, Machine::shuffle_xor(x, 31));
        Machine::store(to + 7, static_cast<word>(Machine::shuffle_xor(static_cast<float>(x >> 8), 16)));
        Machine::store(to + 8, static_cast<word>(Machine::shuffle_xor(static_cast<std::int32_t>(x), 3)));
    }
    static words in() { return drawn(64, 1); }
    static words out(words const& in) {
        words all;
        for (word t = 0; t < 64; ++t) {
            const word l = t % 32, other = (l * 7 + 3) % 32;
            const auto of = [&](word lane) { return in[t - l + lane]; };
            for (word w : {of(0), of(other), of(other) >> 8, of(31 - other), of(l ^ 1), of(l ^ 6), of(l ^ 31),
                           of(l ^ 16) >> 8, of(l ^ 3)})
                all.push_back(w);
        }
        return all;
    }
};

template <class Machine> struct votes {
    static constexpr char const* name = "ballot, first_bit, count_bits";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), x = Machine::load(p.in + t);
        Machine::store(p.out + t * 3, Machine::ballot(x % 3 == 0));
        Machine::store(p.out + t * 3 + 1, static_cast<word>(Machine::first_bit(x)));
        Machine::store(p.out + t * 3 + 2, static_cast<word>(Machine::count_bits(x)));
    }
    static words in() {
        words all = drawn(64, 2);
        for (word bit = 0; bit < 32; ++bit) all[bit] &= ~word{0} << bit;
        all[31] = all[40] = 0x80000000u; // never 0: first_bit has no answer there
        for (word& w : all) w |= w == 0;
        return all;
    }
    static words out(words const& in) {
        words all;
        for (word t = 0; t < 64; ++t) {
            word ballot = 0;
            for (word l = 0; l < 32; ++l) ballot |= static_cast<word>(in[t / 32 * 32 + l] % 3 == 0) << l;
            all.push_back(ballot);
            all.push_back(static_cast<word>(std::countr_zero(in[t])));
            all.push_back(static_cast<word>(std::popcount(in[t])));
        }
        return all;
    }
};

// Each thread leaves a word for another one, behind each kind of barrier.
template <class Machine> struct barriers {
    static constexpr char const* name = "sync_warp, sync_block, sync_some, arrive_some";
    static constexpr int threads = 128, blocks = 1;
    static constexpr word shared_bytes = 128 * 4;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), x = Machine::load(p.in + t), mine = Machine::shared_base() + t * 4;
        const auto left_by = [](word other) {
            return Machine::template load_shared<word>(Machine::shared_base() + other * 4);
        };
        Machine::store_shared(mine, x);
        Machine::sync_warp();
        Machine::store(p.out + t * 4, left_by(t ^ 21));
        Machine::sync_block();
        Machine::store(p.out + t * 4 + 1, left_by(127 - t));
        Machine::sync_block();
        Machine::store_shared(mine, x + 1);
        if (t < 64) Machine::template sync_some<1, 64>();
        else Machine::template sync_some<2, 64>();
        Machine::store(p.out + t * 4 + 2, left_by(t ^ 63));
        Machine::sync_block();
        // one way only: the first warp leaves without waiting, the last waits for it
        if (t < 32) {
            Machine::store_shared(mine, x + 2);
            Machine::template arrive_some<15, 64>();
        } else if (t >= 96) Machine::template sync_some<15, 64>();
        Machine::store(p.out + t * 4 + 3, t >= 96 ? left_by(t - 96) : x);
    }
    static words in() { return drawn(128, 3); }
    static words out(words const& in) {
        words all;
        for (word t = 0; t < 128; ++t)
            for (word w : {in[t ^ 21], in[127 - t], in[t ^ 63] + 1, t >= 96 ? in[t - 96] + 2 : in[t]}) all.push_back(w);
        return all;
    }
};

} // namespace tests
