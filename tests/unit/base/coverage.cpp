// The logic of truths: what a mask says of a tile must hold for every assignment of its elements.
#include <fovea/base/coverage.hpp>

#include "support/catch.hpp"

using fovea::coverage;
using fovea::truth;

namespace {

constexpr truth all_truths[] = {{false, false}, {true, false}, {true, true}};

bool holds(truth t, bool x) { return x ? t.may : !t.must; }

} // namespace

TEST_CASE("and, or and not of truths hold for every element", "[coverage]") {
    for (truth a : all_truths)
        for (truth b : all_truths)
            for (bool x : {false, true})
                for (bool y : {false, true}) {
                    if (!holds(a, x) || !holds(b, y)) continue;
                    CHECK(holds(a && b, x && y));
                    CHECK(holds(a || b, x || y));
                    CHECK(holds(!a, !x));
                }
}

TEST_CASE("and, or and not of decided truths are decided", "[coverage]") {
    for (bool x : {false, true})
        for (bool y : {false, true}) {
            const truth a = fovea::as_truth(x), b = fovea::as_truth(y);
            CHECK(covers(a && b) == (x && y ? coverage::all : coverage::none));
            CHECK(covers(a || b) == (x || y ? coverage::all : coverage::none));
            CHECK(covers(!a) == (x ? coverage::none : coverage::all));
        }
    CHECK(covers(truth{.may = true, .must = false}) == coverage::some);
    CHECK(covers(truth{false, false} && truth{true, false}) == coverage::none);
    CHECK(covers(truth{true, true} || truth{true, false}) == coverage::all);
}
