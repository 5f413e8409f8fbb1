// Masks that divide positions by the number of the head, which is 0 for the first.
#include <fovea/fovea.hpp>

#include "engine/sm80/emulated.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

TEST_CASE("sm_80: a remainder by the head's number is that of the reference, also by 0") {
    constexpr fv::index length = 70, heads = 3;
    std::vector<fv::bf16> q, k, v;
    unsigned seed = 81;
    for (std::vector<fv::bf16>* to : {&q, &k, &v})
        for (float x : tests::normals(length * heads * 16, seed++)) to->push_back(fv::bf16{x});
    const auto of = [](auto& x) { return fv::tensor(x.data(), fv::bshd(1, length, heads, 16_c)); };
    std::vector<float> here(q.size()), right(q.size());
    const auto check = [&](auto const& mask) {
        const auto p = fv::softmax(fv::where(mask, fv::scaled_dot(of(q), of(k))));
        fv::run(tests::emulated<>{}, of(here) = fv::sum(p * of(v)));
        fv::run(fv::reference(), of(right) = fv::sum(p * of(v)));
        for (std::size_t i = 0; i < here.size(); ++i)
            if (!(std::abs(here[i] - right[i]) <= 0x1p-6f)) return false;
        return true;
    };
    CHECK(check((q_pos + k_pos) % head == 0));
    CHECK(check((q_pos - k_pos) % head != 1));
    CHECK(check(k_pos % head == 1 || k_pos < 2));
    CHECK(check((k_pos + 7) % (2 * head) <= q_pos));
}
