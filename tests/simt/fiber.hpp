// A stack of its own for every thread of a kernel, and the switch from one to the next in a dozen instructions.
//
//     fiber host, lane; lane.start(stacks.low(0), stacks.bytes(), entry);   host.switch_to(lane);
//
// x86-64 with the System V calling convention. The address and thread sanitizers are told of each switch where they
// are linked: their functions are weak references, null in a build without them.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <new>

#if !defined(__x86_64__)
#error "fovea: the emulator switches stacks by hand and knows only x86-64"
#endif

extern "C" {
[[gnu::weak]] void __sanitizer_start_switch_fiber(void** fake_stack, void const* bottom, std::size_t bytes);
[[gnu::weak]] void __sanitizer_finish_switch_fiber(void* fake_stack, void const** bottom, std::size_t* bytes);
[[gnu::weak]] void __asan_unpoison_memory_region(void const volatile* at, std::size_t bytes);
[[gnu::weak]] void* __tsan_get_current_fiber();
[[gnu::weak]] void* __tsan_create_fiber(unsigned flags);
[[gnu::weak]] void __tsan_destroy_fiber(void* fiber);
[[gnu::weak]] void __tsan_switch_to_fiber(void* fiber, unsigned flags);
}

namespace fovea::simt {

// Keeps the registers that a callee must keep on the old stack, its pointer in *keep, and goes on where `to` stopped.
// It jumps instead of returning: the predictor of returns would miss every time.
[[gnu::naked, gnu::noinline]] inline void swap_stacks(void** /*keep*/, void* /*to*/) {
    asm volatile("pushq %rbp\n\tpushq %rbx\n\tpushq %r12\n\tpushq %r13\n\tpushq %r14\n\tpushq %r15\n\t"
                 "movq %rsp, (%rdi)\n\tmovq %rsi, %rsp\n\t"
                 "popq %r15\n\tpopq %r14\n\tpopq %r13\n\tpopq %r12\n\tpopq %rbx\n\tpopq %rbp\n\t"
                 "popq %rcx\n\tjmpq *%rcx");
}
// Called through a pointer that the compiler must believe: g++ would see which registers the assembly names and keep
// its own in the others.
inline void (*volatile swap_stacks_unseen)(void**, void*) = swap_stacks;

// The default one is the stack it is called on, and may only be switched from and back to.
class fiber {
public:
    fiber() = default;
    fiber(fiber const&) = delete;
    fiber& operator=(fiber const&) = delete;
    ~fiber() {
        if (watched_ && started_ && __tsan_destroy_fiber) __tsan_destroy_fiber(watched_);
    }

    // The next switch to this fiber calls entry(), which must not return.
    void start(void* low, std::size_t bytes, void (*entry)()) {
        low_ = low;
        bytes_ = bytes;
        if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(low, bytes);
        if (!watched_ && __tsan_create_fiber) watched_ = __tsan_create_fiber(0);
        started_ = true;
        const auto top = (reinterpret_cast<std::uintptr_t>(low) + bytes) & ~std::uintptr_t{15};
        auto* at = reinterpret_cast<void**>(top);
        *--at = nullptr; // where entry() would return to: rsp is 8 modulo 16 at a function's first instruction
        *--at = reinterpret_cast<void*>(entry);
        for (int i = 0; i < 6; ++i) *--at = nullptr;
        stack_ = at;
    }

    // From this fiber, which must be the running one, to another.
    void switch_to(fiber& to) {
        if (!watched_ && __tsan_get_current_fiber) watched_ = __tsan_get_current_fiber();
        if (__sanitizer_start_switch_fiber) __sanitizer_start_switch_fiber(&fake_, to.low_, to.bytes_);
        if (__tsan_switch_to_fiber) __tsan_switch_to_fiber(to.watched_, 0);
        swap_stacks_unseen(&stack_, to.stack_);
        if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(fake_, nullptr, nullptr);
    }

    // Called first in entry(), with the fiber that was switched from; tells the host's stack to the sanitizer.
    static void entered(fiber& host) {
        void const* low = nullptr;
        std::size_t bytes = 0;
        if (__sanitizer_finish_switch_fiber) __sanitizer_finish_switch_fiber(nullptr, &low, &bytes);
        if (!host.low_) {
            host.low_ = const_cast<void*>(low);
            host.bytes_ = bytes;
        }
    }

private:
    void* stack_ = nullptr;
    void* low_ = nullptr;
    std::size_t bytes_ = 0;
    void* fake_ = nullptr;    // the address sanitizer's
    void* watched_ = nullptr; // the thread sanitizer's
    bool started_ = false;
};

// Stacks with an inaccessible page below each.
class stack_pool {
public:
    stack_pool(std::size_t stacks, std::size_t bytes) : bytes_(bytes), all_(stacks * (bytes + page)) {
        void* at = mmap(nullptr, all_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) throw std::bad_alloc();
        first_ = static_cast<char*>(at);
        for (std::size_t i = 0; i < stacks; ++i) mprotect(first_ + i * (bytes_ + page), page, PROT_NONE);
    }
    ~stack_pool() {
        if (__asan_unpoison_memory_region) __asan_unpoison_memory_region(first_, all_);
        munmap(first_, all_);
    }
    stack_pool(stack_pool const&) = delete;
    stack_pool& operator=(stack_pool const&) = delete;

    void* low(std::size_t i) const { return first_ + i * (bytes_ + page) + page; }
    std::size_t bytes() const { return bytes_; }

private:
    static constexpr std::size_t page = 4096;
    std::size_t bytes_, all_;
    char* first_ = nullptr;
};

} // namespace fovea::simt
