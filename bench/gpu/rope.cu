// Keys rotated by every block that reads them, against keys rotated once by a copy beforehand, its time included.
#include <fovea/fovea.cuh>

#include "gpu/device.cuh"

namespace fv = fovea;
using namespace fovea::literals;

int main(int count, char** arguments) {
    const bench::options asked = bench::read_options(count, arguments);
    const cudaDeviceProp about = bench::device();
    constexpr fv::index keys = 8192, heads = 16, kv_heads = 4;
    constexpr auto size = static_cast<std::size_t>(keys * heads * 128), kv_size = size / heads * kv_heads;
    const bench::device_array<fv::bf16> q_there(bench::drawn(size, 1)), k_there(bench::drawn(kv_size, 2)),
        v_there(bench::drawn(kv_size, 3)), o_there(size), rotated_there(kv_size);
    const auto of = [&](auto const& x, fv::index n, fv::index h) {
        return fv::tensor(x.data(), fv::bshd(1, n, h, 128_c));
    };
    const auto k = of(k_there, keys, kv_heads), v = of(v_there, keys, kv_heads),
               rotated = of(rotated_there, keys, kv_heads);
    const fv::rope_llama3 frequency;
    cudaStream_t stream;
    bench::need(cudaStreamCreate(&stream));
    bench::report report = bench::device_report("rope", about, asked);
    const auto measure = [&](char const* pairing, fv::index queries, auto rope) {
        const auto q = fv::align_ends(of(q_there, queries, heads), k), o = of(o_there, queries, heads);
        const auto attention = [&](auto const& keys_read) {
            return o = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(rope(q), keys_read))) * v);
        };
        const auto s = bench::alternate_on(stream,
                                           {[&] { fv::run(fv::cuda(stream), attention(rope(k))); },
                                            [&] {
                                                fv::run(fv::cuda(stream), rotated = rope(k));
                                                fv::run(fv::cuda(stream), attention(rotated));
                                            }},
                                           asked.with({25, 1, 2e-3}));
        report.add({{"pairing", pairing},
                    {"queries", queries},
                    {"keys", keys},
                    {"heads", heads},
                    {"kv_heads", kv_heads},
                    {"head_dim", 128},
                    {"as_read_s", s[0]},
                    {"beforehand_s", s[1]}});
        std::printf("%s, %lld queries on %lld keys: %.3f ms rotated as they are read, %.3f ms beforehand\n", pairing,
                    static_cast<long long>(queries), static_cast<long long>(keys), 1e3 * s[0], 1e3 * s[1]);
    };
    for (fv::index queries : {128, 512, 2048, 8192}) {
        measure("halves", queries, [&](auto const& x) { return fv::rope_halves(x, frequency); });
        measure("pairs", queries, [&](auto const& x) { return fv::rope_pairs(x, frequency); });
    }
    report.write();
    bench::need(cudaStreamDestroy(stream));
    return 0;
}
