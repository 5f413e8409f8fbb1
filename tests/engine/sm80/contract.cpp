// The contract, a named test for each row of its table, on the sm_80 engine; and what it refuses.
#include "engine/sm80/subject.hpp"

namespace fv = fovea;
using fv::bf16;
using tests::few;
using tests::on_sm80;
using tests::shape;
using tests::small_problem;
using engine = on_sm80<bf16>::engine;

namespace {

const int rows[] = {tests::hold_to_contract<on_sm80<bf16>>(), tests::hold_to_contract_of_garbage<on_sm80<fv::fp16>>()};

} // namespace

TEST_CASE("sm_80: what 32 bits or the kernel cannot hold is refused in a sentence", "[contract]") {
    shape s = few;
    s.channels = 64;
    small_problem<bf16> wide(s);
    CHECK(std::string(wide.try_run(engine{}).sentence()) ==
          "fovea: q has 64 channels but the kernel was made for at most 48; state them as a constant");
    s = few;
    s.value_channels = 40;
    small_problem<bf16> wide_values(s);
    CHECK(std::string(wide_values.try_run(engine{}).sentence()) ==
          "fovea: v has 40 channels but the kernel was made for at most 32; state them as a constant");
    s = few;
    s.first_key = (std::int64_t{1} << 60) + 1;
    small_problem<bf16> far(s);
    CHECK(
        std::string(far.try_run(engine{}).sentence()) ==
        "fovea: an operand's first position is 1152921504606846977 but a call takes at most 1152921504606846976; move "
        "all positions by the same number");
}

TEST_CASE("sm_80: positions moved so far that a tile's elements wrap around one by one are not compared",
          "[contract]") {
    using namespace fovea::terms;
    float x[4] = {1, 2, 3, 4}, z[2] = {};
    const auto q = fv::tensor(x, fv::bhsd(1, 1, 2, 2));
    const auto l = fv::tensor(z, fv::bhs(1, 1, 2));
    const auto sentence = [&](auto const& mask) {
        return std::string(
            fv::try_run(on_sm80<float>::engine{}, l = fv::logsumexp(fv::where(mask, fv::dot(q, q)))).sentence());
    };
    CHECK(
        sentence(q_pos < k_pos + fv::index_max) ==
        "fovea: the expression moves positions by 9223372036854775807 before it compares them but a call takes at most "
        "1152921504606846976; compare them with a smaller number");
    CHECK(sentence(q_pos - k_pos < fv::index_max) == "");
    CHECK(sentence(((k_pos + fv::index_max) * 3 & 1) == 0) == ""); // a hash
}
