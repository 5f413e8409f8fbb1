// T5's buckets against their definition, for usual shapes, crowded ones, and distances without end.
#include <algorithm>
#include <cmath>
#include <fovea/score/relative_bias.hpp>

#include "support/catch.hpp"

namespace fv = fovea;

namespace {

// As T5's authors define it, in double but for the logarithm, whose float rounding is theirs.
fv::index defined(fv::t5 shape, fv::index relative) {
    const fv::index side = shape.bidirectional ? shape.buckets / 2 : shape.buckets, exact = side / 2;
    const fv::index distance = relative < 0 ? -relative : shape.bidirectional ? relative : 0;
    const fv::index offset = shape.bidirectional && relative > 0 ? side : 0;
    if (distance < exact) return offset + distance;
    if (distance >= shape.max_distance) return offset + side - 1;
    const float share = std::log(static_cast<float>(distance) / static_cast<float>(exact)) /
                        std::log(static_cast<float>(shape.max_distance) / static_cast<float>(exact));
    const auto grown = static_cast<fv::index>(share * static_cast<float>(side - exact));
    return offset + std::min(exact + grown, side - 1);
}

fv::index count_of_differences(fv::t5 shape) {
    const fv::t5_buckets buckets(shape);
    fv::index differences = 0;
    const auto compare = [&](fv::index relative) {
        differences += buckets(relative) != defined(shape, relative) ? 1 : 0;
        differences += buckets(-relative) != defined(shape, -relative) ? 1 : 0;
    };
    for (fv::index d = 0; d < 2 * shape.max_distance + 100; ++d) compare(d);
    for (int power = 16; power < 62; ++power)
        for (fv::index beside = -1; beside < 2; ++beside) compare((fv::index{1} << power) + beside);
    return differences;
}

} // namespace

TEST_CASE("T5's buckets are those of their definition") {
    for (const bool bidirectional : {false, true})
        for (const fv::index buckets : {2, 3, 4, 8, 16, 30, 32, 33, 64, 128, 256, 510, 512})
            for (const fv::index most : {20, 32, 100, 128, 129, 256, 512, 1000, 4096, 20000}) {
                const fv::t5 shape{.buckets = buckets, .max_distance = most, .bidirectional = bidirectional};
                const fv::index exact = (bidirectional ? buckets / 2 : buckets) / 2;
                if (most <= exact || exact == 0) continue; // refused
                CAPTURE(bidirectional, buckets, most);
                CHECK(count_of_differences(shape) == 0);
            }
}

TEST_CASE("T5's buckets go on to the ends of the 64-bit range") {
    for (const bool bidirectional : {false, true}) {
        const fv::t5_buckets buckets({.bidirectional = bidirectional});
        CAPTURE(bidirectional);
        CHECK(buckets(fv::index_min) == buckets(-1000));
        CHECK(buckets(fv::index_max) == buckets(1000));
        CHECK(buckets(fv::any_position).lo == 0);
        CHECK(buckets(fv::any_position).hi == 31);
    }
}
