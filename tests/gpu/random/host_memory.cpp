// This program's operator new: from one region, which the device can be shown.
#include <sys/mman.h>

#include <bit>
#include <cstdint>
#include <mutex>
#include <new>

#include "gpu/random/host_memory.hpp"
#include "support/memory.hpp"

namespace {

const bool told = [] {
    tests::pages_come = tests::register_pages;
    tests::pages_go = tests::unregister_pages;
    return true;
}();

// Blocks of powers of two from one region, with their size in the 16 bytes before them; kept for reuse, never returned.
class region {
public:
    void* take(std::size_t bytes) {
        const auto power = static_cast<int>(std::bit_width((bytes + header) | 31));
        const std::lock_guard lock(mutex_);
        if (!base_) open();
        if (node* const free = free_[power]) {
            free_[power] = free->next;
            return free;
        }
        const std::size_t all = std::size_t{1} << power;
        if (used_ + all > size) throw std::bad_alloc();
        char* const block = base_ + used_;
        used_ += all;
        *reinterpret_cast<int*>(block) = power;
        return block + header;
    }
    void give(void* at) {
        if (!at) return;
        const std::lock_guard lock(mutex_);
        auto* const freed = static_cast<node*>(at);
        const int power = *reinterpret_cast<int*>(static_cast<char*>(at) - header);
        freed->next = free_[power];
        free_[power] = freed;
    }
    void show_to_device() {
        const std::lock_guard lock(mutex_);
        if (shown_) return;
        if (!base_) open();
        tests::register_pages(base_, size);
        shown_ = true;
    }

private:
    struct node {
        node* next;
    };
    static constexpr std::size_t size = std::size_t{512} << 20, header = 16;

    void open() {
        void* const at =
            mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) throw std::bad_alloc();
        base_ = static_cast<char*>(at);
    }

    std::mutex mutex_;
    char* base_ = nullptr;
    std::size_t used_ = 0;
    node* free_[64] = {};
    bool shown_ = false;
};
region all_memory; // constant-initialised: there before the first allocation

} // namespace

namespace tests {
void show_memory_to_device() { all_memory.show_to_device(); }
} // namespace tests

void* operator new(std::size_t bytes) { return all_memory.take(bytes); }
void* operator new[](std::size_t bytes) { return all_memory.take(bytes); }
void operator delete(void* at) noexcept { all_memory.give(at); }
void operator delete[](void* at) noexcept { all_memory.give(at); }
void operator delete(void* at, std::size_t) noexcept { all_memory.give(at); }
void operator delete[](void* at, std::size_t) noexcept { all_memory.give(at); }
