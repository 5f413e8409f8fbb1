// What do masks, biases and statistics cost over plain attention? 2048 tokens, one thread, alternating runs.
//
// Each variant is held against plain causal attention, two-sided ALiBi (which is for attention both ways) against full.
// A mask that kills more than causal does is compared per multiply-add that the engine's register blocks leave alive.
#include <cmath>
#include <vector>

#include "support/live.hpp"
#include "support/report.hpp"
#include "support/workload.hpp"

namespace {

namespace fv = fovea;
using bench::index;

template <class T, index D> class variants {
public:
    variants(bench::report& r, bench::options const& o)
        : report_(r),
          options_(o),
          length_(o.quick ? 512 : 2048),
          w_({heads, heads, length_, length_}),
          row_numbers_(w_.row_numbers()) {
        for (index h = 0; h < heads; ++h) slopes_.push_back(std::exp2(-8.f * static_cast<float>(h + 1) / heads));
        for (index i = 0; i < heads * buckets; ++i) biases_.push_back(std::sin(static_cast<float>(i)));
    }

    void measure_all() {
        const auto s = w_.scores();
        const auto slopes = fv::table(slopes_.data(), heads);
        const auto causal = [](auto const& x) { return fv::where(fv::causal, x); };
        const auto window = fv::causal && (fv::sliding_window(700) || fv::sink_tokens(4));
        const auto biases = fv::table(biases_.data(), heads, buckets);
        over_causal("window(700) || sink(4)", live_share(window), values(fv::where(window, s)));
        over_causal("alibi", {}, values(causal(s + fv::alibi(slopes))));
        against("alibi_two_sided", "full", {}, values(s + fv::alibi_two_sided(slopes)), values(s));
        over_causal("relative_bias (T5)", {}, values(causal(s + fv::relative_bias(biases, fv::t5{}))));
        over_causal("logsumexp", {}, [this, x = causal(s)] {
            fv::run(fv::cpu(), w_.o() = fv::sum(fv::softmax(x) * w_.v()), row_numbers_ = fv::logsumexp(x));
        });
        over_causal("entropy", {}, [this, p = fv::softmax(causal(s))] {
            fv::run(fv::cpu(), w_.o() = fv::sum(p * w_.v()), row_numbers_ = fv::entropy(p));
        });
        over_causal("softcap (tanh)", {}, values(causal(fv::softcap(30.f, s))));
    }

private:
    static constexpr index heads = 4, buckets = 32;

    template <class S> bench::work values(S const& s) {
        return [this, s] { fv::run(fv::cpu(), w_.o() = fv::sum(fv::softmax(s) * w_.v())); };
    }
    struct shares {
        double products = 1, pairs = 1;
    };
    template <class Mask> shares live_share(Mask const& mask) const {
        constexpr fv::cpu_shape shape = bench::engine_shape<T>;
        const auto own = bench::count_live(mask, length_, length_, shape);
        const auto plain = bench::count_live(fv::causal, length_, length_, shape);
        return {own.products / plain.products, own.pairs / plain.pairs};
    }
    void over_causal(char const* name, shares live, bench::work const& variant) {
        against(name, "causal", live, variant, values(fv::where(fv::causal, w_.scores())));
    }
    void against(char const* name, char const* plain_name, shares live, bench::work const& variant,
                 bench::work const& plain) {
        const auto s = bench::alternate({variant, plain}, options_.with({.repeats = 25, .seconds = 4}));
        const double ratio = s[0] / s[1] / live.products;
        std::printf("%s  d %3td  %-24s %9.3f ms  %s %9.3f ms  ratio%s %.3f\n", bench::dtype_name<T>, D, name,
                    1e3 * s[0], plain_name, 1e3 * s[1], live.products == 1 ? "" : " per live FLOP", ratio);
        std::fflush(stdout);
        report_.add({{"case", "variant"},
                     {"dtype", bench::dtype_name<T>},
                     {"head_dim", D},
                     {"queries", length_},
                     {"keys", length_},
                     {"heads", heads},
                     {"kv_heads", heads},
                     {"mask", name},
                     {"threads", 1},
                     {"fovea_s", s[0]},
                     {"plain", plain_name},
                     {"plain_s", s[1]},
                     {"live_share", live.products},
                     {"live_share_of_pairs", live.pairs},
                     {"ratio", ratio}});
    }

    bench::report& report_;
    bench::options options_;
    index length_;
    bench::workload<T, D> w_;
    decltype(w_.row_numbers()) row_numbers_;
    std::vector<float> slopes_, biases_;
};

} // namespace

int main(int count, char** arguments) {
    const bench::options options = bench::read_options(count, arguments);
    bench::report report("variants", options);
    bench::for_each_format([&]<class T, bench::index D> { variants<T, D>(report, options).measure_all(); });
    report.write();
}
