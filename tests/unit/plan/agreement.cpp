// What the assignments of one run share: one pair of operands, one sink, and memory of their own.
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

constexpr std::int64_t heads = 2, length = 3, channels = 4;
using numbers = std::vector<float>;

// Operands of one size, and what is written.
struct call {
    numbers memory = tests::normals(6 * heads * length * channels, 86);
    numbers statistics = numbers(heads * length), more = statistics;

    auto tensor(std::size_t i) {
        return fv::tensor(memory.data() + i * heads * length * channels, fv::bhsd(1, heads, length, channels));
    }
    auto statistic() { return fv::tensor(statistics.data(), fv::bhs(1, heads, length)); }
    auto second() { return fv::tensor(more.data(), fv::bhs(1, heads, length)); }
};

bool names(fv::status const& s, char const* words) {
    UNSCOPED_INFO(s.sentence());
    return std::string(s.sentence()).find(words) != std::string::npos;
}

} // namespace

TEST_CASE("a mask or an expectation of other operands than the score's is refused", "[agreement]") {
    call c;
    const auto one = fv::scaled_dot(c.tensor(0), c.tensor(1)), other = fv::scaled_dot(c.tensor(2), c.tensor(1));
    const auto p = fv::softmax(one);
    char const* const words = "two different pairs of operands";
    CHECK(names(fv::try_run(fv::cpu(), c.statistic() = fv::logsumexp(one + other)), words));
    CHECK(names(fv::try_run(fv::cpu(), c.statistic() = fv::logsumexp(fv::where(other > 0, one))), words));
    CHECK(names(fv::try_run(fv::cpu(), c.statistic() = fv::sum(p * other)), words));
    CHECK(names(fv::try_run(fv::cpu(), c.statistic() = fv::sum(p * fv::where(other > 0, one))), words));
    CHECK(fv::try_run(fv::cpu(), c.statistic() = fv::logsumexp(fv::where(one > 0, one))).ok());
    CHECK(fv::try_run(fv::cpu(), c.statistic() = fv::sum(p * one)).ok());
}

TEST_CASE("two sinks in one run are refused", "[agreement]") {
    call c;
    const auto s = fv::scaled_dot(c.tensor(0), c.tensor(1));
    const auto with = [&](float sink) { return fv::softmax(s, sink); };
    const auto o = c.tensor(3), v = c.tensor(2);
    char const* const words = "sinks with different values";
    CHECK(names(fv::try_run(fv::cpu(), o = fv::sum(with(1) * v) - fv::sum(with(2) * v)), words));
    CHECK(names(fv::try_run(fv::cpu(), o = fv::sum(with(1) * v), c.statistic() = fv::entropy(with(2))), words));
    CHECK(fv::try_run(fv::cpu(), o = fv::sum(with(1) * v), c.statistic() = fv::entropy(with(1))).ok());
    // a sink that is NaN agrees with itself, and is refused for another reason
    const float nan = std::numeric_limits<float>::quiet_NaN();
    CHECK(names(fv::try_run(fv::cpu(), o = fv::sum(with(nan) * v), c.statistic() = fv::entropy(with(nan))), "is NaN"));
}

TEST_CASE("an output at the place of what another row still reads is refused", "[agreement]") {
    call c;
    const auto p = fv::softmax(fv::scaled_dot(c.tensor(0), c.tensor(1)));
    const auto v = c.tensor(2), o = c.tensor(3), x = c.tensor(4);
    const auto untouched = c.memory;
    const auto turned = fv::tensor(x.data, fv::bshd(1, length, heads, channels));
    const auto of_q = fv::tensor(c.memory.data(), fv::bshd(1, length, heads, channels));
    const auto first_row = fv::tensor(x.data, fv::bhsd(1, heads, 1, channels));
    const auto y = fv::sum(p * v);
    CHECK(names(fv::try_run(fv::cpu(), x = y + x, o = y * x), "output 1 starts at the first element of a tensor in the "
                                                              "epilogue of output 2"));
    CHECK(names(fv::try_run(fv::cpu(), o = y * x, x = y + x), "output 2 starts at the first element of a tensor in the "
                                                              "epilogue of output 1"));
    CHECK(names(fv::try_run(fv::cpu(), turned = y + x), "its rows lie elsewhere"));
    CHECK(names(fv::try_run(fv::cpu(), x = y + first_row), "its rows lie elsewhere"));
    CHECK(names(fv::try_run(fv::cpu(), of_q = y), "output 1 starts at the first element of q but"));
    CHECK(c.memory == untouched);
    CHECK(fv::try_run(fv::cpu(), x = y + x).ok()); // each row is read before it is written
    CHECK(fv::try_run(fv::cpu(), c.tensor(0) = y).ok());
}

TEST_CASE("an expectation of a masked function counts the keys that its mask leaves", "[agreement]") {
    call c;
    const auto s = fv::where(fv::causal, fv::scaled_dot(c.tensor(0), c.tensor(1)));
    const auto p = fv::softmax(s);
    const auto check = [&](auto const& engine) {
        fv::run(engine, c.statistic() = fv::sum(p * fv::where(k_pos < 1, fv::exp(0 * k_pos))),
                c.second() = fv::sum(p * fv::select(k_pos < 1, 1, 0)));
        CHECK(c.statistics == c.more);
        CHECK(c.statistics[0] == 1);
        CHECK(c.statistics[1] < 1);
        fv::run(engine, c.statistic() = fv::sum(p * s),
                c.second() = fv::sum(p * fv::scaled_dot(c.tensor(0), c.tensor(1))));
        CHECK(c.statistics == c.more);
    };
    check(fv::cpu());
    check(fv::reference());
}
