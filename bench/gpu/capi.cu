// What compare.py calls through ctypes: one kernel for each variant and head size, in bf16.
#include "gpu/capi.hpp"

#include <cstring>
#include <fovea/fovea.cuh>
#include <string>

namespace {

namespace fv = fovea;
using fovea::index;

// One query, or a few, that every key of the cache stands before: f(assignment).
template <index D, class F> auto with_decode(fovea_gpu_call const& c, F f) {
    constexpr fv::constant_size<D> channels{};
    const auto of = [&](auto* pointer, index length, index heads) {
        return fv::tensor(static_cast<fv::bf16*>(const_cast<void*>(static_cast<void const*>(pointer))),
                          fv::bshd(c.batches, length, heads, channels));
    };
    const auto q = fv::at(of(c.q, c.queries, c.heads), c.keys - c.queries), o = of(c.o, c.queries, c.heads);
    const auto k = of(c.k, c.keys, c.kv_heads), v = of(c.v, c.keys, c.kv_heads);
    return f(o = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k))) * v));
}
template <index D> fv::status decode(fovea_gpu_call const& c) {
    const auto engine = fv::cuda_decode(static_cast<cudaStream_t>(c.stream), {c.scratch, c.scratch_bytes});
    return with_decode<D>(c, [&](auto const& assigned) { return fv::try_run(engine, assigned); });
}

template <index D> fv::status attend(fovea_gpu_call const& c) {
    if (std::strcmp(c.variant, "decode") == 0) return decode<D>(c);
    constexpr fv::constant_size<D> channels{};
    const auto of = [&](auto* pointer, index length, index heads) {
        return fv::tensor(static_cast<fv::bf16*>(const_cast<void*>(static_cast<void const*>(pointer))),
                          fv::bshd(c.batches, length, heads, channels));
    };
    const auto q = of(c.q, c.queries, c.heads), k = of(c.k, c.keys, c.kv_heads), v = of(c.v, c.keys, c.kv_heads);
    const auto o = of(c.o, c.queries, c.heads);
    const auto s = fv::scaled_dot(q, k);
    const auto engine = fv::cuda(static_cast<cudaStream_t>(c.stream));
    const auto run = [&](auto const& scores) { return fv::try_run(engine, o = fv::sum(fv::softmax(scores) * v)); };
    const auto is = [&](char const* name) { return std::strcmp(c.variant, name) == 0; };
    if (is("full")) return run(s);
    if (is("causal")) return run(fv::where(fv::causal, s));
    if (is("window")) return run(fv::where(fv::sliding_window(c.window), s));
    if (is("alibi")) return run(fv::where(fv::causal, s + fv::alibi(fv::table(c.slopes, c.heads))));
    if (is("softcap")) return run(fv::where(fv::causal, fv::softcap(30.f, s)));
    if (is("documents"))
        return run(fv::where(fv::causal && fv::documents(fv::table(c.document, c.batches, c.keys)), s));
    if (is("entropy")) {
        const auto scores = fv::where(fv::causal, s);
        const auto p = fv::softmax(scores);
        const auto h = fv::tensor(c.entropy, fv::bhs(c.batches, c.heads, c.queries));
        return fv::try_run(engine, o = fv::sum(p * v), h = fv::entropy(p));
    }
    return fv::status({"the benchmark has no variant ", c.variant});
}

fv::status attend(fovea_gpu_call const& c) {
    if (std::strcmp(c.dtype, "bf16") != 0) return fv::status({"the benchmark has no operands in ", c.dtype});
    if (c.head_dim == 64) return attend<64>(c);
    if (c.head_dim == 128) return attend<128>(c);
    return fv::status({"the benchmark has no head size of ", c.head_dim});
}

} // namespace

char const* fovea_gpu_attend(fovea_gpu_call const* c) {
    static std::string sentence;
    const fv::status ran = attend(*c);
    if (ran.ok()) return nullptr;
    sentence = ran.sentence();
    return sentence.c_str();
}

std::int64_t fovea_gpu_scratch(fovea_gpu_call const* c) {
    const auto bytes = [](auto const& assigned) { return fv::workspace_bytes(fv::cuda_decode(), assigned); };
    return c->head_dim == 64 ? with_decode<64>(*c, bytes) : with_decode<128>(*c, bytes);
}
