// Barriers that count arrivals and bytes: the cases of barrier_machine.
#pragma once
#include "gpu/conformance/instruction.hpp"

namespace tests {

// Three phases: the second warp leaves words and arrives, the first waits and reads.
template <class Machine> struct phases {
    static constexpr char const* name = "init_barrier, fence_barriers, arrive, wait, has_ended";
    static constexpr int threads = 64, blocks = 1, rounds = 3;
    static constexpr word shared_bytes = 256;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), lane = Machine::lane(), barrier = Machine::shared_base();
        const word place = barrier + 64 + lane * 4;
        if (t == 0) Machine::init_barrier(barrier, 32);
        Machine::fence_barriers();
        Machine::sync_block();
        for (word round = 0; round < rounds; ++round) {
            const word parity = round % 2;
            if (t >= 32) {
                Machine::store_shared(place, Machine::load(p.in + lane) + round);
                Machine::arrive(barrier);
            } else {
                Machine::wait(barrier, parity);
                word* const to = p.out + (round * 32 + lane) * 3;
                Machine::store(to, Machine::template load_shared<word>(place));
                Machine::store(to + 1, static_cast<word>(Machine::has_ended(barrier, parity)));
                Machine::store(to + 2, static_cast<word>(Machine::has_ended(barrier, 1 - parity)));
            }
            Machine::sync_block();
        }
    }
    static words in() { return drawn(32, 10); }
    static words out(words const& in) {
        words all;
        for (word round = 0; round < rounds; ++round)
            for (word lane = 0; lane < 32; ++lane)
                for (word w : {in[lane] + round, 1u, 0u}) all.push_back(w);
        return all;
    }
};

// Two copies of bytes to one phase that expects them both.
template <class Machine> struct byte_loads {
    static constexpr char const* name = "arrive_expecting, load_bytes";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 1024;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), barrier = Machine::shared_base(), to = barrier + 128;
        if (t == 0) Machine::init_barrier(barrier, 1);
        Machine::fence_barriers();
        Machine::sync_block();
        if (t == 0) {
            Machine::arrive_expecting(barrier, 256);
            Machine::load_bytes(to, p.in + 4, 208, barrier);
            Machine::load_bytes(to + 208, p.in + 100, 48, barrier);
        }
        Machine::wait(barrier, 0);
        Machine::store(p.out + t, Machine::template load_shared<word>(to + t * 4));
    }
    static words in() { return drawn(112, 11); }
    static words out(words const& in) {
        return filled(64, [&](int t) { return in[static_cast<std::size_t>(t < 52 ? t + 4 : t - 52 + 100)]; });
    }
};

template <class Machine> struct arrivals_after_copies {
    static constexpr char const* name = "arrive_after_copies";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 64 + 64 * 16;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), barrier = Machine::shared_base(), to = barrier + 64;
        if (t == 0) Machine::init_barrier(barrier, threads);
        Machine::fence_barriers();
        Machine::sync_block();
        Machine::template copy_async<16>(to + t * 16, p.in + t * 4, t % 3 != 0);
        Machine::arrive_after_copies(barrier);
        Machine::wait(barrier, 0);
        for (word i = 0; i < 4; ++i)
            Machine::store(p.out + t * 4 + i, Machine::template load_shared<word>(to + (63 - t) * 16 + i * 4));
        Machine::commit_copies();
        Machine::template wait_copies<0>();
    }
    static words in() { return drawn(256, 12); }
    static words out(words const& in) {
        return filled(256, [&](int i) {
            const int from = 63 - i / 4;
            return from % 3 != 0 ? in[static_cast<std::size_t>(from * 4 + i % 4)] : 0;
        });
    }
};

template <class Machine> struct named_barriers {
    static constexpr char const* name = "sync_named, arrive_named";
    static constexpr int threads = 128, blocks = 1;
    static constexpr word shared_bytes = 128 * 4;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), base = Machine::shared_base();
        Machine::store_shared(base + t * 4, Machine::load(p.in + t));
        if (t < 64) {
            Machine::sync_named(3, 64);
            Machine::store(p.out + t, Machine::template load_shared<word>(base + (63 - t) * 4));
            Machine::arrive_named(4, 128); // the second half waits for what the first has read
        } else {
            Machine::sync_named(4, 128);
            Machine::store(p.out + t, Machine::template load_shared<word>(base + (t - 64) * 4));
        }
    }
    static words in() { return drawn(128, 13); }
    static words out(words const& in) {
        return filled(128, [&](int t) { return in[static_cast<std::size_t>(t < 64 ? 63 - t : t - 64)]; });
    }
};

} // namespace tests
