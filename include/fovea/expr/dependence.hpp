// What an expression can vary with, known from its type: the key to binding it early and to evaluating it seldom.
//
//     static_assert((q_pos - k_pos < 4).depends.difference && !(q_pos - k_pos < 4).depends.query);
#pragma once
#include "fovea/base/config.hpp"

namespace fovea::inline v0_1 {

// difference: with q_pos - k_pos, and with nothing else of the two. score: with the product of query and key.
struct dependence {
    bool batch = false, head = false, query = false, key = false, difference = false, score = false;

    FOVEA_HOST_DEVICE constexpr dependence operator|(dependence o) const {
        return {batch || o.batch,           head || o.head,  query || o.query, key || o.key,
                difference || o.difference, score || o.score};
    }
    constexpr bool operator==(dependence const&) const = default;
    // With the batch and head at most: one value for a whole attention head.
    FOVEA_HOST_DEVICE constexpr bool only_row_group() const { return !query && !key && !difference && !score; }
    FOVEA_HOST_DEVICE constexpr bool only_difference() const { return difference && !query && !key && !score; }
    FOVEA_HOST_DEVICE constexpr bool only_key() const { return key && !query && !difference && !score; }
    FOVEA_HOST_DEVICE constexpr bool query_and_key() const { return difference || (query && key); }
};

} // namespace fovea::inline v0_1
