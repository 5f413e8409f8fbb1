// Runs a kernel over a grid on the CPU and says what was wrong with it.
//
//     struct copy_rows { static constexpr word threads = 128, shared_bytes = 4096; struct params {…};
//                        static void run(params const& p) { … machine::sync_block(); … } };
//     report said = launch<copy_rows>({.x = 4}, {…}, {.seed = 3, .count = true});
//
// shared_bytes may also be a static function of params; `cluster`, blocks of a cluster along x, may be there. The
// blocks are spread over operating system threads in their order, each of which runs options::resident clusters at
// once. One launch at a time may use a registered output.
#pragma once
#include <algorithm>
#include <chrono>
#include <thread>

#include "machine.hpp"

namespace fovea::simt {

template <class Kernel> word shared_bytes_of(typename Kernel::params const& params) {
    if constexpr (requires { Kernel::shared_bytes(params); }) return Kernel::shared_bytes(params);
    else return Kernel::shared_bytes;
}
template <class Kernel> constexpr word cluster_of() {
    if constexpr (requires { Kernel::cluster; }) return Kernel::cluster;
    else return 1;
}

inline report report_of(engine const& e) {
    report said;
    for (auto const& [f, other] : e.found) said.findings.push_back(f);
    for (std::size_t i = 0; i < operations; ++i)
        if (e.counts[i]) said.counts[name(static_cast<operation>(i))] += e.counts[i];
    for (auto const& s : e.sites)
        if (s.sum.requests) said.sites[{s.at.text(), name(s.what)}] += s.sum;
    said.switches = e.switches;
    return said;
}

inline report launch(kernel_shape const& shape, options const& how) {
    const auto start = std::chrono::steady_clock::now();
    const std::uint64_t clusters = ceil_div<std::uint64_t>(shape.grid.count(), shape.cluster);
    const std::uint64_t waves = ceil_div<std::uint64_t>(clusters, how.resident);
    const std::uint64_t cores = how.workers ? how.workers : std::max(1u, std::thread::hardware_concurrency());
    const auto workers = static_cast<std::size_t>(std::min(waves, cores));
    launch_state state(workers);
    state.ranges = memory_ranges::all().sorted();
    for (auto const& range : state.ranges) range->forget();

    report said;
    if (shape.grid.x % shape.cluster || shape.cluster > 16) {
        said.findings.push_back(
            {fault::protocol, {}, "a cluster has at most 16 blocks, and the grid's x is a multiple of them"});
        return said;
    }
    std::mutex saying;
    const auto work = [&](std::size_t worker) {
        engine e(shape, how, state, worker, {flush_traffic, warp_left, {copies_ended, barriers_ended}});
        while (!state.stop) {
            const std::uint64_t wave = state.next_cluster.fetch_add(1);
            if (wave >= waves) break;
            e.run(wave * how.resident);
            if (e.failed || e.found.size() >= how.most_findings) state.stop = true;
        }
        state.idle_at[worker].store(launch_state::finished);
        state.progress.fetch_add(1);
        const std::lock_guard lock(saying);
        said += report_of(e);
    };
    std::vector<std::thread> others;
    for (std::size_t i = 1; i < workers; ++i) others.emplace_back(work, i);
    if (workers) work(0);
    for (auto& t : others) t.join();
    said.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return said;
}

template <class Kernel>
report launch(dimensions grid, typename Kernel::params const& params, options const& how = {}) {
    static_assert(Kernel::threads % 32 == 0 && Kernel::threads > 0 && Kernel::threads <= 1024,
                  "fovea: a block has whole warps of 32 threads, at most 1024");
    const auto body = [](void const* p) { Kernel::run(*static_cast<typename Kernel::params const*>(p)); };
    return launch({grid, Kernel::threads, shared_bytes_of<Kernel>(params), cluster_of<Kernel>(), body, &params}, how);
}

} // namespace fovea::simt
