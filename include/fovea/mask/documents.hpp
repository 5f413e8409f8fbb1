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

template <class T> constexpr auto documents(table_view<T> ids) {
    using namespace terms;
    return lookup(ids, batch, q_pos) == lookup(ids, batch, k_pos);
}

} // namespace fovea::inline v0_1
