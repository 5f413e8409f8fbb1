// Statistics: passes over the banks of shared memory, sectors of global memory, for each call in the source.
//
//     log_access(e, t, logged_access::shared, address, 16, what, at);   // counted with the warp's others of this call
//
// A lane's own accesses are one instruction of its warp if they are the n-th of their call since the last collective.
// Banks: 32 of 4 bytes; 8-byte accesses go in two passes of 16 lanes, 16-byte ones in four of 8, whichever of the lanes
// take part.
#pragma once
#include <algorithm>
#include <tuple>

#include "engine.hpp"

namespace fovea::simt {

// One pass: the most words of one bank that it asks for.
inline std::uint64_t wavefronts(std::uint64_t const* at, std::size_t lanes, std::size_t bytes) {
    std::uint64_t words[32][32];
    std::size_t of_bank[32] = {};
    std::size_t most = 0;
    for (std::size_t i = 0; i < lanes; ++i)
        for (std::size_t b = 0; b < std::max<std::size_t>(bytes / 4, 1); ++b) {
            const std::uint64_t which = at[i] / 4 + b;
            auto& filled = of_bank[which % 32];
            std::uint64_t* const bank = words[which % 32];
            if (std::find(bank, bank + filled, which) == bank + filled) bank[filled++] = which;
            most = std::max(most, filled);
        }
    return most;
}

// Lanes that are served in one pass, where no two ask for other words of one bank.
inline void count_pass(traffic& to, std::uint64_t const* at, std::size_t lanes, std::size_t bytes) {
    to.wavefronts += wavefronts(at, lanes, bytes);
    ++to.ideal_wavefronts;
}

// Of the lanes that take part, in their order: which they are, and the address that each asks for.
inline void count_shared(traffic& to, word const* lane, std::uint64_t const* at, std::size_t lanes, std::size_t bytes) {
    const word together = bytes >= 16 ? 8 : bytes == 8 ? 16 : 32;
    ++to.requests;
    for (std::size_t i = 0, end = 0; i < lanes; i = end) {
        for (end = i; end < lanes && lane[end] / together == lane[i] / together;) ++end;
        count_pass(to, at + i, end - i, bytes);
    }
}

// 8x8 matrices of 16-bit numbers, by the addresses of their rows: one pass each.
inline void count_matrices(traffic& to, std::uint64_t const* rows, int matrices) {
    ++to.requests;
    for (int i = 0; i < matrices; ++i) count_pass(to, rows + 8 * i, 8, 16);
}

inline void count_global(traffic& to, word const*, std::uint64_t const* at, std::size_t lanes, std::size_t bytes) {
    std::vector<std::uint64_t> sectors;
    for (std::size_t i = 0; i < lanes; ++i)
        for (std::uint64_t s = at[i] / 32; s <= (at[i] + bytes - 1) / 32; ++s) sectors.push_back(s);
    std::sort(sectors.begin(), sectors.end());
    ++to.requests;
    to.sectors += static_cast<std::uint64_t>(std::unique(sectors.begin(), sectors.end()) - sectors.begin());
    to.ideal_sectors += ceil_div<std::uint64_t>(lanes * bytes, 32);
}

inline void log_access(engine& e, thread& t, logged_access::space where, std::uint64_t address, word bytes,
                       operation what, place at) {
    if (e.how.count && bytes) t.log.push_back({address, e.site(at, what), static_cast<std::uint8_t>(bytes), where});
}

inline void flush_traffic(engine& e, warp& w) {
    struct entry {
        std::uint16_t site;
        std::uint8_t where;
        word nth, lane, bytes;
        std::uint64_t at;
    };
    std::vector<entry> all;
    for (thread* t : w.lane) {
        if (!t) continue;
        std::map<std::pair<std::uint16_t, int>, word> seen;
        for (logged_access const& a : t->log)
            all.push_back({a.site, a.where, seen[{a.site, a.where}]++, t->lane, a.bytes, a.at});
        t->log.clear();
    }
    const auto key = [](entry const& x) { return std::tuple(x.site, x.where, x.nth); };
    std::sort(all.begin(), all.end(), [](entry const& a, entry const& b) {
        return std::tie(a.site, a.where, a.nth, a.lane) < std::tie(b.site, b.where, b.nth, b.lane);
    });
    std::vector<std::uint64_t> at;
    std::vector<word> lane;
    for (std::size_t i = 0, end = 0; i < all.size(); i = end) {
        at.clear(), lane.clear();
        for (end = i; end < all.size() && key(all[end]) == key(all[i]); ++end)
            at.push_back(all[end].at), lane.push_back(all[end].lane);
        const auto count = all[i].where == logged_access::shared ? count_shared : count_global;
        count(e.sites[all[i].site].sum, lane.data(), at.data(), at.size(), all[i].bytes);
    }
}

} // namespace fovea::simt
