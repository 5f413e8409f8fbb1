// block_sparse(bitmap, query_block, key_block): element (q, k) is attended where bitmap[q / query_block][k / key_block]
// is not 0.
//
//     auto s = where(block_sparse(table(bits, rows, columns), 64, 64), scaled_dot(q, k));
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/table.hpp"
#include "fovea/expr/terms.hpp"

namespace fovea::inline v0_1 {

template <class X> constexpr auto block_sparse(X const& bitmap, index query_block, index key_block) {
    using namespace terms;
    return lookup(table_of_rows(bitmap), q_pos / query_block, k_pos / key_block) != 0;
}

} // namespace fovea::inline v0_1
