// documents(ids): a query sees the keys of its own document, ids[position] (one row for all batches, or a row each).
//
//     auto packed = causal && documents(sorted(ids, length));
//
// With sorted() a tile is classified by the ends of its range; otherwise by scanning it.
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <class X> constexpr auto documents(X const& ids) {
    using namespace terms;
    const auto t = table_of_rows(ids);
    return lookup(t, batch, q_pos) == lookup(t, batch, k_pos);
}

} // namespace fovea::inline v0_1
