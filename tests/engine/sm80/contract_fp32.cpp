// The contract on the sm_80 engine with operands in fp32: in three products of tf32, and rounded to it.
#include "engine/sm80/subject.hpp"

namespace fv = fovea;
using tests::on_sm80;
using tests::shape;
using tests::small_problem;

namespace {

using split = on_sm80<float>;
using rounded = on_sm80<float, fv::precision::tf32>;

const int rows[] = {tests::hold_to_contract<split>(), tests::hold_to_contract_of_garbage<rounded>()};

// Head sizes that chunks, bank lines and matrix tiles divide in every way; whole copies and single ones.
const std::pair<int, int> sizes[] = {{16, 16}, {40, 48}, {64, 64}, {96, 48}, {128, 128}, {33, 17}};

template <fv::precision Products, class F> void on_every_size(F f) {
    for (auto [channels, values] : sizes) {
        INFO(channels << " channels, " << values << " values");
        const shape s{.heads = 2,
                      .queries = 70,
                      .keys = 90,
                      .channels = channels,
                      .value_channels = values,
                      .first_query = 20,
                      .placed = true};
        small_problem<float> x(s);
        fv::simt::report said;
        x.run(tests::emulated<fv::tile_shape{.query = 64, .key = 32, .warps = 2, .stages = 1},
                              fv::sm80::head_sizes{128, 128}, Products>{{.count = true}, &said});
        f(x, said);
    }
}

} // namespace

TEST_CASE("sm_80, fp32: within twice the error of fp32, by tf32 of operands and weights rounded to it") {
    on_every_size<fv::precision::tf32x3>([](auto const& x, auto const&) { CHECK(x.compared() == ""); });
    on_every_size<fv::precision::tf32>(
        [](auto const& x, auto const&) { CHECK(x.compared(tests::format::tf32) == ""); });
}

// Its first product is a loop, whose steps at once divide 144, 160 and 192 channels differently.
template <int Channels> std::string on_many_channels() {
    small_problem<float> x({.heads = 2, .queries = 20, .keys = 40, .channels = Channels, .value_channels = 16});
    x.run(tests::emulated<fv::tile_shape{.query = 32, .key = 16, .warps = 2, .stages = 1},
                          fv::sm80::head_sizes{Channels, 16}>{});
    return x.compared();
}
TEST_CASE("sm_80, fp32: more than 128 channels") {
    CHECK(on_many_channels<144>() == "");
    CHECK(on_many_channels<160>() == "");
    CHECK(on_many_channels<192>() == "");
}

TEST_CASE("sm_80, fp32: no bank conflict where rows are copied whole") {
    on_every_size<fv::precision::tf32x3>([](auto const& x, fv::simt::report const& said) {
        if (x.s.channels % 4 == 0) CHECK(said.total().wavefronts == said.total().ideal_wavefronts);
    });
}

TEST_CASE("sm_80, fp32: what is not asked for is not rounded") {
    on_every_size<fv::precision::tf32>([](auto const& x, auto const&) { CHECK(x.compared() != ""); });
}

TEST_CASE("sm_80, fp32: a key at minus infinity weighs nothing, as a masked one") {
    small_problem<float> clean(tests::few), dirty(tests::few);
    const std::int64_t j = tests::few.keys - 1; // of the last query alone
    for (std::size_t i = 0; i < clean.q.size(); i += small_problem<float>::size(tests::few.channels))
        dirty.q[i] = clean.q[i] = i % 2 == 0 ? 1.f : 1.1f; // every query looks its way, some by a number of tf32
    for (std::int64_t b = 0; b < 2; ++b)
        for (std::int64_t kv = 0; kv < 2; ++kv) dirty.key(b, kv, j, 0) = -tests::infinity;
    for (auto& n : clean.lengths) n = j;
    split::run(clean);
    split::run(dirty);
    CHECK(clean.same_bits(dirty));
}
