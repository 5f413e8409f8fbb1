// Scratch memory: an array on a cache line that goes away with its owner.
//
//     buffer<float> o(96 * 128);      o.data()
#pragma once
#include <new>
#include <utility>

#include "fovea/base/integers.hpp"

namespace fovea {

// Elements are trivial and start without a value.
template <class T> class buffer {
public:
    buffer() = default;
    explicit buffer(index n)
        : data_(n > 0 ? static_cast<T*>(::operator new(static_cast<std::size_t>(n) * sizeof(T), alignment)) : nullptr),
          size_(n) {}
    buffer(buffer&& other) noexcept : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
    buffer& operator=(buffer&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        return *this;
    }
    ~buffer() {
        if (data_) ::operator delete(data_, alignment);
    }
    T* data() const { return data_; }
    T& operator[](index i) const { return data_[i]; }
    index size() const { return size_; }

private:
    static constexpr std::align_val_t alignment{64};
    T* data_ = nullptr;
    index size_ = 0;
};

} // namespace fovea
