// Who runs the CPU engine's work: an executor the caller chooses.
//
//     run(cpu(), ...);                  // this thread
//     run(cpu(openmp{}), ...);          // an OpenMP team
//     run(cpu(pool), ...);              // <fovea/thread_pool.hpp>, or your own
//
// Required call: run(n, f) calls f(i) for every i of [0, n), in any order and on any thread, and returns when all are
// done; concurrency() says how many it may run at once. Laws: tests/engine/executors.cpp.
// Models: serial, openmp, thread_pool.
#pragma once
#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

template <class E>
concept executor = requires(E& e, void (*f)(index)) {
    e.run(index{1}, f);
    static_cast<int>(e.concurrency());
};

// The calling thread alone: the default, so that no thread starts unasked.
struct serial {
    int concurrency() const { return 1; }
    template <class F> void run(index n, F const& f) const {
        for (index i = 0; i < n; ++i) f(i);
    }
};

#if defined(_OPENMP)
// An OpenMP team of `threads`, or of the default size.
struct openmp {
    int threads = 0;
    int concurrency() const;
    template <class F> void run(index n, F const& f) const {
        const int team = concurrency();
#pragma omp parallel for schedule(dynamic, 1) num_threads(team)
        for (index i = 0; i < n; ++i) f(i);
    }
};
extern "C" int omp_get_max_threads();
inline int openmp::concurrency() const { return threads > 0 ? threads : omp_get_max_threads(); }
#endif

// Indices handed out one by one to whoever asks next.
class work_queue {
public:
    explicit work_queue(index n) : size_(n) {}
    // The next index, or -1 when none is left.
    index next() {
        const index i = __atomic_fetch_add(&next_, index{1}, __ATOMIC_RELAXED);
        return i < size_ ? i : -1;
    }

private:
    index next_ = 0, size_;
};

// What an executor is given: one type for every f, so that neither its run nor what it keeps of f is made anew for each
// problem, and no type of the engine's ends up in a class of the caller's.
class work {
public:
    template <class F> explicit work(F const& f) : f_(&f), call_(call<F>) {}
    void operator()(index i) const { call_(f_, i); }

private:
    template <class F> [[gnu::visibility("hidden")]] static void call(void const* f, index i) {
        (*static_cast<F const*>(f))(i);
    }

    void const* f_;
    void (*call_)(void const*, index);
};

// How many workers there is work for: no more take memory.
constexpr index workers_for(index jobs, index concurrency) { return greatest(index{1}, least(jobs, concurrency)); }

// f(worker, i) for every i of [0, n), handed out in order to at most `workers` workers.
template <executor E, class F> void share_out(E& executor, index workers, index n, F const& f) {
    if (n <= 0) return;
    work_queue queue(n);
    const index used = least(workers, n);
    const auto share = [&](index worker) {
        for (index i = queue.next(); i >= 0; i = queue.next()) f(worker, i);
    };
    executor.run(used, work(share));
}

} // namespace fovea::inline v0_1
