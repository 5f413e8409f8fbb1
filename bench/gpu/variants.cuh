// What a mask, a score or a statistic costs over plain causal attention, at equal live work.
//
//     return bench::measure_variants<64>(count, arguments);       // of head size 64
//
// A rate is the elements of live tiles, as describe counts them, over seconds; `relative` that of causal, measured
// alternately. One program a head size, so that they compile side by side.
#pragma once
#include <cmath>
#include <fovea/describe.cuh>
#include <fovea/fovea.cuh>

#include "gpu/device.cuh"

namespace bench {

namespace fv = fovea;

// Of causal's rate, at least: at head size 64 and at 128.
struct bound {
    char const* kind;
    double at_64, at_128;
};
inline constexpr bound masks{"mask", 0.97, 0.97}, scores{"score", 0.88, 0.95}, capped{"softcap", 0.75, 0.85};

// bf16 operands and output on the device, (batch, position, head, channel).
template <int D> class variants {
public:
    static constexpr fv::index batches = 2, length = 8192, heads = 2048 / D;

    variants(options const& o, cudaDeviceProp const& about)
        : options_(o), report_(device_report("variants_" + std::to_string(D), about, o)) {
        need(cudaStreamCreate(&stream_));
        report_.set("peak", peaks(stream_, options_.with({25, 1, 2e-3})));
        report_.set("shape", {{"batches", batches}, {"length", length}, {"heads", heads}, {"head_dim", D}});
    }
    variants(variants const&) = delete;
    ~variants() { cudaStreamDestroy(stream_); }

    // Elements of live tiles, of masks whose tables the host can read.
    template <class Mask> fv::index live(Mask const& mask) const {
        return fv::describe(engine(), o() = fv::sum(fv::softmax(fv::where(mask, s())) * v())).counted.live_elements;
    }
    template <class... Outputs> void add(char const* name, bound b, fv::index live_elements,
                                         Outputs const&... outputs) {
        const auto causal = o() = fv::sum(fv::softmax(fv::where(fv::causal, s())) * v());
        const auto seconds =
            alternate_on(stream_, {[&] { fv::run(engine(), causal); }, [&] { fv::run(engine(), outputs...); }},
                         options_.with({25, 0.5, 2e-3}));
        const double elements = static_cast<double>(live_elements);
        const double relative = elements / seconds[1] / (static_cast<double>(live(fv::causal)) / seconds[0]);
        const double least = D >= 128 ? b.at_128 : b.at_64, tflops = 4. * D * elements / seconds[1] / 1e12;
        report_.add({{"variant", name},
                     {"kind", b.kind},
                     {"fovea_s", seconds[1]},
                     {"causal_s", seconds[0]},
                     {"live_elements", live_elements},
                     {"tflops", tflops},
                     {"relative", relative},
                     {"at_least", least}});
        std::printf("%-24s %8.3f ms %7.1f TFLOP/s of live tiles, %.3f of causal, at least %.2f%s\n", name,
                    1e3 * seconds[1], tflops, relative, least, relative < least ? "  BELOW" : "");
    }
    void write() const { report_.write(); }

    auto q() const { return of(q_); }
    auto k() const { return of(k_); }
    auto v() const { return of(v_); }
    auto o() const { return of(o_); }
    auto s() const { return fv::scaled_dot(q(), k()); }
    auto rows() const { return fv::tensor(rows_.data(), fv::bhs(batches, heads, length)); }
    auto engine() const { return fv::cuda(stream_); }

private:
    static constexpr auto size = static_cast<std::size_t>(batches * length * heads * D);
    static auto of(device_array<fv::bf16> const& x) {
        return fv::tensor(x.data(), fv::bshd(batches, length, heads, fv::constant_size<D>{}));
    }

    options options_;
    report report_;
    cudaStream_t stream_ = nullptr;
    device_array<fv::bf16> q_{drawn(size, 1)}, k_{drawn(size, 2)}, v_{drawn(size, 3)}, o_{size};
    device_array<float> rows_{static_cast<std::size_t>(batches * length * heads)};
};

template <int D> int measure_variants(int count, char** arguments) {
    using namespace fovea::terms;
    const options asked = read_options(count, arguments);
    variants<D> x(asked, device());
    constexpr fv::index length = variants<D>::length, heads = variants<D>::heads;
    std::vector<float> slopes, biases;
    for (int h = 1; h <= heads; ++h) slopes.push_back(std::exp2(-8.f * static_cast<float>(h) / float{heads}));
    for (int i = 0; i < 32 * heads; ++i) biases.push_back(std::sin(static_cast<float>(i)));
    std::vector<std::int32_t> ids;
    for (fv::index i = 0; i < variants<D>::batches * length; ++i)
        ids.push_back(static_cast<std::int32_t>(i % length * 8 / length));
    const device_array<float> slopes_there(slopes), biases_there(biases);
    const device_array<std::int32_t> ids_there(ids);

    const auto s = x.s();
    const auto masked = [&](char const* name, auto const& mask, fv::index live) {
        x.add(name, masks, live, x.o() = fv::sum(fv::softmax(fv::where(mask, s)) * x.v()));
    };
    masked("full", fv::everything, x.live(fv::everything));
    const auto window = fv::sliding_window(1024);
    masked("window", window, x.live(window));
    const auto streaming = fv::causal && (window || fv::sink_tokens(4));
    masked("window or sinks", streaming, x.live(streaming));
    const auto documents = [&](std::int32_t const* of_keys) {
        return fv::causal && fv::documents(fv::sorted(of_keys, variants<D>::batches, length));
    };
    masked("documents", documents(ids_there.data()), x.live(documents(ids.data())));

    const fv::index live = x.live(fv::causal);
    const auto scored = [&](char const* name, bound b, auto const& score) {
        x.add(name, b, live, x.o() = fv::sum(fv::softmax(fv::where(fv::causal, score)) * x.v()));
    };
    scored("alibi", scores, s + fv::alibi(fv::table(slopes_there.data(), heads)));
    scored("relative bias", scores, s + fv::relative_bias(fv::table(biases_there.data(), heads, 32), fv::t5{}));
    scored("softcap", capped, fv::softcap(30.f, s));

    const auto causal = fv::where(fv::causal, s);
    const auto p = fv::softmax(causal);
    const auto output = x.o() = fv::sum(p * x.v());
    x.add("logsumexp", scores, live, output, x.rows() = fv::logsumexp(causal));
    x.add("entropy", scores, live, output, x.rows() = fv::entropy(p));
    x.add("distance", scores, live, output, x.rows() = fv::sum(p * (q_pos - k_pos)));
    x.write();
    return 0;
}

} // namespace bench
