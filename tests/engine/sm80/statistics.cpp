// Statistics beside an output whose weights are rounded: the output's bits do not tell whether they were asked for.
#include "engine/epilogue_cases.hpp"
#include "engine/sm80/emulated.hpp"
#include "engine/sm80/emulated_decode.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

namespace {

template <class Engine> void same_output_with_statistics(Engine const& engine, fv::index queries) {
    constexpr fv::index heads = 2, keys = 150;
    std::vector<fv::bf16> q, k, v;
    for (float x : tests::normals(queries * heads * 48, 71)) q.push_back(fv::bf16{3 * x}); // references are raised
    for (float x : tests::normals(keys * heads * 48, 72)) k.push_back(fv::bf16{x});
    for (float x : tests::normals(keys * heads * 48, 73)) v.push_back(fv::bf16{x});
    const auto of = [](auto& x, fv::index n) { return fv::tensor(x.data(), fv::bshd(1, n, heads, 48_c)); };
    std::vector<float> alone(q.size()), beside(q.size()), numbers(static_cast<std::size_t>(3 * heads * queries));
    const auto rows = [&](fv::index i) {
        return fv::tensor(numbers.data() + i * heads * queries, fv::bhs(1, heads, queries));
    };
    const auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(of(q, queries), of(k, keys)), of(k, keys)));
    const auto p = fv::softmax(s);
    fv::run(engine, of(alone, queries) = fv::sum(p * of(v, keys)));
    fv::run(engine, of(beside, queries) = fv::sum(p * of(v, keys)), rows(0) = fv::logsumexp(s),
            rows(1) = fv::entropy(p), rows(2) = fv::sum(p * fv::abs(q_pos - k_pos)));
    CHECK(alone == beside);
}

} // namespace

TEST_CASE("sm_80: an output has the same bits whether statistics are asked for or not") {
    same_output_with_statistics(tests::emulated<>{}, 70);
    same_output_with_statistics(tests::emulated_decode<>{.pieces = 3, .least_tiles = 1}, 3);
}

TEST_CASE("sm_80: tensors stand beside an output wherever numbers may", "[epilogue]") {
    tests::tensors_beside_an_output(tests::emulated<>{});
}
