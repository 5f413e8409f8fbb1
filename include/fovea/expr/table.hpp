// Tables of numbers read at positions: biases, document ids, lengths, bitmaps.
//
//     auto bias = lookup(table(pointer, 128), clamp(q_pos - k_pos, 0, 127));
//     auto same = lookup(sorted(ids, n), q_pos) == lookup(sorted(ids, n), k_pos);
//
// A table owns nothing. A single row stands for every row asked for. Any other index outside reads the nearest entry
// and never outside memory; fovea::reference() refuses it at an attended element. Integer tables have an interval
// reading: the ends of the range where the table is sorted, a scan of the range where it is short, else everything.
#pragma once
#include <type_traits>
#include <utility>

#include "fovea/expr/node.hpp"

namespace fovea::inline v0_1 {

enum class order { any, ascending };

// A pointer to the entries, row by row.
template <class T> struct table_view {
    using element = T;
    T const* data;
    index rows, columns; // one-dimensional: rows = 1
    order sorting = order::any;
    FOVEA_HOST_DEVICE constexpr index size() const { return rows * columns; }
};

// n entries, or rows of columns.
template <class T> constexpr table_view<T> table(T const* data, index n) { return {data, 1, n}; }
template <class T> constexpr table_view<T> table(T const* data, index rows, index columns) {
    return {data, rows, columns};
}
// The caller states that the entries never fall (of each row, for two dimensions).
template <class T> constexpr table_view<T> sorted(T const* data, index n) { return {data, 1, n, order::ascending}; }
template <class T> constexpr table_view<T> sorted(T const* data, index rows, index columns) {
    return {data, rows, columns, order::ascending};
}
// Anything contiguous with data() and size(): std::vector, std::span, std::array.
template <class R>
concept entries_of_container = requires(R const& r) {
    *r.data();
    r.size();
};
// A container that ends with this line takes its entries along before they are read. A span leaves them where they are:
// std::span and what is like it say element_type, which containers do not.
template <class R>
inline constexpr bool outlives_the_line =
    std::is_lvalue_reference_v<R> || requires { typename std::remove_cvref_t<R>::element_type; };
template <entries_of_container R> constexpr auto table(R&& range) {
    static_assert(outlives_the_line<R>, "fovea: a table owns no entries: give the container a name, which must live "
                                        "until the run is over");
    return table(range.data(), static_cast<index>(range.size()));
}
template <entries_of_container R> constexpr auto sorted(R&& range) {
    auto t = table(std::forward<R>(range));
    t.sorting = order::ascending;
    return t;
}

// What masks and scores make of the table that they are given, or of the container: a table, or one row of entries.
template <class T> inline constexpr bool is_table = false;
template <class T> inline constexpr bool is_table<table_view<T>> = true;
template <class X> constexpr auto table_of(X&& x) {
    using given = std::remove_cvref_t<X>;
    constexpr bool known = is_table<given> || entries_of_container<given>;
    static_assert(known, "fovea: a table is wanted: table(pointer, n), table(pointer, rows, columns), or a container");
    if constexpr (is_table<given>) return x;
    else if constexpr (known) return table(std::forward<X>(x));
    else return table_view<float>{};
}
template <class X> constexpr auto table_of_rows(X const& x) {
    static_assert(is_table<X>, "fovea: a table of rows is wanted: table(pointer, rows, columns), or table(pointer, n) "
                               "where one row stands for all");
    if constexpr (is_table<X>) return x;
    else return table_view<float>{};
}

// A longer range than this is not scanned for its least and greatest entry.
inline constexpr index longest_scan = 512;

FOVEA_HOST_DEVICE constexpr index nearest(index i, index n) { return i < 0 ? 0 : i >= n ? n - 1 : i; }

template <class T> struct reading {
    static constexpr bool real = std::is_floating_point_v<T> || requires(T x) { x.bits; };
    using scalar = std::conditional_t<real, float, index>;
    using range = interval<scalar>;
};

template <class T> FOVEA_HOST_DEVICE constexpr auto entry_at(table_view<T> t, index row, index column) {
    using scalar = typename reading<T>::scalar;
    return static_cast<scalar>(t.data[nearest(row, t.rows) * t.columns + nearest(column, t.columns)]);
}

template <class T>
FOVEA_HOST_DEVICE constexpr auto entries(table_view<T> t, index_range row, index_range column) ->
    typename reading<T>::range {
    using range = typename reading<T>::range;
    using scalar = typename reading<T>::scalar;
    const index_range r{nearest(row.lo, t.rows), nearest(row.hi, t.rows)};
    const index_range c{nearest(column.lo, t.columns), nearest(column.hi, t.columns)};
    range all{};
    bool first = true;
    const auto add = [&](scalar lo, scalar hi) {
        all = first ? range{lo, hi} : range{least(all.lo, lo), greatest(all.hi, hi)};
        first = false;
    };
    const index width = t.sorting == order::ascending ? 2 : c.hi - c.lo + 1;
    if (r.hi - r.lo >= longest_scan || width > longest_scan || (r.hi - r.lo + 1) * width > longest_scan) {
        if constexpr (reading<T>::real) return any_score;
        else return any_position;
    }
    for (index i = r.lo; i <= r.hi; ++i) {
        if (t.sorting == order::ascending) add(entry_at(t, i, c.lo), entry_at(t, i, c.hi));
        else
            for (index j = c.lo; j <= c.hi; ++j) {
                const scalar x = entry_at(t, i, j);
                if constexpr (reading<T>::real)
                    if (!(x == x)) return any_score;
                add(x, x);
            }
    }
    return all;
}

// The operator: reads in every reading. Lanes come from a context with gather(), which machine-specific contexts have.
template <class T> struct read_table {
    static constexpr dependence depends{};
    static constexpr char const* name = "lookup";
    template <kinds...> static constexpr kinds result = reading<T>::real ? kinds::real : kinds::integer;
    table_view<T> source;

    template <class C, class I> FOVEA_HOST_DEVICE constexpr auto operator()(C const& c, I column) const {
        return (*this)(c, index{0}, column);
    }
    template <class C, class I, class J>
    FOVEA_HOST_DEVICE constexpr auto operator()(C const& c, I row, J column) const {
        if constexpr (std::is_same_v<I, index> && std::is_same_v<J, index>) {
            if constexpr (requires { c.check_index(row, source.rows); }) {
                if (source.rows != 1) c.check_index(row, source.rows);
                c.check_index(column, source.columns);
            }
            return entry_at(source, row, column);
        } else if constexpr (is_interval<I> || is_interval<J>)
            return entries(source, as_interval(row), as_interval(column));
        else return c.gather(source, row, column);
    }
};

// Whether an operator reads a table, its `source`; and whether a node has such an operator, its `op`.
template <class Op> inline constexpr bool is_table_read = false;
template <class T> inline constexpr bool is_table_read<read_table<T>> = true;
template <class E> inline constexpr bool reads_table = false;
template <class T, class I> inline constexpr bool reads_table<unary<read_table<T>, I>> = true;
template <class T, class I, class J> inline constexpr bool reads_table<binary<read_table<T>, I, J>> = true;

// The entry at an integer expression, or at a row and a column.
template <class X>
concept entries_to_read =
    is_table<std::remove_cvref_t<X>> || entries_of_container<X> || std::is_pointer_v<std::decay_t<X>>;
template <entries_to_read X, operand_of_operator I> constexpr auto lookup(X&& from, I const& i) {
    static_assert(lifted<I>::kind == kinds::integer, "fovea: lookup takes an integer index, such as q_pos - k_pos");
    const auto t = table_of(std::forward<X>(from));
    return unary<read_table<typename decltype(t)::element>, lifted<I>>{{t}, lift(i)};
}
template <entries_to_read X, operand_of_operator I, operand_of_operator J>
constexpr auto lookup(X&& from, I const& row, J const& column) {
    static_assert(lifted<I>::kind == kinds::integer && lifted<J>::kind == kinds::integer,
                  "fovea: lookup takes integer indices, such as head and q_pos - k_pos");
    const auto t = table_of_rows(from);
    return binary<read_table<typename decltype(t)::element>, lifted<I>, lifted<J>>{{t}, lift(row), lift(column)};
}

} // namespace fovea::inline v0_1
