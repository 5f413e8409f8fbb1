// Lookups that settle, in kernels: right near the diagonal and far from it, and not asked for each element there.
#include <fovea/fovea.hpp>

#include "engine/sm80/emulated.hpp"
#include "engine/sm80/emulated_decode.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/worse.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

namespace {

// Distances back, up to a furthest; counts how often an element asks.
struct clipped {
    int* asked;
    fv::index furthest;
    FOVEA_HOST_DEVICE fv::index operator()(fv::index back) const {
        ++*asked;
        return of(back);
    }
    FOVEA_HOST_DEVICE fv::index_range operator()(fv::index_range back) const { return {of(back.lo), of(back.hi)}; }
    FOVEA_HOST_DEVICE fv::index of(fv::index back) const { return back < 0 ? 0 : back > furthest ? furthest : back; }
    bool operator==(clipped const&) const = default;
};

constexpr fv::index heads = 4, kv_heads = 2, keys = 700;

struct call {
    fv::index queries;
    std::vector<fv::bf16> q, k, v;
    std::vector<float> biases = tests::normals(heads * 32, 90, 2);
    explicit call(fv::index n) : queries(n) {
        unsigned seed = 91;
        for (auto* x : {&q, &k, &v}) {
            const auto rows = x == &q ? queries * heads : keys * kv_heads;
            for (float number : tests::normals(rows * 16, seed++)) x->push_back(fv::bf16{number});
        }
    }
    // The greatest difference to the reference, of rows that end where the keys do.
    template <class Engine, class Bias> float error(Engine engine, Bias const& bias) const {
        const auto there = fv::tensor(k.data(), fv::bshd(1, keys, kv_heads, 16_c));
        const auto here = fv::align_ends(fv::tensor(q.data(), fv::bshd(1, queries, heads, 16_c)), there);
        const auto p = fv::softmax(fv::where(fv::causal, fv::scaled_dot(here, there) + bias));
        std::vector<float> o(q.size()), right(q.size());
        const auto of = [&](std::vector<float>& x) { return fv::tensor(x.data(), fv::bshd(1, queries, heads, 16_c)); };
        const auto values = fv::tensor(v.data(), fv::bshd(1, keys, kv_heads, 16_c));
        fv::run(engine, of(o) = fv::sum(p * values));
        fv::run(fv::reference(), of(right) = fv::sum(p * values));
        float most = 0;
        for (std::size_t i = 0; i < o.size(); ++i) most = tests::worse(most, std::abs(o[i] - right[i]));
        return most;
    }
};

} // namespace

TEST_CASE("sm_80: relative biases that settle are those of the reference", "[sm80]") {
    const call many(150);
    int asked = 0;
    const auto distance = fv::apply(clipped{&asked, 31}, q_pos - k_pos);
    const auto back = fv::lookup(fv::table(many.biases.data(), heads, 32), head, distance);
    CHECK(many.error(tests::emulated<>{}, back) < 0x1p-6f);
    const int by_reference = static_cast<int>(heads * (150 * 550 + 150 * 151 / 2)), by_kernel = asked - by_reference;
    INFO(by_kernel << " times asked, of " << by_reference << " elements that are attended");
    CHECK(by_kernel > 0);
    CHECK(by_kernel < by_reference / 2);
}

TEST_CASE("sm_80: so are those that settle for one head of a group before another", "[sm80]") {
    const call few(3);
    // 58 keys back for head 2 and 87 for head 3, and the last tile but one begins 58 before the first query
    const auto back = fv::clamp(q_pos - k_pos, 0, 29 * head);
    const auto bias = fv::lookup(fv::table(few.biases), back) + fv::lookup(fv::table(few.biases), k_pos / 640);
    CHECK(few.error(tests::emulated_decode<>{}, bias) < 0x1p-6f);
}
