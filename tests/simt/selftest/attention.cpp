// A whole kernel under the emulator: right over ragged shapes and every schedule, and each of its defects found.
#include "simt/selftest/attention.hpp"

#include <random>

#include "simt/selftest/hopper_attention.hpp"
#include "simt/selftest/programs.hpp"
#include "support/worse.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

struct outcome {
    report said;
    double worst = 0; // absolute, against a sum in double
    std::size_t unwritten = 0;
};

struct problem {
    word queries, keys;
    guarded<fp16> q{queries * 64, role::input, "q"}, k{keys * 64, role::input, "k"}, v{keys * 64, role::input, "v"};
    guarded<fp16> o{queries * 64, role::output, "o"};

    problem(word many_queries, word many_keys) : queries(many_queries), keys(many_keys) {
        std::mt19937 random(queries * 31 + keys);
        std::normal_distribution<float> normal;
        for (auto* all : {&q, &k, &v})
            for (auto& x : *all) x = fp16(normal(random));
    }
    static constexpr float scale = 0.125f * 1.44269504f;

    outcome judged(report said) const {
        outcome result{std::move(said), 0, o.unwritten()};
        std::vector<double> weight(keys);
        for (word i = 0; i < queries; ++i) {
            double most = -1e300, sum = 0;
            for (word j = 0; j < keys; ++j) {
                double s = 0;
                for (word d = 0; d < 64; ++d) s += double{q[i * 64 + d]} * double{k[j * 64 + d]};
                most = std::max(most, weight[j] = s * 0.125);
            }
            for (double& w : weight) sum += w = std::exp(w - most);
            for (word d = 0; d < 64; ++d) {
                double right = 0;
                for (word j = 0; j < keys; ++j) right += weight[j] * double{v[j * 64 + d]};
                const double error = std::abs(right / sum - double{o[i * 64 + d]});
                result.worst = tests::worse(result.worst, error);
            }
        }
        return result;
    }
};

template <auto Defect>
    requires std::is_same_v<decltype(Defect), defect>
outcome attend(word queries, word keys, options const& how) {
    problem x(queries, keys);
    return x.judged(launch<attention<Defect>>({.x = ceil_div(queries, 64u)},
                                              {.q = x.q.data(),
                                               .k = x.k.data(),
                                               .v = x.v.data(),
                                               .o = x.o.data(),
                                               .queries = static_cast<int>(queries),
                                               .keys = static_cast<int>(keys),
                                               .scale = problem::scale},
                                              how));
}

template <auto Defect>
    requires std::is_same_v<decltype(Defect), hopper_defect>
outcome attend(word queries, word keys, options const& how) {
    problem x(queries, keys);
    const auto map = [](void const* data, word rows, word box) {
        return make_tensor_map({.base = data,
                                .rank = 3,
                                .sizes = {64, rows, 1},
                                .strides = {0, 128, std::uint64_t{128} * rows},
                                .box = {64, box, 1},
                                .swizzle = swizzle::bytes_128});
    };
    return x.judged(launch<hopper_attention<Defect>>({.x = ceil_div(queries, 128u)},
                                                     {.q = map(x.q.data(), queries, 128),
                                                      .k = map(x.k.data(), keys, 64),
                                                      .v = map(x.v.data(), keys, 64),
                                                      .o = map(x.o.data(), queries, 64),
                                                      .queries = static_cast<int>(queries),
                                                      .keys = static_cast<int>(keys),
                                                      .scale = problem::scale},
                                                     how));
}

template <auto Defect> void is_found(std::vector<fault> const& any) {
    with_every_schedule([&](options const& how) {
        const outcome result = attend<Defect>(200, 300, how);
        INFO("defect " << static_cast<int>(Defect) << ", seed " << how.seed << "\n" << result.said.text());
        bool found = false;
        for (fault f : any) found = found || result.said.has(f);
        CHECK(found);
    });
}

template <auto Right> void is_right() {
    for (auto shape : {std::pair{64u, 64u}, {1u, 1u}, {63u, 65u}, {77u, 333u}, {200u, 77u}, {130u, 130u}})
        with_every_schedule([&](options const& how) {
            const outcome result = attend<Right>(shape.first, shape.second, how);
            INFO(shape.first << " x " << shape.second << "\n" << result.said.text());
            CHECK(result.said.ok());
            CHECK(result.unwritten == 0);
            CHECK(result.worst < 2e-3); // probabilities rounded to fp16: 2^-11 of a value of about 4
        });
}

} // namespace

TEST_CASE("attention is right over ragged shapes and every schedule") { is_right<defect::none>(); }

TEST_CASE("attention: what it asks of the banks, the sectors and the tensor core") {
    const outcome swizzled = attend<defect::none>(256, 256, {.count = true});
    const outcome plain = attend<defect::no_swizzle>(256, 256, {.count = true});
    const traffic all = swizzled.said.total(), conflicts = plain.said.total();
    CHECK(swizzled.said.count("multiply") == 4096); // 4 x 4 tiles, 4 warps, 64 products
    CHECK(swizzled.said.count("load_matrix_x4") == 4 * 4 * 4 * 16 + 4 * 4 * 4);
    CHECK(all.wavefronts == all.ideal_wavefronts);
    CHECK(all.sectors == all.ideal_sectors + 256 * 64 * 2 / 32); // the result is written in halves of sectors
    CHECK(conflicts.wavefronts > 6 * conflicts.ideal_wavefronts); // 8 times in ldmatrix, none elsewhere
    CHECK(conflicts.sectors == all.sectors);
}

TEST_CASE("attention: every defect is found") {
    is_found<defect::no_wait>({fault::in_flight});
    is_found<defect::no_sync_at_start>({fault::in_flight});
    is_found<defect::no_sync_at_end>({fault::race});
    is_found<defect::rows_beyond_the_end>({fault::global_bounds});
    is_found<defect::no_zeros>({fault::stale, fault::unwritten});
    is_found<defect::divergent_shuffle>({fault::divergence});
    is_found<defect::lane_leaves>({fault::left});
    is_found<defect::lost_barrier>({fault::in_flight, fault::race, fault::deadlock});
    is_found<defect::stage_off_the_end>({fault::shared_bounds});
    is_found<defect::wrong_stage>({fault::stale, fault::in_flight});
}

TEST_CASE("Hopper attention is right over ragged shapes and every schedule") { is_right<hopper_defect::none>(); }

TEST_CASE("Hopper attention: every defect is found") {
    using d = hopper_defect;
    is_found<d::no_wait_for_keys>({fault::in_flight, fault::unwritten});
    is_found<d::no_wait_for_room>({fault::race, fault::protocol});
    is_found<d::early_release>({fault::race});
    is_found<d::wrong_parity>({fault::race, fault::protocol, fault::deadlock});
    is_found<d::half_the_bytes>({fault::deadlock});
    is_found<d::no_product_wait>({fault::protocol});
    is_found<d::no_product_fence>({fault::protocol});
    is_found<d::no_proxy_fence>({fault::proxy});
    is_found<d::no_barrier_fence>({fault::proxy});
    is_found<d::wrong_stride>({fault::in_flight, fault::race, fault::unwritten, fault::protocol, fault::shared_bounds});
    is_found<d::no_store_wait>({fault::protocol});
    const outcome misplaced = attend<d::wrong_swizzle>(200, 300, {});
    CHECK(!(misplaced.worst < 1e-1)); // a matter of numbers alone
}
