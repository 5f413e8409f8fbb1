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
