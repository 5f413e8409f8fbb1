// Numbers of an expression that cannot be: divisors of 0, factors and frequencies that are not finite, NaN. Each would
// make scores that are no numbers, or stop the program.
#include <fovea/fovea.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

constexpr float not_a_number = std::numeric_limits<float>::quiet_NaN(),
                infinite = std::numeric_limits<float>::infinity();

struct call {
    std::vector<float> memory = std::vector<float>(400, 0.25f), written = std::vector<float>(2 * 4 * 6, -7.f);
    fv::strided_view<float, fv::index> q = fv::tensor(memory.data(), fv::bshd(2, 6, 4, fv::index{8})),
                                       k = fv::tensor(memory.data(), fv::bshd(2, 6, 2, fv::index{8}));
    fv::strided_view<float, fv::constant_size<1>> l = fv::tensor(written.data(), fv::bhs(2, 4, 6));

    template <class Engine, class S> std::string sentence(Engine const& engine, S const& score) {
        return fv::try_run(engine, l = fv::logsumexp(score)).sentence();
    }
    bool untouched() const {
        for (float x : written)
            if (x != -7.f) return false;
        return true;
    }
};

} // namespace

TEST_CASE("steps, widths and blocks of 0 are refused by every engine", "[refusals]") {
    call c;
    const std::vector<int> blocks(4, 1);
    const auto all_refused = [&](auto mask) {
        const auto s = fv::where(mask, fv::dot(c.q, c.k));
        for (std::string const& sentence : {c.sentence(fv::cpu(), s), c.sentence(fv::reference(), s)}) {
            INFO(sentence);
            CHECK(sentence.find("by 0") != std::string::npos);
        }
    };
    all_refused(fv::dilated(0));
    all_refused(fv::neighbourhood(0, 1, 1));
    all_refused(fv::block_sparse(fv::table(blocks.data(), 2, 2), 0, 16));
    all_refused(fv::terms::q_pos / 0 == fv::terms::k_pos);
    CHECK(c.untouched());
}

TEST_CASE("a scale that is not finite is refused, and a cap of 0", "[refusals]") {
    call c;
    for (const float cap : {0.f, -0.f, not_a_number, infinite}) {
        INFO(cap);
        CHECK(c.sentence(fv::cpu(), fv::softcap(cap, fv::dot(c.q, c.k))).find("softcap a cap other than 0") !=
              std::string::npos);
    }
    CHECK(!c.sentence(fv::cpu(), fv::dot(c.q, c.k) * not_a_number).empty());
    CHECK(c.untouched());
}

TEST_CASE("numbers that make every score NaN are refused", "[refusals]") {
    call c;
    const auto says = [&](auto const& score, char const* words) {
        const std::string sentence = c.sentence(fv::reference(), score);
        INFO(sentence);
        CHECK(sentence.find(words) != std::string::npos);
    };
    const auto s = fv::dot(c.q, c.k);
    says(s + not_a_number, "NaN");
    says(fv::where(fv::causal, s - fv::terms::k_pos * 2.f + not_a_number), "NaN");
    for (const float divisor : {0.f, -0.f}) says(s / divisor, "divides by 0");
    for (const float factor : {not_a_number, infinite})
        says(fv::dot(fv::scale(c.q, factor), c.k), "scale multiplies q");
    says(fv::dot(c.q, fv::scale(c.k, -infinite)), "scale multiplies k");
    CHECK(c.untouched());
    CHECK(c.sentence(fv::reference(), s / 2.f) == "");
    CHECK(c.sentence(fv::reference(), fv::dot(c.q, fv::scale(c.k, 0.f))) == "");
}

TEST_CASE("rotations that turn by no number are refused", "[refusals]") {
    call c;
    const auto says = [&](auto const& by_q, auto const& by_k) {
        return c.sentence(fv::reference(), fv::dot(fv::rope_pairs(c.q, by_q), fv::rope_pairs(c.k, by_k)));
    };
    const fv::rope_plain plain{};
    for (const double theta : {-5., 0., double{not_a_number}}) {
        INFO(theta);
        CHECK(says(fv::rope_plain{.theta = theta}, plain).find("rope turns q") != std::string::npos);
    }
    CHECK(says(plain, fv::rope_linear{.factor = 0}).find("rope turns k") != std::string::npos);
    CHECK(says(fv::rope_yarn{.factor = infinite}, plain).find("rope turns q") != std::string::npos);
    CHECK(c.untouched());
    CHECK(says(plain, fv::rope_linear{.factor = 4}) == "");
    CHECK_FALSE(c.untouched());
}
