// Memory that a thread reads and writes by itself: the cases of memory_machine.
#pragma once
#include <cstdint>

#include "fovea/dtype/formats.hpp"
#include "gpu/conformance/instruction.hpp"

namespace tests {

struct alignas(8) word_pair {
    word first, second;
};
struct word_four {
    word each[4];
};

// Sent through shared memory and back, by loads and stores of one size: the names of the cases differ by it.
template <class Machine, class T> struct accesses {
    static constexpr char const* name = sizeof(T) == 2   ? "load, load_fresh, store, shared: 2 bytes"
                                        : sizeof(T) == 4 ? "load, load_fresh, store, shared: 4 bytes"
                                        : sizeof(T) == 8 ? "load, load_fresh, store, shared: 8 bytes"
                                                         : "load, load_fresh, store, shared: 16 bytes";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = threads * sizeof(T);
    static constexpr layout shape{};
    static constexpr int words_in = 2 * threads * static_cast<int>(sizeof(T)) / 4;
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), base = Machine::shared_base();
        T const* from = reinterpret_cast<T const*>(p.in);
        T* to = reinterpret_cast<T*>(p.out);
        Machine::store_shared(base + t * static_cast<word>(sizeof(T)), Machine::load(from + t));
        Machine::sync_block();
        const word other = threads - 1 - t;
        Machine::store(to + t, Machine::template load_shared<T>(base + other * static_cast<word>(sizeof(T))));
        Machine::store(to + threads + t, Machine::load_fresh(from + threads + t));
    }
    static words in() { return drawn(words_in, sizeof(T)); }
    static words out(words const& in) {
        words all = in;
        const auto bytes = reinterpret_cast<unsigned char const*>(in.data());
        const auto to = reinterpret_cast<unsigned char*>(all.data());
        for (std::size_t t = 0; t < threads; ++t)
            for (std::size_t b = 0; b < sizeof(T); ++b)
                to[t * sizeof(T) + b] = bytes[(threads - 1 - t) * sizeof(T) + b];
        return all;
    }
};
template <class Machine> using accesses_2 = accesses<Machine, fovea::bf16>;
template <class Machine> using accesses_4 = accesses<Machine, float>;
template <class Machine> using accesses_8 = accesses<Machine, word_pair>;
template <class Machine> using accesses_16 = accesses<Machine, word_four>;

template <class Machine> struct shared_bases {
    static constexpr char const* name = "shared_base";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 4096;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        Machine::store(p.out + Machine::thread(), Machine::shared_base() % 1024);
    }
    static words in() { return {0}; }
    static words out(words const&) { return words(32, 0); }
};

// Four blocks add to the same few words; whole numbers, so that the order is of no consequence.
template <class Machine> struct additions {
    static constexpr char const* name = "add";
    static constexpr int threads = 64, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{.x = 4, .before = 0, .updated = true};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), x = Machine::load(p.in + Machine::block(0) * threads + t) % 1000;
        Machine::add(reinterpret_cast<float*>(p.out) + t % 3, static_cast<float>(x));
        Machine::add(p.out + 3 + t % 2, x);
        Machine::add(reinterpret_cast<std::int32_t*>(p.out) + 5, -static_cast<std::int32_t>(x));
    }
    static words in() { return drawn(256, 4); }
    static words out(words const& in) {
        float sums[3] = {};
        word counts[3] = {};
        for (word t = 0; t < 256; ++t) {
            const word x = in[t] % 1000;
            sums[t % 64 % 3] += static_cast<float>(x);
            counts[t % 2] += x;
            counts[2] -= x;
        }
        return {as_word(sums[0]), as_word(sums[1]), as_word(sums[2]), counts[0], counts[1], counts[2]};
    }
};

// The first block writes, publishes a ticket of 4 and one of 8 bytes; the second waits for both and reads.
template <class Machine> struct publications {
    static constexpr char const* name = "publish, observe, yield, load_fresh";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 0;
    static constexpr layout shape{.x = 2, .before = 0, .updated = true};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread();
        auto* const long_ticket = reinterpret_cast<word_pair*>(p.out + 66);
        if (Machine::block(0) == 0) {
            Machine::store(p.out + t, Machine::load(p.in + t));
            Machine::sync_block();
            if (t == 0) {
                Machine::publish(p.out + 64, word{77});
                Machine::publish(long_ticket, word_pair{78, 79});
            }
        } else {
            if (t == 0) {
                while (Machine::observe(p.out + 64) != 77) Machine::yield();
                while (Machine::observe(long_ticket).second != 79) Machine::yield();
            }
            Machine::sync_block();
            Machine::store(p.out + 32 + t, Machine::load_fresh(p.out + t) + 1);
        }
    }
    static words in() { return drawn(32, 5); }
    static words out(words const& in) {
        words all = in;
        for (word x : in) all.push_back(x + 1);
        for (word x : {77u, 0u, 78u, 79u}) all.push_back(x);
        return all;
    }
};

} // namespace tests
