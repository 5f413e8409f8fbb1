// Scratch memory: an array on a cache line that goes away with its owner.
//
//     buffer<float> o(96 * 128);      o.data()
#pragma once
#include <new>
#include <utility>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Elements are trivial and start without a value. From 2 MiB on the memory asks for huge pages: a run that packs keys
// and values would otherwise spend 1 to 2 % of its time in page faults.
template <class T> class buffer {
public:
    buffer() = default;
    explicit buffer(index n) : size_(n) {
        if (n <= 0) return;
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T);
        large_ = bytes >= std::size_t{2} << 20;
        data_ = static_cast<T*>(::operator new(bytes, alignment()));
#if defined(__linux__)
        if (large_) madvise(data_, bytes, MADV_HUGEPAGE);
#endif
    }
    buffer(buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)), large_(other.large_) {}
    buffer& operator=(buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(large_, other.large_);
        return *this;
    }
    ~buffer() {
        if (data_) ::operator delete(data_, alignment());
    }
    T* data() const { return data_; }
    T& operator[](index i) const { return data_[i]; }
    index size() const { return size_; }

private:
    std::align_val_t alignment() const { return std::align_val_t{large_ ? std::size_t{2} << 20 : std::size_t{64}}; }
    T* data_ = nullptr;
    index size_ = 0;
    bool large_ = false;
};

} // namespace v0_1
} // namespace fovea
