// The order of blocks by what they have to do: ranks as a count on the host gives them, and an order that is followed.
#include <algorithm>
#include <fovea/engine/sm80/schedule.hpp>
#include <fovea/fovea.hpp>
#include <fovea/plan/census.hpp>
#include <numeric>
#include <vector>

#include "engine/sm80/emulated.hpp"
#include "simt/guarded.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
namespace sm80 = fovea::sm80;
namespace simt = fovea::simt;
using namespace fovea::literals;

namespace {

constexpr fv::index length = 400;

struct operands {
    fv::index batches, heads, kv_heads;
    std::vector<fv::fp16> q_data, k_data;
    operands(fv::index b, fv::index h, fv::index h_kv)
        : batches(b),
          heads(h),
          kv_heads(h_kv),
          q_data(static_cast<std::size_t>(b * length * h * 32)),
          k_data(static_cast<std::size_t>(b * length * h_kv * 32)) {
        for (std::size_t i = 0; i < q_data.size(); ++i) q_data[i] = fv::fp16{static_cast<float>(i * i % 101) / 64};
        for (std::size_t i = 0; i < k_data.size(); ++i) k_data[i] = fv::fp16{static_cast<float>(i * i % 89) / 64};
    }
    auto q() { return fv::tensor(q_data.data(), fv::bshd(batches, length, heads, 32_c)); }
    auto k() { return fv::tensor(k_data.data(), fv::bshd(batches, length, kv_heads, 32_c)); }
    auto o(std::vector<float>& data) { return fv::tensor(data.data(), fv::bshd(batches, length, heads, 32_c)); }
};

constexpr fv::tile_shape narrow{.query = 64, .key = 32, .warps = 4, .stages = 1};
template <class Problem> using tile_of = decltype(sm80::chosen_tile<Problem, narrow, sm80::head_sizes{}>());

// Live tiles of one block by asking every tile on the host.
template <class Tile, class Problem> fv::word counted(Problem const& p, sm80::block_place at) {
    fv::word live = 0;
    const fv::index heads = p.q().heads(), head = at.head % heads, row = fv::index{at.tile} * Tile::query;
    for (fv::index k = 0; k < length; k += Tile::key) {
        fv::element_box box{at.head / heads, head, head / p.group(), {}, {}};
        box.query = {row, std::min(row + Tile::query, length) - 1};
        box.key = {k, std::min(k + Tile::key, length) - 1};
        live += fv::covers(p.scored.mask, box) != fv::coverage::none ? 1 : 0;
    }
    return live;
}

// Ranks of all blocks, by the kernel in the emulator; and what they must be.
template <class Mask> void check_ranks(operands& x, Mask const& mask, std::int32_t section) {
    std::vector<float> o_data(x.q_data.size());
    const auto p =
        fv::make_problem(x.o(o_data) = fv::sum(fv::softmax(fv::where(mask, fv::scaled_dot(x.q(), x.k()))) * x.k()));
    using problem_type = std::remove_const_t<decltype(p)>;
    using tile = tile_of<problem_type>;
    using counting = sm80::count_work<simt::machine, problem_type, tile>;
    sm80::block_plan plan = sm80::plan_blocks<tile>(p);
    sm80::cut_into_sections(plan, section);
    const auto blocks = static_cast<std::size_t>(plan.blocks());
    const auto [work_bits, all_bits] = sm80::bits_of_ranks(plan, fv::ceil_div(length, fv::index{tile::key}));
    simt::guarded<sm80::block_rank> ranks(blocks, simt::role::output, "ranks");
    simt::guarded<fv::word> numbers(blocks, simt::role::output, "numbers");
    const auto said = simt::launch<counting>({static_cast<fv::word>(counting::blocks_for(plan))},
                                             {p, plan, work_bits, ranks.data(), numbers.data()}, {.seed = 5});
    INFO(said.text());
    REQUIRE(said.ok());
    CHECK(ranks.unwritten() == 0);
    CHECK(numbers.unwritten() == 0);
    int wrong = 0;
    std::vector<fv::word> works;
    for (fv::word n = 0; n < blocks; ++n) {
        const sm80::block_place at = sm80::place_of<simt::machine>(plan, n);
        const fv::word work = static_cast<fv::word>(ranks[n] & ((sm80::block_rank{1} << work_bits) - 1));
        wrong += work != counted<tile>(p, at) || numbers[n] != n || ranks[n] >> all_bits != 0;
        works.push_back(work);
        // No block of a later section is ranked before one of an earlier section.
        for (fv::word before = 0; before < n; ++before) {
            const auto first = sm80::place_of<simt::machine>(plan, before);
            wrong += first.head / section != at.head / section && ranks[before] <= ranks[n];
        }
    }
    CHECK(wrong == 0);
    CHECK(*std::min_element(works.begin(), works.end()) < *std::max_element(works.begin(), works.end()));
}

} // namespace

TEST_CASE("schedule: a block's rank is its section and its live tiles") {
    operands x(2, 4, 2);
    std::vector<int> ids(2 * length), lengths{150, 400};
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<int>(i % length < 250 ? 0 : i % length / 50);
    check_ranks(x, fv::documents(fv::sorted(ids.data(), 2, length)), 8);
    check_ranks(x, fv::causal && fv::documents(fv::sorted(ids.data(), 2, length)), 4);
    check_ranks(x, fv::causal && fv::padding(fv::table(lengths)), 2);
    check_ranks(x, fv::causal, 3);
}

TEST_CASE("schedule: the kernel follows the order, with the same bits") {
    operands x(1, 2, 1);
    std::vector<float> planned(x.q_data.size(), -1.f), ordered(planned), one(planned);
    const auto run = [&](std::vector<float>& o_data, std::vector<fv::word> const& order) {
        const auto p = fv::make_problem(
            x.o(o_data) = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(x.q(), x.k()))) * x.k()));
        using problem_type = std::remove_const_t<decltype(p)>;
        using tile = tile_of<problem_type>;
        const sm80::block_plan plan = sm80::plan_blocks<tile>(p);
        simt::report said;
        if (order.empty())
            said = simt::launch<sm80::forward<simt::machine, problem_type, tile>>(
                {static_cast<fv::word>(plan.blocks())}, sm80::make_params<tile>(p));
        else
            said = simt::launch<sm80::forward<simt::machine, problem_type, tile, sm80::ordered_plan>>(
                {static_cast<fv::word>(order.size())},
                sm80::make_params<tile>(p, sm80::ordered_plan{plan, order.data()}));
        INFO(said.text());
        REQUIRE(said.ok());
        return plan;
    };
    const sm80::block_plan plan = run(planned, {});
    std::vector<fv::word> order(static_cast<std::size_t>(plan.blocks()));
    std::iota(order.begin(), order.end(), 0u);
    std::reverse(order.begin(), order.begin() + 9);
    run(ordered, order);
    CHECK(ordered == planned);
    run(one, {5}); // a grid of one block: the one that the order names, and no other
    const sm80::block_place fifth = sm80::place_of<simt::machine>(plan, 5);
    int wrong = 0;
    for (fv::index row = 0; row < length; ++row)
        for (fv::index head = 0; head < 2; ++head)
            for (fv::index c = 0; c < 32; ++c) {
                const auto at = static_cast<std::size_t>((row * 2 + head) * 32 + c);
                wrong += one[at] != (row / 64 == fifth.tile && head == fifth.head ? planned[at] : -1.f);
            }
    CHECK(wrong == 0);
}
