// What bench/peers/compare.py calls through ctypes: fovea's attention, the unfused one, and the machine's peaks.
#include "peers/fovea_capi.hpp"

#include "fovea/fovea.hpp"
#include "support/about.hpp"
#include "support/peak.hpp"

namespace {

namespace fv = fovea;
using fovea::index;

template <class T, index D> bool attend(fovea_bench_call const& c) {
    constexpr fv::constant_size<D> channels{};
    const auto k = fv::tensor(static_cast<T const*>(c.k), fv::bhsd(1, c.kv_heads, c.keys, channels));
    const auto v = fv::tensor(static_cast<T const*>(c.v), fv::bhsd(1, c.kv_heads, c.keys, channels));
    const auto q = fv::align_ends(fv::tensor(static_cast<T const*>(c.q), fv::bhsd(1, c.heads, c.queries, channels)), k);
    const auto o = fv::tensor(static_cast<T*>(c.o), fv::bhsd(1, c.heads, c.queries, channels));
    const auto s = fv::scaled_dot(q, k);
    const auto run = [&](auto const& scores) { fv::run(fv::cpu(), o = fv::sum(fv::softmax(scores) * v)); };
    switch (c.variant) {
    case fovea_bench_full: run(s); return true;
    case fovea_bench_causal: run(fv::where(fv::causal, s)); return true;
    case fovea_bench_window: run(fv::where(fv::sliding_window(c.window), s)); return true;
    case fovea_bench_alibi: run(fv::where(fv::causal, s + fv::alibi(fv::table(c.slopes, c.heads)))); return true;
    case fovea_bench_softcap: run(fv::where(fv::causal, fv::softcap(30.f, s))); return true;
    default: return false;
    }
}

template <class T> bool attend(fovea_bench_call const& c) {
    if (c.head_dim == 64) return attend<T, 64>(c);
    return c.head_dim == 128 && attend<T, 128>(c);
}

} // namespace

int fovea_bench_attend(fovea_bench_call const* c) {
    return c->dtype == fovea_bench_fp32 ? attend<float>(*c) : attend<fv::bf16>(*c);
}
double fovea_bench_fp32_burst(std::int64_t rounds) { return bench::fp32_burst(rounds); }
double fovea_bench_bf16_burst(std::int64_t rounds) { return bench::own_bf16_burst(rounds); }
void fovea_bench_read(void const* p, std::int64_t bytes, std::int64_t ahead) { bench::read_all(p, bytes, ahead); }

char const* fovea_bench_machine() {
    static const std::string text = bench::machine();
    return text.c_str();
}
char const* fovea_bench_compiler() {
    static const std::string text = bench::compiler();
    return text.c_str();
}
char const* fovea_bench_commit() {
    static const std::string text = bench::commit();
    return text.c_str();
}
