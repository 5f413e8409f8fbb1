// A small pool of threads for the CPU engine.
//
//     fovea::thread_pool pool(8);      fovea::run(fovea::cpu(pool), o = fovea::sum(p * v));
//
// The calling thread works too. One run at a time: calls from several threads wait for each other. A run inside a run,
// an attention in a piece of the caller's own work, goes on in its own thread.
//
// Its functions are hidden, so that two shared objects never share them; the type itself is not, since g++ would warn
// of every class that holds a pool.
#pragma once
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "fovea/base/integers.hpp"

namespace fovea::inline v0_1 {

class thread_pool {
public:
    [[gnu::visibility("hidden")]] explicit thread_pool(
        int threads = static_cast<int>(std::thread::hardware_concurrency())) {
        const auto failure = caught([&] {
            for (int i = 1; i < threads; ++i) threads_.emplace_back(start, static_cast<void*>(this));
        });
        if (!failure) return;
        stop(); // one could not be started: the others end before it is told
        std::rethrow_exception(failure);
    }
    [[gnu::visibility("hidden")]] ~thread_pool() { stop(); }
    thread_pool(thread_pool const&) = delete;
    thread_pool& operator=(thread_pool const&) = delete;

    int concurrency() const { return static_cast<int>(threads_.size()) + 1; }

    // An exception from f ends the run when the other calls have ended, and is thrown here.
    template <class F> [[gnu::visibility("hidden")]] void run(index n, F const& f) {
        if (n <= 0) return;
        if (is_working_here()) {
            for (index i = 0; i < n; ++i) f(i);
            return;
        }
        const std::lock_guard one_run(runs_);
        std::unique_lock lock(mutex_);
        caller_ = std::this_thread::get_id();
        call_ = call<F>;
        data_ = &f;
        size_ = n;
        next_ = done_ = 0;
        failure_ = nullptr;
        if (n > 1) wake_.notify_all();
        take_all(lock);
        finished_.wait(lock, [this] { return done_ == size_; });
        size_ = next_ = done_ = 0;
        caller_ = {};
        if (failure_) std::rethrow_exception(failure_);
    }

private:
    // What f throws: nothing in a program without exceptions.
    template <class F> [[gnu::visibility("hidden")]] static std::exception_ptr caught(F const& f) {
#if defined(__cpp_exceptions)
        try {
            f();
        } catch (...) { return std::current_exception(); }
#else
        f();
#endif
        return nullptr;
    }
    [[gnu::visibility("hidden")]] void stop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        wake_.notify_all();
        for (std::thread& t : threads_) t.join();
    }
    // Whether a call of this pool's has called: it would wait for itself.
    [[gnu::visibility("hidden")]] bool is_working_here() {
        const auto here = std::this_thread::get_id();
        for (std::thread const& t : threads_)
            if (t.get_id() == here) return true;
        const std::lock_guard lock(mutex_);
        return caller_ == here;
    }
    // Without a type of ours in its signature: what std::thread makes of that would be exported.
    [[gnu::visibility("hidden")]] static void start(void* pool) { static_cast<thread_pool*>(pool)->work(); }
    template <class F> [[gnu::visibility("hidden")]] static void call(void const* data, index i) {
        (*static_cast<F const*>(data))(i);
    }
    [[gnu::visibility("hidden")]] void take_all(std::unique_lock<std::mutex>& lock) {
        while (next_ < size_) {
            const index i = next_++;
            lock.unlock();
            const auto failure = caught([&] { call_(data_, i); });
            lock.lock();
            if (failure) failure_ = failure;
            if (++done_ == size_) finished_.notify_all();
        }
    }
    [[gnu::visibility("hidden")]] void work() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [this] { return stopping_ || next_ < size_; });
            if (stopping_) return;
            take_all(lock);
        }
    }

    std::mutex runs_, mutex_;
    std::condition_variable wake_, finished_;
    std::vector<std::thread> threads_;
    std::thread::id caller_; // of the run
    void (*call_)(void const*, index) = nullptr;
    void const* data_ = nullptr;
    index size_ = 0, next_ = 0, done_ = 0;
    std::exception_ptr failure_;
    bool stopping_ = false;
};

} // namespace fovea::inline v0_1
