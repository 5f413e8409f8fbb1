// The buffers of global memory that kernels may touch, and who wrote each of their elements.
//
//     memory_range o(pointer, bytes, sizeof(float), role::output, "o");   // known to every launch while it lives
//
// Without any registered range a launch checks no global address; with one, every access must lie in some range.
#pragma once
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "fovea/base/integers.hpp"
#include "fovea/base/spell.hpp"

namespace fovea::simt {

enum class role : std::uint8_t {
    input,  // only read
    output, // every element written exactly once, and not read before
    update, // read and written, by one block at a time or atomically
};

// The last access of an element: who, when, how.
struct last_write {
    word block = 0, thread = 0, tick = 0;
    enum kind : std::uint8_t { none, plain, atomic } how = none;

    static last_write from(std::uint64_t packed) {
        return {static_cast<word>(packed >> 38), static_cast<word>(packed >> 27 & 0x7ff),
                static_cast<word>(packed >> 2 & 0x1ffffff), static_cast<kind>(packed & 3)};
    }
    std::string text() const { return spell({"thread ", thread, " of block number ", block}); }
    std::uint64_t packed() const {
        return std::uint64_t{block} << 38 | std::uint64_t{thread} << 27 | std::uint64_t{tick} << 2 | how;
    }
};

struct range_cells {
    char const* first;
    char const* last;
    std::size_t granule; // bytes of an element, as far as ownership goes
    simt::role role;
    std::string name;
    std::unique_ptr<std::atomic<std::uint64_t>[]> cells; // none of an input

    std::size_t elements() const { return static_cast<std::size_t>(last - first) / granule; }
    bool holds(char const* at, std::size_t bytes) const { return at >= first && at + bytes <= last; }
    void forget() {
        if (cells)
            for (std::size_t i = 0; i < elements(); ++i) cells[i].store(0, std::memory_order_relaxed);
    }
};

class memory_ranges {
public:
    static memory_ranges& all() {
        static memory_ranges one;
        return one;
    }
    std::shared_ptr<range_cells> add(void const* at, std::size_t bytes, std::size_t granule, role as,
                                     std::string name) {
        auto const* first = static_cast<char const*>(at);
        auto range = std::make_shared<range_cells>(
            range_cells{first, first + bytes, std::max<std::size_t>(granule, 1), as, std::move(name), {}});
        if (as != role::input) range->cells = std::make_unique<std::atomic<std::uint64_t>[]>(range->elements() + 1);
        const std::lock_guard lock(mutex_);
        ranges_.push_back(range);
        return range;
    }
    void remove(std::shared_ptr<range_cells> const& range) {
        const std::lock_guard lock(mutex_);
        std::erase(ranges_, range);
    }
    std::vector<std::shared_ptr<range_cells>> sorted() const {
        const std::lock_guard lock(mutex_);
        auto copy = ranges_;
        std::sort(copy.begin(), copy.end(), [](auto const& a, auto const& b) { return a->first < b->first; });
        return copy;
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<range_cells>> ranges_;
};

// Registers memory that somebody else owns, for as long as this object lives.
class memory_range {
public:
    memory_range(void const* at, std::size_t bytes, std::size_t granule, role as, std::string name)
        : range_(memory_ranges::all().add(at, bytes, std::min<std::size_t>(granule, 4), as, std::move(name))) {}
    ~memory_range() { memory_ranges::all().remove(range_); }
    memory_range(memory_range const&) = delete;
    memory_range& operator=(memory_range const&) = delete;

    // How many bytes the last launch did not write. That it wrote none twice the launch itself reports.
    std::size_t unwritten() const {
        if (!range_->cells) return range_->elements() * range_->granule;
        std::size_t missing = 0;
        for (std::size_t i = 0; i < range_->elements(); ++i)
            missing += range_->cells[i].load(std::memory_order_relaxed) == 0;
        return missing * range_->granule;
    }

private:
    std::shared_ptr<range_cells> range_;
};

} // namespace fovea::simt
