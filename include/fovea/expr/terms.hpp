// The leaves: where an element of attention stands.
//
//     using namespace fovea::terms;      auto mask = k_pos <= q_pos && batch == 0;
//
// Units: positions and heads are 64-bit integers; q_pos and k_pos are absolute (view.first + row).
#pragma once
#include "fovea/expr/node.hpp"

namespace fovea::inline v0_1 {

struct query_position {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.query = true};
    static constexpr char const* name = "q_pos";
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.query; }
};
struct key_position {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.key = true};
    static constexpr char const* name = "k_pos";
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.key; }
};
// The row and column of this call's score matrix, from 0: where a bias tensor is read.
struct query_row {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.query = true};
    static constexpr char const* name = "row";
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.query - c.first_query; }
};
struct key_column {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.key = true};
    static constexpr char const* name = "column";
    template <class C> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c) const { return c.key - c.first_key; }
};
struct batch_number {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.batch = true};
    static constexpr char const* name = "batch";
    template <class C> FOVEA_HOST_DEVICE constexpr index operator()(C const& c) const { return c.batch; }
};
struct head_number {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.head = true};
    static constexpr char const* name = "head";
    template <class C> FOVEA_HOST_DEVICE constexpr index operator()(C const& c) const { return c.head; }
};
struct kv_head_number {
    using is_expression = void;
    static constexpr kinds kind = kinds::integer;
    static constexpr dependence depends{.head = true};
    static constexpr char const* name = "kv_head";
    template <class C> FOVEA_HOST_DEVICE constexpr index operator()(C const& c) const { return c.kv_head; }
};

namespace terms {
// Absolute position of the query, of the key.
inline constexpr query_position q_pos{};
inline constexpr key_position k_pos{};
// Numbers of the batch, of the query's head, and kv_head: of the head of keys and values that it reads.
inline constexpr batch_number batch{};
inline constexpr head_number head{};
inline constexpr kv_head_number kv_head{};
} // namespace terms

} // namespace fovea::inline v0_1
