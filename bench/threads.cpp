// How much faster are two cores than one? Wall clock, since two threads are meant to share it: run on an idle machine.
//
// Idle or not is measured too: two threads of bare multiply-adds against one, in the same alternation. The CPU time of
// both threads over that of one tells what the division of the work costs, on a busy machine as well.
#include <atomic>
#include <thread>

#include "fovea/thread_pool.hpp"
#include "support/peak.hpp"
#include "support/report.hpp"
#include "support/workload.hpp"

namespace {

namespace fv = fovea;
using bench::index;

template <class T, index D>
void measure(bench::report& report, bench::options const& options, fv::thread_pool& pool, index length) {
    const index heads = std::max(index{2}, 16384 / length);
    const bench::workload<T, D> w({heads, heads, length, length});
    const index rounds = options.quick ? 20000 : 2000000;
    const auto burst = [rounds](index) { bench::fp32_burst(rounds); };
    for (const bool causal : {false, true}) {
        const auto attention = [&](auto engine) {
            if (causal) fv::run(engine, w.o() = fv::sum(fv::softmax(fv::where(fv::causal, w.scores())) * w.v()));
            else fv::run(engine, w.o() = fv::sum(fv::softmax(w.scores()) * w.v()));
        };
        const bench::work one = [&] { attention(fv::cpu()); }, two = [&] { attention(fv::cpu(pool)); };
        const auto effort = options.with({.repeats = 11, .seconds = 3});
        const auto s =
            bench::alternate({one, two, [&] { burst(0); }, [&] { pool.run(2, burst); }}, effort, bench::wall_seconds);
        const auto cpu = bench::alternate({one, two}, effort, bench::process_seconds);
        const double speedup = s[0] / s[1], machine = 2 * s[2] / s[3];
        std::printf("%s  d %3td  %5td tokens  %td heads  %-6s  one %9.3f ms  two %9.3f ms  %.2f times  "
                    "(bare products %.2f, CPU time %.3f of one's)\n",
                    bench::dtype_name<T>, D, length, heads, causal ? "causal" : "full", 1e3 * s[0], 1e3 * s[1], speedup,
                    machine, cpu[1] / cpu[0]);
        std::fflush(stdout);
        report.add({{"case", "threads"},
                    {"dtype", bench::dtype_name<T>},
                    {"head_dim", D},
                    {"queries", length},
                    {"keys", length},
                    {"heads", heads},
                    {"kv_heads", heads},
                    {"mask", causal ? "causal" : "full"},
                    {"threads", 2},
                    {"fovea_s", s[1]},
                    {"one_thread_s", s[0]},
                    {"speedup", speedup},
                    {"bare_products_speedup", machine},
                    {"cpu_ratio", cpu[1] / cpu[0]}});
    }
}

// Each of the pool's two threads on a core of its own: a busy scheduler may leave both on one.
void pin_each(fv::thread_pool& pool) {
    std::atomic<int> arrived = 0;
    pool.run(2, [&arrived](index i) {
        bench::pin_to_core(static_cast<int>(i));
        for (++arrived; arrived < 2;) std::this_thread::yield();
    });
}

} // namespace

int main(int count, char** arguments) {
    const bench::options options = bench::read_options(count, arguments);
    bench::unpin();
    if (std::thread::hardware_concurrency() < 2) return std::puts("one core: nothing to compare"), 0;
    bench::report report("threads", options);
    report.set("unit", "s of wall clock, medians of alternating runs");
    fv::thread_pool pool(2);
    pin_each(pool);
    bench::for_each_format([&]<class T, bench::index D> {
        for (const bench::index length : {2048, 8192})
            if (!options.quick || length == 2048) measure<T, D>(report, options, pool, options.quick ? 512 : length);
    });
    report.write();
}
