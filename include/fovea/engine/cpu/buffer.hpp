// Scratch memory: an array on a cache line that goes away with its owner, and many arrays in one such block.
//
//     buffer<float> o(96 * 128);      o.data()
//     arena_array<float> a;
//     buffer<std::byte> block = in_one_block([&](arena& from) { a = from.take<float>(96); });
#pragma once
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Elements are trivial and start without a value. From 2 MiB on the memory asks for huge pages: a run that packs keys
// and values would otherwise spend 1 to 2 % of its time in page faults. Aligned here and not by the C library, whose
// aligned blocks seldom fit where the last such block was given back: every run would fault its pages in again.
template <class T> class buffer {
public:
    buffer() = default;
    explicit buffer(index n) : size_(n) {
        if (n <= 0) return;
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T), large = std::size_t{2} << 20;
        const std::size_t alignment = bytes >= large ? large : std::size_t{64};
        block_ = ::operator new(bytes + alignment);
        const auto end_of_slack = reinterpret_cast<std::uintptr_t>(block_) + alignment;
        data_ = reinterpret_cast<T*>(end_of_slack - end_of_slack % alignment);
#if defined(__linux__)
        if (bytes >= large) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
    }
    buffer(buffer&& other) noexcept
        : block_(std::exchange(other.block_, nullptr)), data_(other.data_), size_(std::exchange(other.size_, 0)) {}
    buffer& operator=(buffer&& other) noexcept {
        std::swap(block_, other.block_);
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~buffer() { ::operator delete(block_); }
    T* data() const { return data_; }
    T& operator[](index i) const { return data_[i]; }
    index size() const { return size_; }

private:
    void* block_ = nullptr;
    T* data_ = nullptr;
    index size_ = 0;
};

// An array in memory that another holds.
template <class T> class arena_array {
public:
    arena_array() = default;
    arena_array(T* data, index size) : data_(data), size_(size) {}
    T* data() const { return data_; }
    T& operator[](index i) const { return data_[i]; }
    index size() const { return size_; }
    arena_array first(index n) const { return {data_, n}; }

private:
    T* data_ = nullptr;
    index size_ = 0;
};

// Cuts arrays out of a block, each on a cache line. Without a block it counts, and the arrays have no data.
class arena {
public:
    explicit arena(std::byte* block = nullptr) : block_(block) {}
    template <class T> arena_array<T> take(index n) {
        static_assert(alignof(T) <= line);
        const index at = round_up(bytes_, index{line});
        bytes_ = at + n * static_cast<index>(sizeof(T));
        return {block_ == nullptr ? nullptr : reinterpret_cast<T*>(block_ + at), n};
    }
    // n of T, each made by T(arena&, a...), which takes what it needs from here.
    template <class T, class... A> arena_array<T> make(index n, A... a) {
        const arena_array<T> all = take<T>(n);
        for (index i = 0; i < n; ++i) {
            const T one(*this, a...);
            if (all.data() != nullptr) new (all.data() + i) T(one);
        }
        return all;
    }
    index bytes() const { return bytes_; }

private:
    static constexpr std::size_t line = 64;
    std::byte* block_;
    index bytes_ = 0;
};

// cut(arena&) takes all arrays; it is called twice, first to count. One block a run: of many, the C library gives those
// at the end of the heap back to the system after each run, and short runs spend half of their time in page faults.
template <class F> buffer<std::byte> in_one_block(F const& cut) {
    arena count;
    cut(count);
    buffer<std::byte> block(count.bytes());
    arena from(block.data());
    cut(from);
    return block;
}

} // namespace v0_1
} // namespace fovea
