// bias(tensor): an additive bias read at (batch, head, query row, key column) of this call; extents of 1 are repeated.
// Rows and columns are counted from 0, wherever queries and keys stand.
//
//     auto s = scaled_dot(q, k) + bias(tensor(pointer, bhqk(1, heads, queries, keys)));
#pragma once
#include "fovea/expr/operators.hpp"
#include "fovea/expr/terms.hpp"
#include "fovea/tensor/strided.hpp"

namespace fovea::inline v0_1 {

constexpr auto bhqk(index batches, index heads, index queries, index keys) {
    const auto stride = [](index extent, index elements) { return extent == 1 ? 0 : elements; };
    return strided({batches, heads, queries}, keys,
                   {stride(batches, heads * queries * keys), stride(heads, queries * keys), stride(queries, keys),
                    stride(keys, 1)});
}

template <view V> struct bias_of_tensor {
    using is_expression = void;
    static constexpr kinds kind = kinds::real;
    static constexpr dependence depends{.batch = true, .head = true, .query = true, .key = true};
    static constexpr char const* name = "bias";
    V tensor;
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const {
        const query_row row{};
        const key_column column{};
        if constexpr (is_interval<std::remove_cvref_t<decltype(c.key)>>) return any_score;
        else return c.read_bias(tensor, row(c), column(c));
    }
};

template <view V> constexpr auto bias(V const& tensor) { return bias_of_tensor<V>{tensor}; }
template <class T>
    requires(!view<T>)
constexpr auto bias(T const&) {
    static_assert(sizeof(T) == 0,
                  "fovea: bias takes a tensor: bias(tensor(pointer, bhqk(batches, heads, queries, keys)))");
}

} // namespace fovea::inline v0_1
