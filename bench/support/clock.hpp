// What time is counted: CPU time, since other work on a machine only ever adds to the wall clock.
//
//     const double begin = bench::thread_seconds();   f();   const double s = bench::thread_seconds() - begin;
#pragma once
#include <sched.h>
#include <time.h>

namespace bench {

inline double seconds_of(clockid_t clock) {
    timespec t{};
    clock_gettime(clock, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}
inline double thread_seconds() { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
inline double process_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }
inline double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }

// Keeps the calling thread on one core; where that is not allowed, nothing happens.
inline void pin_to_core(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

// Lets the calling thread, and those it starts from now on, run anywhere.
inline void unpin() {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int core = 0; core < CPU_SETSIZE; ++core) CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

} // namespace bench
