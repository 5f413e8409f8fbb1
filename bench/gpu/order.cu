// Documents of very unequal lengths: the plan's order of blocks, which knows no tables, against longest_first.
#include <fovea/fovea.cuh>
#include <fovea/schedule.cuh>

#include "gpu/device.cuh"

namespace fv = fovea;
using namespace fovea::literals;

int main(int count, char** arguments) {
    const bench::options asked = bench::read_options(count, arguments);
    const cudaDeviceProp about = bench::device();
    constexpr fv::index length = 16384, heads = 8;
    constexpr auto size = static_cast<std::size_t>(length * heads * 128);
    const bench::device_array<fv::bf16> q_there(bench::drawn(size, 1)), k_there(bench::drawn(size, 2)),
        v_there(bench::drawn(size, 3)), o_there(size);
    const auto of = [&](auto const& x) { return fv::tensor(x.data(), fv::bshd(1, length, heads, 128_c)); };
    const auto q = of(q_there), k = of(k_there), v = of(v_there), o = of(o_there);
    cudaStream_t stream;
    bench::need(cudaStreamCreate(&stream));
    bench::report report = bench::device_report("order", about, asked);
    for (fv::index longest : {2048, 8192, 12288}) { // in front; the others have 256 tokens each
        std::vector<std::int32_t> ids;
        for (fv::index i = 0; i < length; ++i)
            ids.push_back(static_cast<std::int32_t>(i < longest ? 0 : 1 + (i - longest) / 256));
        const bench::device_array<std::int32_t> ids_there(ids);
        const auto mask = fv::causal && fv::documents(fv::sorted(ids_there.data(), 1, length));
        const auto output = o = fv::sum(fv::softmax(fv::where(mask, fv::scaled_dot(q, k))) * v);
        const fv::index bytes = fv::workspace_bytes(fv::longest_first(fv::cuda(stream)), output);
        const bench::device_array<char> memory(static_cast<std::size_t>(bytes));
        const auto by_work = fv::longest_first(fv::cuda(stream), {memory.data(), bytes});
        const auto s =
            bench::alternate_on(stream, {[&] { fv::run(fv::cuda(stream), output); }, [&] { fv::run(by_work, output); }},
                                asked.with({25, 1, 2e-3}));
        report.add({{"longest_document", longest},
                    {"length", length},
                    {"heads", heads},
                    {"head_dim", 128},
                    {"planned_s", s[0]},
                    {"longest_first_s", s[1]},
                    {"workspace_bytes", bytes}});
        std::printf("longest document %lld of %lld: %.3f ms as planned, %.3f ms longest first, sort and all\n",
                    static_cast<long long>(longest), static_cast<long long>(length), 1e3 * s[0], 1e3 * s[1]);
    }
    report.write();
    bench::need(cudaStreamDestroy(stream));
    return 0;
}
