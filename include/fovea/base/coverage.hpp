// What a mask says of a set of elements: of one (truth, as an interval of booleans) and of a tile (coverage).
//
//     fovea::covers(fovea::truth{.may = true, .must = false}) == fovea::coverage::some
#pragma once
#include <type_traits>

#include "fovea/base/config.hpp"

namespace fovea::inline v0_1 {

// may: some element may be true. must: every element is true. A point is {b, b}; {true, false} is always a correct
// answer.
struct truth {
    bool may, must;
    template <class Bool>
        requires std::is_same_v<Bool, bool>
    explicit operator Bool() const {
        static_assert(sizeof(Bool) == 0, "fovea: a functor that is a template cannot branch, as lanes and ranges "
                                         "disagree: use fovea::select, && and ||, or parameters such as float and "
                                         "fovea::index");
        return {};
    }
};

FOVEA_HOST_DEVICE constexpr truth operator&&(truth a, truth b) { return {a.may && b.may, a.must && b.must}; }
FOVEA_HOST_DEVICE constexpr truth operator||(truth a, truth b) { return {a.may || b.may, a.must || b.must}; }
FOVEA_HOST_DEVICE constexpr truth operator!(truth a) { return {!a.must, !a.may}; }
FOVEA_HOST_DEVICE constexpr truth as_truth(bool b) { return {b, b}; }
FOVEA_HOST_DEVICE constexpr truth as_truth(truth t) { return t; }

// none: no element is attended. all: every element is. some: the mask has to be asked element by element.
enum class coverage { none, some, all };

FOVEA_HOST_DEVICE constexpr coverage covers(truth t) {
    return !t.may ? coverage::none : t.must ? coverage::all : coverage::some;
}

} // namespace fovea::inline v0_1
