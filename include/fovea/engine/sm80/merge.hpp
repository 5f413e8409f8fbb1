// Partial rows merged by a warp, two channels to a lane: those of the warps of a block, and those of its pieces.
//
//     merged_row<Machine, Problem, Values> row;
//     row.add(total, sums);  ...  row.stage(shared, Rows, r);       // in order; then read by row_writer
//     merge_staged<Machine, Problem, Values>(shared, apart, warps, Rows, r);     // what each warp staged
#pragma once
#include "fovea/engine/sm80/decode_plan.hpp"
#include "fovea/engine/sm80/write.hpp"

namespace fovea::inline v0_1::sm80 {

// A row's total as row_numbers of decode_plan.hpp, number by number: keep(n, x) and read(n). As in lean_row_state, a
// reference that is no whole number says that there was no key.
enum class state_number : int { reference, sum, divisor, entropy, top, moments };
template <int Moments, class Keep> FOVEA_DEVICE void keep_total(row_total<Moments> const& t, Keep const& keep) {
    keep(static_cast<int>(state_number::reference), t.fresh ? unset_reference : t.reference);
    keep(static_cast<int>(state_number::sum), t.sum);
    keep(static_cast<int>(state_number::divisor), t.divisor);
    keep(static_cast<int>(state_number::entropy), t.entropy);
    keep(static_cast<int>(state_number::top), t.top);
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < Moments; ++i) keep(static_cast<int>(state_number::moments) + i, t.moments[i]);
}
template <int Moments, class Read> FOVEA_DEVICE row_total<Moments> kept_total(Read const& read) {
    row_total<Moments> t;
    t.reference = read(static_cast<int>(state_number::reference));
    t.fresh = t.reference == unset_reference;
    t.sum = read(static_cast<int>(state_number::sum));
    t.divisor = read(static_cast<int>(state_number::divisor));
    t.entropy = read(static_cast<int>(state_number::entropy));
    t.top = read(static_cast<int>(state_number::top));
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < Moments; ++i) t.moments[i] = read(static_cast<int>(state_number::moments) + i);
    return t;
}
// In shared memory they take the places that row_writer keeps results in: a reference is the first of either.
static_assert(static_cast<int>(state_number::reference) == static_cast<int>(kept::reference));
template <int Values> FOVEA_DEVICE word state_at(word shared, int rows, int row, int n) {
    return kept_at<Values>(shared, rows, row, kept::reference, n);
}
template <class Machine, int Moments, int Values>
FOVEA_DEVICE row_total<Moments> staged_total(word shared, int rows, int row) {
    return kept_total<Moments>(
        [&](int n) { return Machine::template load_shared<float>(state_at<Values>(shared, rows, row, n)); });
}

// A lane's channels of a row: 2 lane + 64 i and the next.
template <int Values> inline constexpr int channel_pairs = Values == 0 ? 1 : ceil_div(Values, 64);
template <int Values> using row_sums = pair_of<float>[channel_pairs<Values>];

// f(i, channel) for those of this lane that exist.
template <class Machine, int Values, class F> FOVEA_DEVICE void each_pair(F const& f) {
    const int mine = 2 * static_cast<int>(Machine::lane());
    FOVEA_UNROLL_DEVICE
    for (int i = 0; i < (Values == 0 ? 0 : channel_pairs<Values>); ++i)
        if (mine + 64 * i < Values) f(i, mine + 64 * i);
}

template <class Machine, class Problem, int Values> class merged_row {
    static constexpr int moments = decltype(Problem::moments)::count;
    using normaliser = decltype(Problem::scored.normaliser);

public:
    using total_type = row_total<moments>;

    FOVEA_DEVICE void add(total_type const& total, row_sums<Values> const& sums) {
        const merge_scales scales = merge_pieces<normaliser>(total_, total);
        FOVEA_UNROLL_DEVICE
        for (int i = 0; i < channel_pairs<Values>; ++i)
            sums_[i] = {scales.joined(sums_[i].first, sums[i].first), scales.joined(sums_[i].second, sums[i].second)};
    }
    FOVEA_DEVICE total_type const& total() const { return total_; }

    // After every lane has read what lies there.
    FOVEA_DEVICE void stage(word shared, int rows, int row) const {
        each_pair<Machine, Values>(
            [&](int i, int c) { Machine::store_shared(shared + output_at<Values>(row, c), sums_[i]); });
        if (Machine::lane() == 0)
            keep_total(total_,
                       [&](int n, float x) { Machine::store_shared(state_at<Values>(shared, rows, row, n), x); });
    }

private:
    total_type total_{};
    row_sums<Values> sums_{};
};

// Row r of those that each warp staged, `apart` bytes from the last one's, comes to lie where the first warp's was.
template <class Machine, class Problem, int Values>
FOVEA_DEVICE void merge_staged(word shared, word apart, word warps, int rows, int r) {
    merged_row<Machine, Problem, Values> merged;
    for (word w = 0; w < warps; ++w) {
        const word from = shared + w * apart;
        row_sums<Values> sums{};
        each_pair<Machine, Values>([&](int i, int c) {
            sums[i] = Machine::template load_shared<pair_of<float>>(from + output_at<Values>(r, c));
        });
        merged.add(staged_total<Machine, decltype(Problem::moments)::count, Values>(from, rows, r), sums);
    }
    Machine::sync_warp();
    merged.stage(shared, rows, r);
}

// What row_writer is told of packed rows: the first of them, and how many of those it may ask about exist.
struct [[gnu::visibility("hidden")]] packed_place {
    static constexpr bool has_one_head = false;
    rows_on_device packed;
    index batch, first;
    int rows;
    FOVEA_DEVICE at_head here(int row) const { return packed.head(first + row); }
    FOVEA_DEVICE index head_of(int row) const { return here(row).head; }
    FOVEA_DEVICE index position_of(int row) const { return packed.position(first + row); }
};

// The result of a row whose total lies staged, in its place. By one lane.
template <int Values, int Rows, class Machine, class Problem>
FOVEA_DEVICE void finish_staged(row_writer<Machine, Problem, Values, Rows, packed_place> const& writer,
                                Problem const& p, packed_place const& at, word shared, int row) {
    const auto total = staged_total<Machine, decltype(Problem::moments)::count, Values>(shared, Rows, row);
    const float sink = bind_problem(p, at.here(row), by_powers{}).sink;
    using scored = decltype(Problem::scored);
    writer.keep(row, total.reference, finish_as<decltype(scored::normaliser), scored::wanted>(total, sink));
}

} // namespace fovea::inline v0_1::sm80
