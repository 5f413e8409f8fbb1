// Lookups that settle: where they are said to, one element's value stands for all of the box.
#include <fovea/expr/settle.hpp>
#include <fovea/score/relative_bias.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using tests::element;

namespace {

struct tally {
    int settled = 0, open = 0, wrong = 0;
};

// Boxes near and far from the diagonal: where e settles, what is read at one element holds at every other.
template <class E> tally tried(E const& e) {
    static_assert(fv::has_settling<E>);
    tests::draws draw{77};
    tally t;
    for (int i = 0; i < 400; ++i) {
        const std::int64_t q = draw.between(0, 600), k = draw.between(0, 600), rows = draw.between(1, 16),
                           keys = draw.of<std::int64_t>({1, 8, 64});
        const tests::tile box{.head = draw.between(0, 1), .query = {q, q + rows - 1}, .key = {k, k + keys - 1}};
        if (!fv::settles(e, box)) {
            ++t.open;
            continue;
        }
        ++t.settled;
        element at{.head = box.head, .query = draw.between(q, box.query.hi), .key = draw.between(k, box.key.hi)};
        const auto number = fv::settled(e, at);
        static_assert(!fv::has_settling<decltype(number)>);
        for (at.query = q; at.query <= box.query.hi; ++at.query)
            for (at.key = k; at.key <= box.key.hi; ++at.key) {
                at.score = static_cast<float>(at.query - at.key);
                t.wrong += number(at) != e(at);
            }
    }
    return t;
}
template <class E> void check(char const* name, E const& e) {
    const tally t = tried(e);
    INFO(name << ": settled " << t.settled << ", open " << t.open);
    CHECK(t.wrong == 0);
    CHECK(t.settled > 30);
    CHECK(t.open > 30);
}

template <class E> constexpr bool settling(E const&) { return fv::has_settling<E>; }

} // namespace

TEST_CASE("a lookup whose index moves in steps settles where all read one entry", "[expr]") {
    tests::draws draw{78};
    std::vector<float> entries(64);
    for (float& x : entries) x = static_cast<float>(draw.between(-1000, 1000));
    const auto t = fv::table(entries.data(), 64), by_head = fv::table(entries.data(), 2, 32);
    check("clipped distance", fv::lookup(t, fv::clamp(k_pos - q_pos, -20, 20) + 20));
    check("T5", fv::relative_bias(by_head, fv::t5{}));
    check("T5, both ways", fv::relative_bias(by_head, fv::t5{.bidirectional = true}) * 0.5f);
    check("blocks of keys", fv::lookup(t, k_pos / 100) + 1.f);
    check("two of them, within a sum", fv::lookup(t, k_pos / 300) + 2.f * fv::lookup(by_head, head, q_pos >> 7));

    check("one side", fv::lookup(t, fv::max(k_pos - q_pos, 0)));
}

TEST_CASE("a lookup that moves with every key, or with the score, does not settle", "[expr]") {
    std::vector<float> entries(64);
    const auto t = fv::table(entries);
    CHECK_FALSE(settling(fv::lookup(t, k_pos)));
    CHECK_FALSE(settling(fv::lookup(t, 3 * (q_pos - k_pos) + 1)));
    CHECK_FALSE(settling(fv::lookup(t, head) * (k_pos - q_pos)));
    CHECK_FALSE(settling(k_pos / 64));
    CHECK(settling(fv::lookup(t, head) * fv::lookup(t, k_pos / 64)));
}
