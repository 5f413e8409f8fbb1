// Buffers that punish: poisoned before use, flush against a page that may not be touched, checked afterwards.
//
//     tests::guarded<float> o(n);   ... run ...   o.gaps_changed(is_an_element) == 0
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <type_traits>

#include <fovea/dtype/formats.hpp>

namespace tests {

// A signalling pattern in every format: NaN, with bits that no computation makes.
template <class T> T poison() {
    T x;
    if constexpr (std::is_same_v<T, float>) {
        const std::uint32_t bits = 0x7fbadbad;
        std::memcpy(&x, &bits, sizeof x);
    } else if constexpr (std::is_same_v<T, fovea::bf16>) x.bits = 0x7fbd;
    else x.bits = 0x7dbd;
    return x;
}
template <class T> bool is_poison(T const& x) {
    const T p = poison<T>();
    return std::memcmp(&x, &p, sizeof x) == 0;
}

// Told of the pages of each buffer as they come and go: a device must know them before it can read them.
inline void (*pages_come)(void* at, std::size_t bytes) = nullptr;
inline void (*pages_go)(void* at) = nullptr;

// At the end of its memory, or at the beginning: the page after, or before, is forbidden.
enum class edge { after, before };

template <class T> class guarded {
public:
    explicit guarded(std::int64_t n, edge where = edge::after) : size_(n) {
        const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
        const std::size_t bytes = static_cast<std::size_t>(n) * sizeof(T);
        const std::size_t used = (bytes + page - 1) / page * page;
        mapped_ = used + 2 * page;
        base_ = static_cast<char*>(mmap(nullptr, mapped_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        if (base_ == MAP_FAILED || (used > 0 && mprotect(base_ + page, used, PROT_READ | PROT_WRITE) != 0))
            throw std::runtime_error("no memory for a guarded buffer");
        data_ = reinterpret_cast<T*>(base_ + page + (where == edge::after ? used - bytes : 0));
        for (std::int64_t i = 0; i < n; ++i) data_[i] = poison<T>();
        if (pages_come && used > 0) pages_come(pages_ = base_ + page, used);
    }
    guarded(guarded const&) = delete;
    guarded& operator=(guarded const&) = delete;
    ~guarded() {
        if (pages_go && pages_) pages_go(pages_);
        munmap(base_, mapped_);
    }
    T* data() const { return data_; }
    std::int64_t size() const { return size_; }
    // Elements that are still as they were before anything was written.
    std::int64_t untouched() const {
        std::int64_t n = 0;
        for (std::int64_t i = 0; i < size_; ++i) n += is_poison(data_[i]);
        return n;
    }

private:
    char* base_;
    char* pages_ = nullptr; // that were announced
    T* data_;
    std::size_t mapped_;
    std::int64_t size_;
};

} // namespace tests
