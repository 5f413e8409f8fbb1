// The parts of a running kernel: threads in warps in blocks in a cluster (of one block, unless the kernel says more).
//
//     thread& me = *running->self;   me.home->lane[0], me.block->memory
#pragma once
#include <array>
#include <bit>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <new>
#include <vector>

#include "asynchrony.hpp"
#include "clock.hpp"
#include "fiber.hpp"
#include "operation.hpp"
#include "report.hpp"
#include "shadow.hpp"

namespace fovea::simt {

struct dimensions {
    word x = 1, y = 1, z = 1;
    std::uint64_t count() const { return std::uint64_t{x} * y * z; }
    word along(int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }
    std::string text() const { return spell({"(", x, ", ", y, ", ", z, ")"}); }
};

struct logged_access { // for the statistics
    std::uint64_t at;
    std::uint16_t site;
    std::uint8_t bytes;
    enum space : std::uint8_t { shared, global } where;
};

struct warp;
struct block;

struct thread {
    fiber stack;
    word index = 0, lane = 0; // in its block, in its warp
    warp* home = nullptr;
    simt::block* block = nullptr;
    bool done = false;
    knowledge knows, fenced; // fenced: what of it the asynchronous proxy sees as well
    std::shared_ptr<foreign_knowledge const> foreign;
    std::vector<copy_request> open; // not yet in a group
    std::deque<copy_group> groups;
    word copy_tick = 1; // of the copies now issued
    tile_stores stores;
    operation doing = operation::kernel;
    place where{};
    std::vector<logged_access> log;
};

struct warp {
    word index = 0; // in its block
    std::size_t position = 0; // in the engine
    word runnable = 0, alive = 0, full = 0;
    thread* lane[32] = {};
    // The collective that some lanes wait in.
    word arrived = 0;
    operation waiting_in = operation::kernel;
    place waiting_at{};
    void* argument[32] = {};
    tile_products products;
    word registers = 0; // as set by more_registers and fewer_registers
};

struct barrier {
    word expected = 0, arrived = 0;
    place last{};
    std::vector<thread*> waiting;
    simt::meeting meeting;
};

// Shared memory, 1024-byte aligned as the machine promises.
class shared_bytes {
public:
    explicit shared_bytes(word bytes)
        : bytes_(bytes),
          at_(static_cast<unsigned char*>(std::aligned_alloc(1024, round_up<std::size_t>(bytes + 1u, 1024)))) {
        if (!at_) throw std::bad_alloc();
    }
    word size() const { return bytes_; }
    unsigned char* at(word offset) const { return at_.get() + offset; }

private:
    struct release {
        void operator()(void* p) const { std::free(p); }
    };
    word bytes_;
    std::unique_ptr<unsigned char, release> at_;
};

struct block {
    block(word lanes, word bytes) : threads(lanes), warps((lanes + 31) / 32), memory(bytes) {}

    dimensions index;
    word number = 0; // in the grid
    word rank = 0;   // in its cluster
    word alive = 0;
    std::vector<thread> threads;
    std::vector<warp> warps;
    shared_bytes memory;
    simt::shadow shadow;
    std::array<barrier, 16> barriers;
    std::map<word, mbarrier> mbarriers; // by their offset in shared memory
    word named_agents = 0;              // so many are given away
    block* const* cluster = nullptr;    // its blocks, by rank
    barrier of_cluster;                 // of the first of them

    std::string text() const { return spell({"block ", index.text()}); }
};

} // namespace fovea::simt
