// Who does the work is the caller's choice: this thread, OpenMP, the pool of fovea, or any type with two members.
// Of the CPU alone: on a GPU the caller chooses a stream (09_streams.cu).
#include <atomic>
#include <fovea/thread_pool.hpp>
#include <thread>

#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

// A thread for each piece of work: not what one would do, but all that is asked of an executor.
struct thread_each {
    std::atomic<int> started = 0;
    int concurrency() const { return 2; } // at most so many pieces at once; scratch memory is per worker
    template <class F> void run(fv::index n, F const& f) {
        std::vector<std::thread> threads;
        for (fv::index i = 0; i < n; ++i) threads.emplace_back([&f, i] { f(i); });
        started += static_cast<int>(n);
        for (auto& thread : threads) thread.join(); // run returns when all are done
    }
};

int main() {
    const fv::index length = 600, heads = 4;
    const auto q_data = sample::numbers(length * heads * 64, 1), k_data = sample::numbers(length * heads * 64, 2),
               v_data = sample::numbers(length * heads * 64, 3);
    const auto axes = fv::bshd(1, length, heads, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);
    const auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k)));

    const auto attend = [&](auto engine) {
        std::vector<float> o_data(q_data.size());
        fv::run(engine, fv::tensor(o_data.data(), axes) = fv::sum(p * v));
        return o_data;
    };
    thread_each mine;
    fv::thread_pool pool(2);
    const auto serial = attend(fv::cpu());
    // An executor that lives elsewhere is taken by reference. Results do not depend on the number of workers.
    const bool same = attend(fv::cpu(mine)) == serial && attend(fv::cpu(pool)) == serial;
    std::printf("own executor (%d threads started), pool and serial: %s\n", mine.started.load(),
                same ? "the same bits" : "DIFFERENT");
    return sample::verdict("any executor", serial, attend(fv::reference()), 64) + (same ? 0 : 1);
}
