// The law of the walk: every attended key is in exactly one visited tile, wherever the score peaks.
#include <fovea/attend/walk.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/mask/dilated.hpp>
#include <fovea/mask/everything.hpp>
#include <fovea/mask/sink_tokens.hpp>
#include <fovea/mask/sliding_window.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

// Attended keys that are missed or visited twice, tiles called full that have a hole, over many query ranges.
template <class Mask, class Score> int wrong_keys(Mask const& mask, Score const& score, std::int64_t keys) {
    int wrong = 0;
    for (std::int64_t size : {1, 16, 32, 64})
        for (std::int64_t first_key : {0, 5, 1000})
            for (std::int64_t first : {0, 7, 300, 1003, 1400}) {
                const std::int64_t last = first + 12;
                const fv::element_box box{0, 0, 0, {first, last}, {}, 0, 0};
                const fv::key_tiles tiles{first_key, keys, size};
                std::vector<int> visits(static_cast<std::size_t>(tiles.count()));
                fv::walk_keys(mask, score, box, tiles, [&](std::int64_t t, fv::coverage c, bool) {
                    ++visits[static_cast<std::size_t>(t)];
                    if (c == fv::coverage::none) ++wrong;
                });
                for (std::int64_t t = 0; t < tiles.count(); ++t) {
                    bool attended = false;
                    for (std::int64_t k = t * size; k < std::min(keys, (t + 1) * size); ++k)
                        for (std::int64_t q = first; q <= last; ++q)
                            attended |= mask(tests::element{.query = q, .key = first_key + k});
                    wrong += attended && visits[static_cast<std::size_t>(t)] != 1;
                    wrong += visits[static_cast<std::size_t>(t)] > 1;
                }
            }
    return wrong;
}

} // namespace

TEST_CASE("every attended key is in exactly one visited tile", "[walk]") {
    const auto none = fv::lift(0.f);
    for (std::int64_t keys : {1, 15, 64, 517, 1100}) {
        INFO(keys << " keys");
        CHECK(wrong_keys(fv::everything, none, keys) == 0);
        CHECK(wrong_keys(fv::causal, none, keys) == 0);
        CHECK(wrong_keys(fv::sliding_window(40), none, keys) == 0);
        CHECK(wrong_keys(fv::causal && (fv::sliding_window(20) || fv::sink_tokens(4)), none, keys) == 0);
        CHECK(wrong_keys(k_pos % 100 == 3, none, keys) == 0);
    }
}

TEST_CASE("the walk starts at the peak of the score and still visits everything", "[walk]") {
    for (std::int64_t keys : {15, 517, 1100}) {
        INFO(keys << " keys");
        CHECK(wrong_keys(fv::everything, -0.5f * fv::abs(q_pos - k_pos), keys) == 0); // at the diagonal
        CHECK(wrong_keys(fv::everything, -0.5f * k_pos, keys) == 0);                  // at the first key
        CHECK(wrong_keys(fv::everything, 0.5f * k_pos, keys) == 0);                   // at the last key
        CHECK(wrong_keys(fv::causal, 0.5f * (k_pos - q_pos), keys) == 0);
        CHECK(wrong_keys(fv::dilated(64), -0.5f * fv::abs(k_pos - 200), keys) == 0);
    }
    std::vector<std::int64_t> order;
    fv::walk_keys(fv::everything, -0.5f * fv::abs(q_pos - k_pos), {0, 0, 0, {330, 340}, {}}, {0, 640, 64},
                  [&](std::int64_t t, fv::coverage, bool) { order.push_back(t); });
    CHECK(order.front() == 5);
}

TEST_CASE("full tiles are called full, dead groups are not asked tile by tile", "[walk]") {
    int full = 0, part = 0;
    fv::walk_keys(fv::causal, fv::lift(0.f), {0, 0, 0, {640, 703}, {}}, {0, 64000, 64},
                  [&](std::int64_t, fv::coverage c, bool) { ++(c == fv::coverage::all ? full : part); });
    CHECK(full == 10);
    CHECK(part == 1);
    CHECK(fv::live_work(fv::causal, {0, 0, 0, {640, 703}, {}}, {0, 64000, 64}) == 4 * 10 + 3);
}
