// Query rows that read the same keys, packed: every head of a group at the first position, then all at the next.
//
//     packed_rows rows{batch, kv_head, group};      rows.head(r), rows.position(r)      // of row r
//
//     group 3      row        0 1 2 3 4 5 6 ...
//                  position   0 0 0 1 1 1 2
//                  head       0 1 2 0 1 2 0      from 3 kv_head on
#pragma once
#include "fovea/attend/walk.hpp"
#include "fovea/expr/bind.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Group: a number to divide by.
template <class Group> struct rows_packed_by {
    index batch, kv_head;
    Group group;

    FOVEA_HOST_DEVICE constexpr at_head head(index row) const {
        return {batch, kv_head * group + row % group, kv_head};
    }
    FOVEA_HOST_DEVICE constexpr index position(index row) const { return row / group; }
};
using packed_rows = rows_packed_by<index>;

// A mask as all heads of a group see it, in the interval reading: what some of them may attend, what all of them do.
template <class Mask, class Rows = packed_rows> struct mask_of_group {
    Mask const& mask; // not bound
    Rows rows;

    FOVEA_HOST_DEVICE constexpr truth operator()(element_box const& box) const {
        truth all = of_head(box, 0);
        if constexpr (Mask::depends.head)
            for (index row = 1; row < rows.group; ++row) {
                const truth one = of_head(box, row);
                all = {all.may || one.may, all.must && one.must};
            }
        return all;
    }

private:
    FOVEA_HOST_DEVICE constexpr truth of_head(element_box box, index row) const {
        const at_head here = rows.head(row);
        box.head = here.head;
        return as_truth(bind(mask, here)(box));
    }
};

} // namespace v0_1
} // namespace fovea
