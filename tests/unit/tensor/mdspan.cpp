// Views of mdspan-like types: letters, static channels, strides.
#include <array>
#include <cstddef>
#include <fovea/fovea.hpp>
#include <fovea/tensor/mdspan.hpp>
#include <vector>

#if __has_include(<mdspan>)
#include <mdspan>
#endif

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

// What std::mdspan has, for compilers that lack it. Channels: the static extent of the last dimension.
template <class T, std::size_t Rank, std::size_t Last = static_cast<std::size_t>(-1)> struct span_of {
    T* data;
    std::array<std::size_t, Rank> extents, strides;
    T* data_handle() const { return data; }
    static constexpr std::size_t rank() { return Rank; }
    static constexpr std::size_t static_extent(std::size_t i) {
        return i + 1 == Rank ? Last : static_cast<std::size_t>(-1);
    }
    std::size_t extent(std::size_t i) const { return extents[i]; }
    std::size_t stride(std::size_t i) const { return strides[i]; }
};

} // namespace

TEST_CASE("mdspan: letters place the axes") {
    std::vector<float> data(120);
    for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i);
    const span_of<float, 4> m{data.data(), {2, 3, 4, 5}, {60, 20, 5, 1}};
    const auto v = fv::from_mdspan<"bshd">(m);
    CHECK(v.batches() == 2);
    CHECK(v.positions() == 3);
    CHECK(v.heads() == 4);
    CHECK(v.channels() == 5);
    CHECK(v.at(1, 2, 1, 3) == 60 + 20 + 10 + 3);
    const auto w = fv::from_mdspan<"bhsd">(m);
    CHECK(w.heads() == 3);
    CHECK(w.at(1, 2, 1, 3) == 60 + 40 + 5 + 3);
    const auto bias = fv::from_mdspan<"bhqk">(m);
    CHECK(bias.positions() == 4);
    CHECK(bias.channels() == 5);
}

TEST_CASE("mdspan: static channels become a constant, missing axes have extent 1") {
    std::vector<fv::bf16> data(60);
    const span_of<fv::bf16 const, 3, 5> m{data.data(), {3, 4, 5}, {20, 5, 1}};
    const auto v = fv::from_mdspan<"shd">(m);
    static_assert(std::is_same_v<decltype(v)::channels_type, fv::constant_size<5>>);
    static_assert(std::is_same_v<decltype(v)::element, fv::bf16 const>);
    CHECK(v.batches() == 1);
    CHECK(v.positions() == 3);
    std::vector<float> statistics(12);
    const span_of<float, 2> l{statistics.data(), {4, 3}, {3, 1}};
    const auto s = fv::from_mdspan<"hs">(l);
    static_assert(std::is_same_v<decltype(s)::channels_type, fv::constant_size<1>>);
    CHECK(s.heads() == 4);
    CHECK(s.layout.stride.head == 3);
}

TEST_CASE("mdspan: a run through views of spans") {
    std::vector<float> q(16, 0.f), v(16), o(16);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = static_cast<float>(i / 4);
    const auto view = [](std::vector<float>& x) {
        return fv::from_mdspan<"sd">(span_of<float, 2, 4>{x.data(), {4, 4}, {4, 1}});
    };
    const auto s = fv::where(fv::causal, fv::scaled_dot(view(q), view(q)));
    fv::run(fv::cpu(), view(o) = fv::sum(fv::softmax(s) * view(v)));
    CHECK(o[4 * 3] == 1.5f);
}

#if defined(__cpp_lib_mdspan)
TEST_CASE("mdspan: the standard's own") {
    std::vector<float> data(24);
    const std::mdspan<float, std::extents<int, std::dynamic_extent, 3, 4>> m(data.data(), 2);
    const auto v = fv::from_mdspan<"shd">(m);
    static_assert(std::is_same_v<decltype(v)::channels_type, fv::constant_size<4>>);
    CHECK(v.positions() == 2);
    CHECK(v.layout.stride.position == 12);
}
#endif
