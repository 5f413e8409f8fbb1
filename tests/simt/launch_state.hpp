// What the workers of one launch share, and what a kernel is to them.
//
//     launch_state state(workers);   engine e(shape, options, state, 0, hooks);
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "block.hpp"
#include "memory_ranges.hpp"

namespace fovea::simt {

// What a kernel is to the engine.
struct kernel_shape {
    dimensions grid;
    word threads = 32, bytes = 0, cluster = 1;
    void (*body)(void const* params) = nullptr;
    void const* params = nullptr;
};

// Of one launch, shared by its workers.
struct launch_state {
    explicit launch_state(std::size_t workers) : idle_at(workers) {
        for (auto& i : idle_at) i.store(0, std::memory_order_relaxed);
    }
    static constexpr std::uint64_t finished = ~std::uint64_t{0};

    std::vector<std::shared_ptr<range_cells>> ranges;
    std::mutex mutex; // of published
    std::unordered_map<void const*, std::shared_ptr<foreign_knowledge const>> published;
    std::atomic<std::uint64_t> next_cluster{0};
    std::atomic<std::uint64_t> progress{1}; // grows with every global event that a waiting block might wait for
    std::vector<std::atomic<std::uint64_t>> idle_at; // by worker: the progress at which it last had nothing to do
    std::atomic<bool> stop{false};
};

} // namespace fovea::simt
