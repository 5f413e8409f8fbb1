// What a launch has to say: findings, each a sentence with the source line of the call, and statistics.
//
//     report said = launch<kernel>({2}, params);   if (!said.ok()) std::puts(said.text().c_str());
#pragma once
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "fovea/base/integers.hpp"
#include "fovea/base/spell.hpp"

namespace fovea::simt {

// Where a machine's function was called: every one of them has it as a defaulted last parameter.
struct place {
    char const* file = "?";
    word line = 0;
    static constexpr place here(char const* file = __builtin_FILE(), word line = __builtin_LINE()) {
        return {file, line};
    }
    std::string text() const {
        char const* const slash = std::strrchr(file, '/');
        return spell({slash ? slash + 1 : file, ":", line});
    }
    friend bool operator==(place const&, place const&) = default;
};

enum class fault : std::uint8_t {
    race,          // two accesses of which neither is ordered before the other
    in_flight,     // reads what an asynchronous operation is still writing
    unwritten,     // reads what nobody wrote
    stale,         // reads what discard_shared() declared dead
    proxy,         // an asynchronous operation reads generic writes without a proxy fence between
    shared_bounds, // outside the block's shared memory
    global_bounds, // outside every registered buffer, or a write to an input
    misaligned,
    ownership,  // an output element written twice, or by two blocks
    divergence, // lanes of a warp at different collectives
    left,       // a lane has left the kernel and others wait for it
    deadlock,
    protocol, // a rule of an instruction
    exception,
};

inline char const* name(fault f) {
    constexpr std::array names{"race",          "in flight",     "unwritten",  "stale",     "proxy",
                               "shared bounds", "global bounds", "misaligned", "ownership", "divergence",
                               "left",          "deadlock",      "protocol",   "exception"};
    return names[static_cast<std::size_t>(f)];
}

struct finding {
    fault what;
    place at;
    std::string sentence;
    std::uint64_t count = 1; // how often; the sentence is of the first time
};

// Of one call in the source, summed over warps. Wavefronts: passes over the 32 banks of shared memory; ideal: one for
// each 128 bytes asked for. Sectors: the 32-byte pieces of global memory touched; ideal: as many as the bytes fill.
struct traffic {
    std::uint64_t requests = 0, wavefronts = 0, ideal_wavefronts = 0, sectors = 0, ideal_sectors = 0;
    void operator+=(traffic const& t) {
        requests += t.requests;
        wavefronts += t.wavefronts;
        ideal_wavefronts += t.ideal_wavefronts;
        sectors += t.sectors;
        ideal_sectors += t.ideal_sectors;
    }
};

struct report {
    std::vector<finding> findings;
    std::map<std::string, std::uint64_t> counts; // by machine function: of warps for collectives, else of lanes
    std::map<std::pair<std::string, std::string>, traffic> sites; // by {file:line, function}; with options::count
    std::uint64_t switches = 0;
    double seconds = 0;

    bool ok() const { return findings.empty(); }
    explicit operator bool() const { return ok(); }
    std::uint64_t count(std::string const& function) const {
        const auto found = counts.find(function);
        return found == counts.end() ? 0 : found->second;
    }
    traffic total() const {
        traffic sum;
        for (auto const& [where, t] : sites) sum += t;
        return sum;
    }
    bool has(fault f) const {
        for (auto const& x : findings)
            if (x.what == f) return true;
        return false;
    }
    bool has(fault f, word line) const {
        for (auto const& x : findings)
            if (x.what == f && x.at.line == line) return true;
        return false;
    }
    std::string text() const {
        std::string all;
        for (auto const& x : findings) {
            all += spell({x.at.text(), ": ", name(x.what), ": ", x.sentence});
            if (x.count > 1) all += spell({" (", static_cast<index>(x.count), " times)"});
            all += "\n";
        }
        return all;
    }
    void operator+=(report const& other) {
        for (auto const& x : other.findings) {
            bool known = false;
            for (auto& mine : findings)
                if (mine.what == x.what && mine.at == x.at) {
                    mine.count += x.count;
                    known = true;
                    break;
                }
            if (!known) findings.push_back(x);
        }
        for (auto const& [function, n] : other.counts) counts[function] += n;
        for (auto const& [where, t] : other.sites) sites[where] += t;
        switches += other.switches;
    }
};

// When asynchronous copies and products happen: as late, or as early, as the program allows.
enum class landing : std::uint8_t { late, early };

struct options {
    word seed = 0; // 0: warps in order; else their order, and that of landings, is drawn from it
    simt::landing landing = simt::landing::late;
    bool races = true;        // the happens-before detector
    bool count = false;       // bank and sector statistics
    word workers = 0;         // operating system threads that blocks are spread over; 0: as many as there are cores
    word resident = 1; // clusters (or blocks) that run at once in a worker: for blocks that wait for each other
    word most_findings = 16; // after which a launch stops
    word stack_bytes = 65536; // of a kernel's thread
};

} // namespace fovea::simt
