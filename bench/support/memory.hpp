// Arrays on huge pages, so that a benchmark measures the engine and not the page table.
//
//     bench::array<float> k(heads * keys * 128, seed);      // filled with numbers from a normal-like distribution
#pragma once
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

#include "fovea/base/integers.hpp"

namespace bench {

using fovea::index;

struct release {
    void operator()(void* p) const { std::free(p); }
};

template <class T> class array {
public:
    array() = default;
    explicit array(index n) : size_(n) {
        constexpr std::size_t page = std::size_t{2} << 20;
        const std::size_t bytes = (static_cast<std::size_t>(n) * sizeof(T) + page - 1) / page * page;
        data_.reset(static_cast<T*>(std::aligned_alloc(page, bytes)));
        if (!data_) throw std::bad_alloc();
        madvise(data_.get(), bytes, MADV_HUGEPAGE);
    }
    array(index n, std::uint64_t seed) : array(n) {
        std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
        for (index i = 0; i < n; ++i) data_.get()[i] = T(normal(state));
    }
    T* data() const { return data_.get(); }
    index size() const { return size_; }
    index bytes() const { return size_ * static_cast<index>(sizeof(T)); }

private:
    // The sum of four uniform numbers, scaled to variance 1.
    static float normal(std::uint64_t& state) {
        state += 0x9e3779b97f4a7c15u;
        std::uint64_t x = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9u;
        x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
        x ^= x >> 31;
        float sum = 0;
        for (int i = 0; i < 4; ++i) sum += static_cast<float>((x >> (16 * i)) & 0xffff);
        return (sum / 65536.f - 2.f) * 1.7320508f;
    }

    std::unique_ptr<T, release> data_;
    index size_ = 0;
};

} // namespace bench
