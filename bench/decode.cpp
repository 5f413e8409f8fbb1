// How much of the memory's read bandwidth does decoding reach? One query a head against a long cache, one thread.
//
// The caches of many layers are visited in turn, as a model does, so that they come from memory and not from a cache of
// the processor; a plain read of the same buffers in the same alternation is the measure.
#include <memory>
#include <vector>

#include "support/peak.hpp"
#include "support/report.hpp"
#include "support/workload.hpp"

namespace {

namespace fv = fovea;
using bench::index;

constexpr index prefetch_distances[] = {0, 1024, 4096};

template <class T, index D>
void measure(bench::report& report, bench::options const& options, index keys, index group) {
    constexpr index kv_heads = 8;
    const index cache = 2 * kv_heads * keys * D * static_cast<index>(sizeof(T));
    const index layers = std::max(index{2}, (options.quick ? index{64} << 20 : index{320} << 20) / cache);
    std::vector<std::unique_ptr<bench::workload<T, D>>> layer;
    for (index i = 0; i < layers; ++i)
        layer.push_back(
            std::make_unique<bench::workload<T, D>>(bench::problem_size{kv_heads * group, kv_heads, 1, keys}));
    std::vector<bench::work> candidates{[&] {
        for (auto const& w : layer) fv::run(fv::cpu(), w->o() = fv::sum(fv::softmax(w->scores()) * w->v()));
    }};
    for (const index ahead : prefetch_distances)
        candidates.push_back([&layer, ahead] {
            for (auto const& w : layer) {
                bench::read_all(w->k().data, w->key_bytes(), ahead);
                bench::read_all(w->v().data, w->key_bytes(), ahead);
            }
        });
    constexpr bool pairs = std::is_same_v<T, fovea::bf16> && fovea::native_isa.bf16_pairs;
    double flops = 0; // of the products that decoding is made of
    candidates.push_back([&flops, rounds = options.quick ? 20000 : 500000] {
        flops = pairs ? bench::bf16_burst(rounds) : bench::fp32_burst(rounds);
    });
    const auto s = bench::alternate(candidates, options.with({.repeats = 15, .seconds = 2.5}));
    const double best_read = *std::min_element(s.begin() + 1, s.end() - 1);
    const double bytes = static_cast<double>(cache * layers), rate = bytes / s[0] * 1e-9;
    const double read = bytes / best_read * 1e-9;
    std::printf("%s  d %3td  %5td keys  %td / %td heads  %8.3f ms a layer  %5.1f GB/s  %5.1f %% of a read's %.1f\n",
                bench::dtype_name<T>, D, keys, kv_heads * group, kv_heads, 1e3 * s[0] / static_cast<double>(layers),
                rate, 100 * rate / read, read);
    std::fflush(stdout);
    report.add({{"case", "decode"},
                {"dtype", bench::dtype_name<T>},
                {"head_dim", D},
                {"queries", 1},
                {"keys", keys},
                {"heads", kv_heads * group},
                {"kv_heads", kv_heads},
                {"mask", "full"},
                {"threads", 1},
                {"fovea_s", s[0] / static_cast<double>(layers)},
                {"gbs", rate},
                {"read_gbs", read},
                {"share_of_read", rate / read},
                {"peak_gflops", flops / s.back() * 1e-9}});
}

} // namespace

int main(int count, char** arguments) {
    const bench::options options = bench::read_options(count, arguments);
    bench::report report("decode", options);
    const auto measure_all = [&]<class T, bench::index D>(bool every_length) {
        for (const bench::index group : {1, 4, 8})
            for (const bench::index keys : {1001, 1024, 8192, 32768}) { // 1001: no whole number of vectors
                const bool chosen = options.quick ? keys == 1024 : keys == 8192 || every_length;
                if (chosen) measure<T, D>(report, options, keys, group);
            }
    };
    bench::for_each_format(
        [&]<class T, bench::index D> { measure_all.template operator()<T, D>(std::is_same_v<T, fovea::bf16>); });
    measure_all.template operator()<fovea::fp16, 64>(false);
    measure_all.template operator()<fovea::fp16, 128>(false);
    report.write();
}
