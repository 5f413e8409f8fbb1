// The state of asynchronous operations: copies by threads and by tiles, products of tiles, barriers in shared memory.
//
//     t.groups.front().copies   w.products.open   b.mbarriers[offset].pending
#pragma once
#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "clock.hpp"
#include "report.hpp"

namespace fovea::simt {

struct thread;

// What a thread knows of the global writes of other blocks: their threads' times, by block.
using foreign_knowledge = std::map<word, std::vector<word>>;

struct copy_request {
    word to, bytes;
    void const* from; // null: zeros
    word tick;        // of the thread's copy engine
    bool landed = false, awaited = false;
};
struct copy_group {
    std::vector<copy_request> copies;
    word tick;
};

// Sums what threads know without joining a clock that they share twice.
struct gathering {
    shared_clock sum, last;
    void add(knowledge const& k) {
        if (!k.base.is(last)) {
            if (sum) sum.join(k.base);
            else sum = k.base;
            last = k.base;
        }
        sum.raise(k.self, k.own);
        sum.raise(k.copier, k.copies);
    }
};

struct meeting { // what is known where threads meet
    gathering knows, fenced;
    std::shared_ptr<foreign_knowledge const> foreign;
};

// ---- cp.async.bulk stores of one thread ----

struct tile_store {
    std::function<void()> read, write; // out of shared memory; into global memory
};
struct tile_store_group {
    std::vector<tile_store> stores;
    word tick;
    bool was_read = false;
};
struct tile_stores {
    std::vector<tile_store> open;
    std::deque<tile_store_group> groups;
    word tick = 1;
    simt::agent agent = 0; // 0: it has none yet; agent 0 is a thread
};

// ---- wgmma: a warp's share of its warp group's products ----

struct held_sums { // what the registers will hold, while they hold poison
    std::array<void*, 32> at;
    std::vector<word> values; // of lane 0, lane 1, …
};
struct tile_product {
    std::shared_ptr<held_sums> sums;
    std::function<void()> run; // empty once it has
};
struct tile_product_group {
    std::vector<tile_product> products;
    word tick;
};
struct tile_products {
    std::vector<tile_product> open;
    std::deque<tile_product_group> groups;
    std::vector<std::shared_ptr<held_sums>> held;
    std::vector<void*> fenced; // lane 0's sums that were fenced since they were last readable
    bool fenced_since_wait = false;
    word tick = 1;
    std::uint64_t sequence = 0, count = 0; // what was issued: all four warps issue the same
    place last{};
};

// ---- barriers in shared memory ----

// What the last thread learned, for the next one that knew the same before.
struct acquisition {
    shared_clock before, after;
};
struct mbarrier {
    struct waiter {
        simt::thread* thread;
        word parity;
    };
    word count = 0, pending = 0, phase = 0;
    std::int64_t bytes = 0; // expected and not yet come
    agent copier = 0;       // the tile copies that report to it
    word copies = 0;
    epoch initialised{}, fenced{};
    place last{};
    meeting arriving, ended;
    acquisition knows, fence;
    std::vector<waiter> waiting;
};

} // namespace fovea::simt
