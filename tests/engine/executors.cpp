// The laws of executors: every index once, done on return; and the same bits from all of them.
#include <atomic>
#include <fovea/thread_pool.hpp>

#include "engine/small_problem.hpp"
#include "support/catch.hpp"

// A limit of memory would stop a sanitizer's own.
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#if !defined(__has_feature)
#define FOVEA_TEST_NO_THREAD 1
#elif !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && !__has_feature(memory_sanitizer)
#define FOVEA_TEST_NO_THREAD 1
#endif
#endif
#if defined(FOVEA_TEST_NO_THREAD)
#include <fstream>
#include <sys/mman.h>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>
#endif

namespace fv = fovea;

namespace {

template <class E> void every_index_once(E& executor) {
    CHECK(executor.concurrency() >= 1);
    for (std::int64_t n : {-1, 0, 1, 2, 3, 17, 1000}) {
        std::vector<std::atomic<int>> seen(static_cast<std::size_t>(n > 0 ? n : 0));
        executor.run(n, [&](std::int64_t i) { ++seen[static_cast<std::size_t>(i)]; });
        int wrong = 0;
        for (auto const& count : seen) wrong += count != 1;
        CHECK(wrong == 0);
    }
}

const tests::shape some{.batches = 2,
                        .heads = 4,
                        .kv_heads = 2,
                        .queries = 200,
                        .keys = 300,
                        .channels = 16,
                        .value_channels = 16,
                        .first_query = 100,
                        .placed = true};

} // namespace

TEST_CASE("executors call every index once and return when all are done", "[executors]") {
    fv::serial serial;
    every_index_once(serial);
    for (int workers : {1, 2, 5}) {
        fv::thread_pool pool(workers);
        every_index_once(pool);
        every_index_once(pool); // a pool is used again
    }
#if defined(_OPENMP)
    fv::openmp team{3};
    every_index_once(team);
#endif
}

TEST_CASE("a run inside a run of the same pool ends", "[executors]") {
    for (int workers : {1, 2, 3}) {
        fv::thread_pool pool(workers);
        std::atomic<int> calls = 0;
        const auto innermost = [&](fv::index) { ++calls; };
        const auto inner = [&](fv::index) { pool.run(5, innermost); };
        pool.run(7, [&](fv::index) { pool.run(3, inner); });
        CHECK(calls == 7 * 3 * 5);
        CHECK_THROWS_AS(pool.run(2, [&](fv::index) { pool.run(2, [](fv::index) { throw 1; }); }), int);
        pool.run(4, innermost); // and the pool is as before
        CHECK(calls == 7 * 3 * 5 + 4);
    }
}

#if defined(FOVEA_TEST_NO_THREAD)
TEST_CASE("a pool that cannot start a thread says so", "[executors]") {
    std::int64_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    rlimit before{}, tight{};
    REQUIRE(getrlimit(RLIMIT_AS, &before) == 0);
    tight = before;
    tight.rlim_cur = static_cast<rlim_t>(pages * sysconf(_SC_PAGESIZE)) + (rlim_t{1} << 28); // of some dozen stacks
    REQUIRE(setrlimit(RLIMIT_AS, &tight) == 0);
    constexpr std::size_t far = std::size_t{1} << 32;
    void* const beyond = mmap(nullptr, far, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (beyond != MAP_FAILED) { // an emulator of processors keeps no such limit
        munmap(beyond, far);
        REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
        WARN("addresses have no limit here");
        return;
    }
    bool refused = false;
    try {
        fv::thread_pool pool(2000);
    } catch (std::system_error const&) { refused = true; }
    REQUIRE(setrlimit(RLIMIT_AS, &before) == 0);
    CHECK(refused);
}
#endif

TEST_CASE("results do not depend on the executor", "[executors]") {
    tests::small_problem<float> alone(some);
    alone.run(fv::cpu());
    CHECK(alone.compared() == "");
    for (int workers : {1, 3}) {
        fv::thread_pool pool(workers);
        for (int round = 0; round < 3; ++round) {
            tests::small_problem<float> x(some);
            x.run(fv::cpu(pool));
            CHECK(x.same_bits(alone));
        }
    }
#if defined(_OPENMP)
    tests::small_problem<float> x(some);
    x.run(fv::cpu(fv::openmp{2}));
    CHECK(x.same_bits(alone));
#endif
}

TEST_CASE("an engine is shared by many runs at once", "[executors]") {
    tests::small_problem<float> right(some);
    right.run(fv::cpu());
    fv::thread_pool pool(3);
    std::atomic<int> wrong = 0;
    pool.run(6, [&](std::int64_t) {
        tests::small_problem<float> x(some);
        x.run(fv::cpu());
        wrong += !x.same_bits(right);
    });
    CHECK(wrong == 0);
}

TEST_CASE("no more workers than there is work for take memory", "[executors]") {
    struct many : fv::serial {
        int concurrency() const { return 2'000'000'000; }
    };
    for (std::int64_t queries : {2, 200}) {
        tests::shape s = some;
        s.queries = queries;
        tests::small_problem<float> x(s);
        CHECK_NOTHROW(x.run(fv::cpu(many{})));
        CHECK(x.compared() == "");
    }
    float from[8] = {1, 2, 3, 4, 5, 6, 7, 8}, to[8] = {};
    const auto axes = fv::bshd(1, 2, 1, std::int64_t{4});
    CHECK_NOTHROW(fv::run(fv::cpu(many{}), fv::tensor(to, axes) = fv::scale(fv::tensor(from, axes), 1.f)));
    CHECK(to[7] == 8);
}
