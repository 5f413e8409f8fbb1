// Shared memory of two views against counting every byte of both.
#include <fovea/plan/overlap.hpp>
#include <random>
#include <set>
#include <string>

#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

alignas(64) char memory[1 << 12];

std::set<char const*> bytes_of(fv::view_facts const& v) {
    std::set<char const*> bytes;
    for (int64_t b = 0; b < v.extent.batches; ++b)
        for (int64_t h = 0; h < v.extent.heads; ++h)
            for (int64_t p = 0; p < v.extent.positions; ++p)
                for (int64_t c = 0; c < v.channels; ++c)
                    for (int64_t i = 0; i < v.element_size; ++i)
                        bytes.insert(static_cast<char const*>(v.data) + i +
                                     v.element_size * (b * v.stride.batch + h * v.stride.head + p * v.stride.position +
                                                       c * v.stride.channel));
    return bytes;
}
bool share(fv::view_facts const& a, fv::view_facts const& b) {
    const auto in_a = bytes_of(a);
    for (char const* byte : bytes_of(b))
        if (in_a.count(byte)) return true;
    return false;
}

} // namespace

TEST_CASE("views share memory exactly where counting says so", "[overlap]") {
    std::mt19937 random(1);
    const auto below = [&](int n) { return static_cast<int64_t>(random() % static_cast<unsigned>(n)); };
    const auto any_view = [&](char const* name) {
        fv::view_facts v{name, nullptr, {1 + below(3), 1 + below(3), 1 + below(4)}, 1 + below(4), {}, 4, 0, false};
        if (below(3) == 0) v.element_size = 2;
        v.stride = {below(40), below(20), below(20), below(3)};
        v.data = memory + v.element_size * below(100);
        return v;
    };
    int shared = 0;
    for (int i = 0; i < 4000; ++i) {
        const fv::view_facts a = any_view("a"), b = any_view("b");
        const bool expected = share(a, b);
        shared += expected ? 1 : 0;
        const fv::status found = fv::refuse_overlap(a, b, "move it");
        if (found.ok() == expected) {
            INFO("view " << i << ": '" << found.sentence() << "'");
            CHECK(found.ok() != expected);
        }
    }
    CHECK(shared > 400);
    CHECK(shared < 3600);
}

TEST_CASE("strides that no memory has room for, and those that do not nest, end", "[overlap]") {
    const int64_t vast = int64_t{1} << 62;
    const fv::view_facts near{"near", memory, {2, 2, 2}, 2, {8, 4, 2, 1}, 4, 0, false},
        far{"far", memory + 4, {2, 2, 9}, 2, {vast, vast, vast, vast}, 4, 0, false},
        long_one{"long", memory, {1, 99991, 99989}, 99971, {0, 6, 10, 14}, 2, 0, false},
        other{"other", memory + 2, {1, 99961, 99929}, 99923, {0, 22, 26, 34}, 2, 0, false};
    CHECK(fv::refuse_overlap(near, far, "move it").ok());
    CHECK(fv::refuse_overlap(long_one, other, "move it").ok()); // 2 bytes apart: looked for in vain
}
