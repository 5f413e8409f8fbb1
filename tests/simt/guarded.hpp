// A buffer that ends at an inaccessible page, with a mebibyte of nobody's addresses on either side.
//
//     guarded<float> o(rows * 64, role::output, "o");
//     launch<kernel>(grid, {o.data()});   REQUIRE(o.unwritten() == 0);
//
// It catches what a kernel does through raw pointers too, and never lets the overrun of one buffer land in another.
// Every launch knows it: see memory_ranges.hpp. Fresh memory is poison: NaN in every floating-point format.
#pragma once
#include <sys/mman.h>

#include <cstddef>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "memory_ranges.hpp"

namespace fovea::simt {

class guarded_pages {
public:
    explicit guarded_pages(std::size_t bytes) : bytes_(round_up<std::size_t>(bytes, 16)) {
        const std::size_t pages = round_up(bytes_, page);
        all_ = pages + 2 * gap;
        void* at = mmap(nullptr, all_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (at == MAP_FAILED) throw std::bad_alloc();
        low_ = static_cast<char*>(at);
        mprotect(low_ + gap, pages, PROT_READ | PROT_WRITE);
        first_ = low_ + gap + pages - bytes_;
        std::memset(first_, 0xff, bytes_);
    }
    ~guarded_pages() { munmap(low_, all_); }
    guarded_pages(guarded_pages const&) = delete;
    guarded_pages& operator=(guarded_pages const&) = delete;
    char* first() const { return first_; }

private:
    static constexpr std::size_t page = 4096, gap = std::size_t{1} << 20;
    std::size_t bytes_, all_ = 0;
    char *low_ = nullptr, *first_ = nullptr;
};

template <class T> class guarded {
    static_assert(std::is_trivially_copyable_v<T>);

public:
    explicit guarded(std::size_t elements, role as = role::input, std::string name = "buffer")
        : elements_(elements),
          pages_(elements * sizeof(T)),
          range_(pages_.first(), elements * sizeof(T), sizeof(T), as, std::move(name)) {}

    T* data() { return reinterpret_cast<T*>(pages_.first()); }
    T const* data() const { return reinterpret_cast<T const*>(pages_.first()); }
    std::size_t size() const { return elements_; }
    T& operator[](std::size_t i) { return data()[i]; }
    T const& operator[](std::size_t i) const { return data()[i]; }
    T* begin() { return data(); }
    T* end() { return data() + elements_; }
    T const* begin() const { return data(); }
    T const* end() const { return data() + elements_; }

    // Bytes that the last launch did not write.
    std::size_t unwritten() const { return range_.unwritten(); }

private:
    std::size_t elements_;
    guarded_pages pages_;
    memory_range range_;
};

} // namespace fovea::simt
