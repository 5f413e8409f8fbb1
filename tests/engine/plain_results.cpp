// A template functor may give a plain number whatever it is called with: under a strip, in a score, an index or a mask.
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/worse.hpp"

namespace fv = fovea;
using namespace fovea::terms;

namespace {

template <class T> struct always {
    T value;
    template <class I> T operator()(I) const { return value; }
};

constexpr std::int64_t length = 70, channels = 8;
const std::vector<float> entries = tests::normals(length, 4);

// Of the CPU engine beside the reference engine, and beside the same with a number where the functor stands.
template <class Score> double worst_error(Score const& score, auto functor, auto number) {
    const auto q = tests::normals(length * channels, 1), k = tests::normals(length * channels, 2),
               v = tests::normals(length * channels, 3);
    const auto layout = fv::bhsd(1, 1, length, channels);
    const auto raw = fv::dot(fv::tensor(q.data(), layout), fv::tensor(k.data(), layout));
    std::vector<float> o(q.size()), same(q.size()), right(q.size());
    const auto run = [&](auto engine, auto& to, auto x) {
        fv::run(engine,
                fv::tensor(to.data(), layout) = fv::sum(fv::softmax(score(raw, x)) * fv::tensor(v.data(), layout)));
    };
    run(fv::cpu(), o, functor);
    run(fv::reference(), same, functor);
    run(fv::reference(), right, number);
    double worst = 0;
    for (std::size_t i = 0; i < o.size(); ++i) {
        worst = tests::worse(worst, std::abs(double{o[i]} - double{right[i]}));
        worst = tests::worse(worst, std::abs(double{same[i]} - double{right[i]}));
    }
    return worst;
}

constexpr auto added = [](auto raw, auto x) { return raw + x; };
constexpr auto looked_up = [](auto raw, auto x) { return raw + fv::lookup(fv::table(entries), x); };
constexpr auto masked = [](auto raw, auto x) { return fv::where(fv::causal && x, raw); };

} // namespace

TEST_CASE("a functor that gives a real number for everything", "[apply]") {
    CHECK(worst_error(added, fv::apply(always<float>{3}, k_pos), 3.f) < 1e-5);
    CHECK(worst_error(added, fv::apply(always<float>{3}, q_pos - k_pos), 3.f) < 1e-5);
}
TEST_CASE("a functor that gives an integer for everything", "[apply]") {
    CHECK(worst_error(looked_up, fv::apply(always<fv::index>{3}, k_pos), 3) < 1e-5);
    CHECK(worst_error(looked_up, fv::apply(always<fv::index>{3}, q_pos - k_pos), 3) < 1e-5);
    CHECK(worst_error(added, 1.f * fv::apply(always<fv::index>{3}, k_pos), 3.f) < 1e-5);
}
TEST_CASE("a functor that gives a number of another width for everything", "[apply]") {
    CHECK(worst_error(looked_up, fv::apply(always<int>{3}, k_pos), 3) < 1e-5);
    CHECK(worst_error(looked_up, fv::apply(always<short>{3}, q_pos), 3) < 1e-5);
    CHECK(worst_error(added, fv::apply(always<double>{3}, k_pos), 3.f) < 1e-5);
    CHECK(worst_error(added, fv::apply(always<double>{3}, k_pos - q_pos) + 1, 4.f) < 1e-5);
}
TEST_CASE("a functor that gives a truth for everything", "[apply]") {
    CHECK(worst_error(masked, fv::apply(always<bool>{true}, k_pos), true) < 1e-5);
    CHECK(worst_error(masked, fv::apply(always<bool>{true}, q_pos - k_pos), true) < 1e-5);
}
