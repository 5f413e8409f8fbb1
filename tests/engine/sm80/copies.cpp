// Copies of operands on the sm_80 engine; and keys that were rotated beforehand against keys rotated as they are read.
#include "engine/copy_cases.hpp"
#include "engine/sm80/emulated.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using fv::bf16;

TEST_CASE("sm_80: RoPE is exact to positions of 1M: every frequency type, halves and pairs", "[copies][rope]") {
    tests::rotates_exactly(tests::emulated<>{});
}

TEST_CASE("sm_80: a copy appends to a cache: rotated, converted, and nothing beside it touched", "[copies]") {
    tests::appends_to_a_cache(tests::emulated<>{});
}

TEST_CASE("sm_80: an operand is rotated in place", "[copies][rope]") { tests::rotates_in_place(tests::emulated<>{}); }

TEST_CASE("sm_80: a plain copy converts between formats and layouts bit for bit", "[copies]") {
    tests::converts(tests::emulated<>{});
}

namespace {

constexpr fv::index heads = 4, kv_heads = 2, queries = 70, keys = 150;

// Causal attention of rotated queries on `k`, an operand: outputs, then a logsumexp for each row.
template <class K> std::vector<float> attended(std::vector<bf16> const& q, K const& k, std::vector<bf16> const& v) {
    constexpr auto rows = static_cast<std::size_t>(heads * queries);
    std::vector<float> results(rows * 48 + rows);
    const auto query = fv::align_ends(fv::tensor(q.data(), fv::bshd(1, queries, heads, 48_c)), fv::source_of(k));
    const auto s = fv::where(fv::causal, fv::scaled_dot(fv::rope_halves(query, fv::rope_llama3{}), k));
    const auto value = fv::tensor(v.data(), fv::bshd(1, keys, kv_heads, 48_c));
    fv::run(tests::emulated<>{},
            fv::tensor(results.data(), fv::bshd(1, queries, heads, 48_c)) = fv::sum(fv::softmax(s) * value),
            fv::tensor(results.data() + rows * 48, fv::bhs(1, heads, queries)) = fv::logsumexp(s));
    return results;
}

} // namespace

TEST_CASE("sm_80: keys rotated beforehand give the bits of keys rotated as they are read", "[copies][rope]") {
    std::vector<bf16> q, k, v, turned(keys * kv_heads * 48, bf16{NAN});
    for (float x : tests::normals(queries * heads * 48, 61)) q.push_back(bf16{x});
    for (float x : tests::normals(keys * kv_heads * 48, 62)) k.push_back(bf16{x});
    for (float x : tests::normals(keys * kv_heads * 48, 63)) v.push_back(bf16{x});
    const auto key = fv::at(fv::tensor(k.data(), fv::bshd(1, keys, kv_heads, 48_c)), 12345);
    const auto rotated = fv::at(fv::tensor(turned.data(), fv::bshd(1, keys, kv_heads, 48_c)), 12345);
    fv::run(tests::emulated<>{}, rotated = fv::rope_halves(key, fv::rope_llama3{}));
    CHECK(attended(q, rotated, v) == attended(q, fv::rope_halves(key, fv::rope_llama3{}), v));
}

TEST_CASE("sm_80: a rotation of more channels than the kernel was made for is refused", "[copies]") {
    std::vector<float> x(258), y(258);
    const auto from = fv::tensor(x.data(), fv::bhsd(1, 1, 1, fv::index{258})),
               to = fv::tensor(y.data(), fv::bhsd(1, 1, 1, fv::index{258}));
    CHECK(std::string(fv::try_run(tests::emulated<>{}, to = fv::rope_pairs(from, fv::rope_plain{})).sentence()) ==
          "fovea: the operand copied has 258 channels but the kernel was made for at most 256; state them as a "
          "constant");
    CHECK(fv::try_run(tests::emulated<>{}, to = from).ok());
    const auto known = fv::tensor(x.data(), fv::bhsd(1, 1, 1, 258_c));
    CHECK(fv::try_run(tests::emulated<>{}, to = fv::rope_pairs(known, fv::rope_plain{})).ok());
}
