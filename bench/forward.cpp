// How much of a core's peak does the forward pass reach? Full and causal, 128 to 8192 tokens, one thread; and 32 heads.
#include <array>

#include "support/peak.hpp"
#include "support/report.hpp"
#include "support/workload.hpp"

namespace {

using bench::index;

// Heads so that every length does about the same work.
index heads_for(index length) { return std::clamp(index{8192} / length, index{1}, index{8}); }

template <class T, index D>
void measure(bench::report& report, bench::options const& options, index length, index heads) {
    const bench::workload<T, D> w({heads, heads, length, length});
    const auto attention = [&w](auto const& s) {
        fovea::run(fovea::cpu(), w.o() = fovea::sum(fovea::softmax(s) * w.v()));
    };
    const index rounds = options.quick ? 20000 : 500000;
    double fp32_flops = 0, bf16_flops = 0, own_flops = 0;
    const auto seconds = bench::alternate(
        {[&] { attention(w.scores()); }, [&] { attention(fovea::where(fovea::causal, w.scores())); },
         [&] { fp32_flops = bench::fp32_burst(rounds); }, [&] { bf16_flops = bench::bf16_burst(rounds); },
         [&] { own_flops = bench::own_bf16_burst(rounds); }},
        options.with({.seconds = 3}));
    const double fp32_peak = fp32_flops / seconds[2] * 1e-9, bf16_peak = bf16_flops / seconds[3] * 1e-9;
    const bool own = std::is_same_v<T, fovea::bf16> && own_flops > 0;
    const double peak = own ? own_flops / seconds[4] * 1e-9 : fp32_peak;
    for (const bool causal : {false, true}) {
        const double share = causal ? bench::causal_share(length) : 1;
        const double s = seconds[causal], rate = w.size.flops(D) * share / s * 1e-9;
        std::printf("%s  d %3td  %5td tokens  %td heads  %-6s %9.3f ms  %6.1f GFLOP/s  %5.1f %% of %.1f\n",
                    bench::dtype_name<T>, D, length, heads, causal ? "causal" : "full", 1e3 * s, rate,
                    100 * rate / peak, peak);
        report.add({{"case", "forward"},
                    {"dtype", bench::dtype_name<T>},
                    {"head_dim", D},
                    {"queries", length},
                    {"keys", length},
                    {"heads", heads},
                    {"kv_heads", heads},
                    {"mask", causal ? "causal" : "full"},
                    {"threads", 1},
                    {"fovea_s", s},
                    {"gflops", rate},
                    {"peak_gflops", peak},
                    {"pairs_peak_gflops", bf16_peak},
                    {"share_of_peak", rate / peak}});
    }
    std::fflush(stdout);
}

} // namespace

int main(int count, char** arguments) {
    const bench::options options = bench::read_options(count, arguments);
    bench::report report("forward", options);
    if (fovea::native_isa.bf16_tiles) std::printf("bf16 runs on the matrix unit and is held against its peak\n");
    else if (!fovea::native_isa.bf16_pairs)
        std::printf("this machine is not faster at vdpbf16ps: bf16 is computed in fp32 and held against that peak\n");
    bench::for_each_format([&]<class T, bench::index D> {
        for (const bench::index length : {128, 256, 512, 1024, 2048, 4096, 8192})
            if (!options.quick || length <= 512) measure<T, D>(report, options, length, heads_for(length));
        // As many heads as a model has, whose keys and values no cache holds together.
        if (!options.quick) measure<T, D>(report, options, 2048, 32);
    });
    report.write();
}
