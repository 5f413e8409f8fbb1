// The calls in the source, numbered, with what they asked of memory.
//
//     std::uint16_t n = sites.number(at, operation::load);   sites[n].sum.requests
#pragma once
#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "operation.hpp"
#include "report.hpp"

namespace fovea::simt {

struct site_record {
    place at{};
    operation what = operation::kernel;
    traffic sum;
};

class site_table {
public:
    std::uint16_t number(place at, operation what) {
        const auto file = reinterpret_cast<std::uintptr_t>(at.file);
        const std::uint64_t key = (file * 31 + at.line) * 128 + static_cast<std::uint64_t>(what);
        auto& quick = recent_[(key ^ key >> 10) % recent_.size()];
        if (quick.first != key) {
            const auto [it, fresh] = numbers_.try_emplace(key, static_cast<std::uint16_t>(all_.size()));
            if (fresh) all_.push_back({at, what, {}});
            quick = {key, it->second};
        }
        return quick.second;
    }
    site_record& operator[](std::size_t i) { return all_[i]; }
    site_record const& operator[](std::size_t i) const { return all_[i]; }
    auto begin() const { return all_.begin(); }
    auto end() const { return all_.end(); }

private:
    std::vector<site_record> all_ = std::vector<site_record>(1); // 0: none
    std::unordered_map<std::uint64_t, std::uint16_t> numbers_;
    std::array<std::pair<std::uint64_t, std::uint16_t>, 1024> recent_{};
};

} // namespace fovea::simt
