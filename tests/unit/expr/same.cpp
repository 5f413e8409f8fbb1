// Which expressions are equal: type, numbers, views, tables, functors; never by what lies between their members.
#include <cstring>
#include <fovea/expr/same.hpp>
#include <fovea/mask/sliding_window.hpp>
#include <fovea/score/bias.hpp>
#include <fovea/score/relative_bias.hpp>
#include <fovea/score/softcap.hpp>
#include <new>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

const std::vector<float> numbers(64, 1.f), others(64, 1.f);

auto view_of(std::vector<float> const& x, std::int64_t first = 0) {
    return fv::at(fv::tensor(x.data(), fv::bhsd(1, 2, 4, fv::constant_size<8>{})), first);
}

struct functor {
    float factor;
    float operator()(float s) const { return factor * s; }
};

// Equal by what it computes with, whatever else it holds.
struct labelled {
    char label;
    std::int64_t width;
    std::int64_t operator()(std::int64_t d) const { return d / width; }
    bool operator==(labelled const& other) const { return width == other.width; }
};

// Copies made in memory full of one byte or another: only padding may differ.
template <class T> bool same_whatever_padding(T const& x) {
    alignas(T) unsigned char memory[2][sizeof(T)];
    std::memset(memory[0], 0x55, sizeof(T));
    std::memset(memory[1], 0xaa, sizeof(T));
    unsigned char bytes[sizeof(T)];
    std::memcpy(bytes, &x, sizeof(T));
    T const *a = new (memory[0]) T(x), *b = new (memory[1]) T(x);
    return fv::same(*a, *b);
}

} // namespace

TEST_CASE("expressions of one type are the same when their numbers are", "[expr]") {
    CHECK(fv::same(fv::sliding_window(4), fv::sliding_window(4)));
    CHECK_FALSE(fv::same(fv::sliding_window(4), fv::sliding_window(5)));
    CHECK(fv::same(fv::lookup(fv::table(numbers), head), fv::lookup(fv::table(numbers), head)));
    CHECK_FALSE(fv::same(fv::lookup(fv::table(numbers), head), fv::lookup(fv::table(others), head)));
    CHECK_FALSE(fv::same(fv::lookup(fv::table(numbers), head), fv::lookup(fv::sorted(numbers.data(), 64), head)));
    CHECK_FALSE(fv::same(fv::lookup(fv::table(numbers.data(), 8, 8), head, k_pos),
                         fv::lookup(fv::table(numbers.data(), 4, 8), head, k_pos)));
    CHECK(fv::same(fv::apply(functor{2}, 1.f * k_pos), fv::apply(functor{2}, 1.f * k_pos)));
    CHECK_FALSE(fv::same(fv::apply(functor{2}, 1.f * k_pos), fv::apply(functor{3}, 1.f * k_pos)));
    CHECK(fv::same(fv::apply(labelled{'a', 2}, k_pos), fv::apply(labelled{'b', 2}, k_pos)));
    CHECK_FALSE(fv::same(fv::apply(labelled{'a', 2}, k_pos), fv::apply(labelled{'a', 3}, k_pos)));
    CHECK(fv::same(fv::select(k_pos < 3, 1.f, 2.f), fv::select(k_pos < 3, 1.f, 2.f)));
    CHECK_FALSE(fv::same(fv::select(k_pos < 3, 1.f, 2.f), fv::select(k_pos < 3, 1.f, 2.5f)));
}

TEST_CASE("scores are the same when their operands are", "[expr]") {
    const auto s = fv::scaled_dot(view_of(numbers), view_of(others));
    CHECK(fv::same(s, fv::scaled_dot(view_of(numbers), view_of(others))));
    CHECK_FALSE(fv::same(s, fv::scaled_dot(view_of(others), view_of(others))));
    CHECK_FALSE(fv::same(s, fv::scaled_dot(view_of(numbers, 3), view_of(others))));
    CHECK_FALSE(fv::same(s, fv::scaled_dot(view_of(numbers), view_of(others), 2.f)));
    const auto turned = [](double theta) {
        return fv::dot(fv::rope_halves(view_of(numbers), fv::rope_plain{.theta = theta}),
                       fv::scale(view_of(others), 2.f));
    };
    CHECK(fv::same(turned(1e4), turned(1e4)));
    CHECK_FALSE(fv::same(turned(1e4), turned(1e5)));
    CHECK(fv::same(fv::where(fv::sliding_window(3), s), fv::where(fv::sliding_window(3), s)));
    CHECK_FALSE(fv::same(fv::where(fv::sliding_window(3), s), fv::where(fv::sliding_window(2), s)));
    CHECK(fv::same(fv::softmax(s), fv::softmax(s)));
    CHECK_FALSE(fv::same(fv::softmax(s, 1.f), fv::softmax(s, 2.f)));
}

TEST_CASE("the bytes between members do not count", "[expr]") {
    const auto bias = fv::bias(fv::tensor(numbers.data(), fv::bhqk(1, 1, 8, 8)));
    CHECK(same_whatever_padding(bias));
    CHECK(same_whatever_padding(fv::relative_bias(fv::table(numbers.data(), 2, 32), fv::t5{.bidirectional = true})));
    CHECK(same_whatever_padding(fv::scaled_dot(view_of(numbers), view_of(others)) + bias));
    const auto built_twice = [](unsigned char fill) {
        unsigned char dirt[2048];
        std::memset(dirt, fill, sizeof dirt);
        return fv::relative_bias(fv::table(numbers.data(), 2, 32), fv::t5{.bidirectional = dirt[7] == fill});
    };
    CHECK(fv::same(built_twice(0x55), built_twice(0xaa)));
    CHECK_FALSE(fv::same(bias, fv::bias(fv::tensor(others.data(), fv::bhqk(1, 1, 8, 8)))));
    CHECK_FALSE(fv::same(fv::relative_bias(fv::table(numbers.data(), 2, 32), fv::t5{.buckets = 32}),
                         fv::relative_bias(fv::table(numbers.data(), 2, 32), fv::t5{.buckets = 16})));
}
