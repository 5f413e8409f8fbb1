// padding(lengths): batch b has lengths[b] keys; those after are padding.
//
//     auto s = where(padding(table(lengths, batches)), scaled_dot(q, k));
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <class X> constexpr auto padding(X&& lengths) {
    using namespace terms;
    return k_pos < lookup(table_of(std::forward<X>(lengths)), batch);
}

} // namespace fovea::inline v0_1
