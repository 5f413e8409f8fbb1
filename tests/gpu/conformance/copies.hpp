// Copies that run while the thread goes on: the cases of copy_machine.
#pragma once
#include "gpu/conformance/instruction.hpp"

namespace tests {

// Two groups, waited for one after the other; a copy whose source does not exist writes zeros. The stage is then given
// back and used again.
template <class Machine, int Bytes> struct copies {
    static constexpr char const* name = Bytes == 4   ? "copy_async, commit_copies, wait_copies: 4 bytes"
                                        : Bytes == 8 ? "copy_async, commit_copies, wait_copies: 8 bytes"
                                                     : "copy_async, commit_copies, wait_copies: 16 bytes";
    static constexpr int threads = 64, blocks = 1, each = Bytes / 4;
    static constexpr word shared_bytes = 2 * threads * Bytes;
    static constexpr layout shape{};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), first = Machine::shared_base(), second = first + threads * Bytes;
        const bool exists = t % 5 != 2;
        Machine::template copy_async<Bytes>(first + t * Bytes, p.in + t * each, exists);
        Machine::commit_copies();
        Machine::template copy_async<Bytes, threads * Bytes>(first + t * Bytes, p.in + (threads + t) * each, true);
        Machine::commit_copies();
        Machine::template wait_copies<1>();
        Machine::sync_block();
        const word other = threads - 1 - t;
        for (word i = 0; i < each; ++i)
            Machine::store(p.out + t * each + i, Machine::template load_shared<word>(first + other * Bytes + i * 4));
        Machine::sync_block();
        Machine::discard_shared(first + t * Bytes, word{Bytes});
        Machine::store_shared(first + t * Bytes, t);
        Machine::template wait_copies<0>();
        Machine::sync_block();
        for (word i = 0; i < each; ++i)
            Machine::store(p.out + (threads + t) * each + i,
                           Machine::template load_shared<word>(second + other * Bytes + i * 4));
        Machine::store(p.out + 2 * threads * each + t, Machine::template load_shared<word>(first + other * Bytes));
    }
    static words in() { return drawn(2 * threads * each, Bytes); }
    static words out(words const& in) {
        words all(in.size() + threads);
        for (int half = 0; half < 2; ++half)
            for (int t = 0; t < threads; ++t)
                for (int i = 0; i < each; ++i) {
                    const int from = threads - 1 - t;
                    const bool exists = half == 1 || from % 5 != 2;
                    const auto at = [&](int thread) {
                        return static_cast<std::size_t>((half * threads + thread) * each + i);
                    };
                    all[at(t)] = exists ? in[at(from)] : 0;
                }
        for (int t = 0; t < threads; ++t)
            all[in.size() + static_cast<std::size_t>(t)] = static_cast<word>(threads - 1 - t);
        return all;
    }
};
template <class Machine> using copies_4 = copies<Machine, 4>;
template <class Machine> using copies_8 = copies<Machine, 8>;
template <class Machine> using copies_16 = copies<Machine, 16>;

} // namespace tests
