// Quotients by a multiplication and a shift are those of the division.
#include <cstdint>
#include <fovea/engine/sm80/divisor.hpp>
#include <random>

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

constexpr fv::word most = 0x7fffffff;

int wrong_quotients(fv::word n, fv::word by) {
    const auto d = fv::sm80::divisor_of(by);
    const auto long_n = static_cast<fv::index>(n);
    return int{n / d != n / by} + int{n % d != n % by} + int{long_n / d != long_n / by} +
           int{long_n % d != long_n % by};
}

} // namespace

TEST_CASE("a divisor's quotients and remainders are exact", "[divisor]") {
    int wrong = 0;
    for (fv::word by = 1; by < 2000; ++by)
        for (fv::word n = 0; n < 5000; ++n) wrong += wrong_quotients(n, by);
    CHECK(wrong == 0);
    // Around multiples, where a quotient changes, up to the largest number.
    std::mt19937 drawn(7);
    const auto draw = [&] { return static_cast<fv::word>(drawn()); };
    for (int i = 0; i < 300000; ++i) {
        const fv::word by = (draw() & most) >> draw() % 31 | 1u, times = (draw() & most) / by * by;
        for (const fv::word n : {times - (times > 0 ? 1 : 0), times, most, most / by * by, most / by * by - 1})
            wrong += wrong_quotients(n, by);
        wrong += wrong_quotients(draw() & most, by) + wrong_quotients(draw() & most, (by & ~1u) | 2u);
    }
    for (int power = 0; power < 31; ++power)
        for (const fv::word by : {fv::word{1} << power, (fv::word{1} << power) + 1, (fv::word{2} << power) - 1})
            for (const fv::word n : {fv::word{0}, by - 1, by, most - 1, most})
                wrong += wrong_quotients(n & most, by & most);
    CHECK(wrong == 0);
    CHECK(fv::index{fv::sm80::divisor_of(12)} == 12);
    CHECK(fv::index{fv::sm80::divisor_of(0)} == 1);
    CHECK(fv::index{fv::sm80::divisor_of(fv::index{1} << 40)} == most);
}
