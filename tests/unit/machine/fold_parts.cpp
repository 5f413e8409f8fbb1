// fold_parts against the sums that it stands for.
#include "support/any_width.hpp"

#include <fovea/machine/simd/fold_parts.hpp>

#include "support/catch.hpp"
#include "support/draws.hpp"

namespace {

// Lane l of vector i: part l % P of row l / P, of key i. Whole numbers, so that sums are exact in any order.
template <int R, int N> int wrongly_folded() {
    constexpr int parts = N / R;
    fovea::real_lanes<N> x[N];
    float sums[R][N] = {};
    tests::draws draw{12};
    for (int i = 0; i < N; ++i)
        for (int l = 0; l < N; ++l) {
            x[i].v[l] = static_cast<float>(draw.between(-1000, 1000));
            sums[l / parts][i] += x[i][l];
        }
    fovea::fold_parts<R>(x);
    int faults = 0;
    for (int r = 0; r < R; ++r)
        for (int i = 0; i < N; ++i) faults += x[r][i] != sums[r][i];
    return faults;
}

} // namespace

TEMPLATE_TEST_CASE_SIG("parts of rows are summed and turned over", "[fold_parts]", ((int N), N), 4, 8, 16) {
    CHECK(wrongly_folded<1, N>() == 0);
    CHECK(wrongly_folded<2, N>() == 0);
    CHECK(wrongly_folded<4, N>() == 0);
    CHECK(wrongly_folded<N / 2, N>() == 0);
    CHECK(wrongly_folded<N, N>() == 0);
}
