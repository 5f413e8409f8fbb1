// The emulator against formulas of its own for each instruction: in the ordinary suite, without a GPU.
#include <stdexcept>

#include "gpu/conformance/isolated.hpp"
#include "gpu/conformance/judged.hpp"
#include "gpu/conformance/sm90_instructions.hpp"
#include "support/catch.hpp"

using namespace tests;

namespace {

template <class List> void check(List list, outcomes const& got) {
    for (verdict const& v : judged(list, got, expected(list))) {
        INFO(v.name << ": " << v.text);
        CHECK(v.good);
    }
}

} // namespace

TEST_CASE("the emulator does what each instruction of 8.0 should") {
    check(sm80_instructions<no_machine>{}, sm80_on_emulator());
}

TEST_CASE("the emulator does what each instruction of 8.9 should") {
    check(sm89_instructions<no_machine>{}, sm89_on_emulator());
}

TEST_CASE("the emulator does what each instruction of 9.0 should") {
    check(sm90_instructions<no_machine>{}, sm90_on_emulator());
}

TEST_CASE("a wrong word is noticed, and an error beyond its bound") {
    using list = kernel_list<votes<no_machine>, approximations<no_machine, exp2_function>>;
    const outcomes right = expected(list{});
    outcomes wrong = right;
    wrong[0].out[7] ^= 1;
    wrong[1].out[2] += 8; // of 2^1, in units in the last place; 2 are allowed
    for (verdict const& v : judged(list{}, wrong, right)) CHECK(!v.good);
    wrong = right;
    wrong[0].complaint = "a race";
    wrong[1].out.pop_back();
    for (verdict const& v : judged(list{}, wrong, right)) CHECK(!v.good);
    for (verdict const& v : judged(list{}, right, right)) CHECK(v.good);
}

TEST_CASE("a case that throws, hangs or ends its process costs only itself") {
    const auto run = [](std::size_t i) -> outcome {
        if (i == 0) throw std::runtime_error("on purpose");
        if (i == 2) _exit(1);
        if (i == 4) pause();
        return {"sound", {static_cast<word>(i), 7}, {}};
    };
    const outcomes all = isolated({"throws", "sound", "ends", "sound", "hangs", "sound"}, run, 500);
    REQUIRE(all.size() == 6);
    CHECK(!all[4].complaint.empty());
    CHECK(all[5].out == words{5, 7});
    CHECK(all[5].complaint.empty());
    CHECK(all[0].complaint == "on purpose");
    CHECK(all[1].out == words{1, 7});
    CHECK(all[1].complaint.empty());
    CHECK(!all[2].complaint.empty());
    CHECK(all[3].out == words{3, 7});
    CHECK(all[3].complaint.empty());
}
