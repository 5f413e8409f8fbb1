// What a benchmark on a device needs: its memory, its clock, and what the machine itself can do in the same run.
//
//     auto s = bench::alternate_on(stream, {[&] { ours(); }, [&] { theirs(); }}, effort);    // medians, seconds
#pragma once
#include <cublas_v2.h>
#include <cuda_runtime_api.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <fovea/dtype/formats.hpp>
#include <random>
#include <string>
#include <vector>

#include "support/measure.hpp"
#include "support/report.hpp"

namespace bench {

inline constexpr int not_run = 77; // there is no device

inline void need(cudaError_t code) {
    if (code == cudaSuccess) return;
    std::fprintf(stderr, "the device refuses: %s\n", cudaGetErrorString(code));
    std::exit(1);
}
inline void need(cublasStatus_t code) {
    if (code == CUBLAS_STATUS_SUCCESS) return;
    std::fprintf(stderr, "cuBLAS refuses: %s\n", cublasGetStatusString(code));
    std::exit(1);
}

// Ends the program with a sentence where nothing can be measured.
inline cudaDeviceProp device() {
    int devices = 0;
    const cudaError_t code = cudaGetDeviceCount(&devices);
    if (code != cudaSuccess || devices == 0) {
        std::printf("nothing is measured: %s\n", code == cudaSuccess ? "there is no device" : cudaGetErrorString(code));
        std::exit(not_run);
    }
    cudaDeviceProp about{};
    int current = 0;
    need(cudaGetDevice(&current));
    need(cudaGetDeviceProperties(&about, current));
    return about;
}

template <class T> class device_array {
public:
    explicit device_array(std::size_t n) : size_(n) {
        need(cudaMalloc(reinterpret_cast<void**>(&data_), n * sizeof(T)));
    }
    explicit device_array(std::vector<T> const& x) : device_array(x.size()) {
        need(cudaMemcpy(data_, x.data(), x.size() * sizeof(T), cudaMemcpyHostToDevice));
    }
    device_array(device_array const&) = delete;
    ~device_array() { cudaFree(data_); }
    T* data() const { return data_; }
    std::size_t size() const { return size_; }

private:
    std::size_t size_;
    T* data_ = nullptr;
};

// Normally distributed; the same ones for a seed.
inline std::vector<fovea::bf16> drawn(std::size_t n, unsigned seed) {
    std::mt19937 bits(seed);
    std::normal_distribution<float> normal;
    std::vector<fovea::bf16> x(n);
    for (fovea::bf16& value : x) value = fovea::bf16{normal(bits)};
    return x;
}

// Medians of seconds of one call, by events on the stream; turns are taken in both orders.
inline std::vector<double> alternate_on(cudaStream_t stream, std::vector<work> const& candidates, effort e) {
    cudaEvent_t begin, end;
    need(cudaEventCreate(&begin));
    need(cudaEventCreate(&end));
    const auto timed = [&](work const& run, int repeats) {
        need(cudaEventRecord(begin, stream));
        for (int i = 0; i < repeats; ++i) run();
        need(cudaEventRecord(end, stream));
        need(cudaEventSynchronize(end));
        float milliseconds = 0;
        need(cudaEventElapsedTime(&milliseconds, begin, end));
        return static_cast<double>(milliseconds) / 1e3 / repeats;
    };
    std::vector<int> repeats;
    double round = 0;
    for (work const& run : candidates) {
        timed(run, 2); // loads code, settles the clocks
        const double once = std::max(timed(run, 3), 1e-7);
        repeats.push_back(static_cast<int>(std::clamp(e.sample / once, 1., 1000.)));
        round += once * repeats.back();
    }
    const int rounds = static_cast<int>(std::clamp(e.seconds / round, 3., static_cast<double>(e.repeats)));
    std::vector<std::vector<double>> samples(candidates.size());
    for (int r = 0; r < rounds; ++r)
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            const std::size_t which = r % 2 == 0 ? i : candidates.size() - 1 - i;
            samples[which].push_back(timed(candidates[which], repeats[which]));
        }
    need(cudaEventDestroy(begin));
    need(cudaEventDestroy(end));
    std::vector<double> medians;
    for (auto const& s : samples) medians.push_back(median(s));
    return medians;
}

// A product of 8192 x 8192 matrices in bf16 by cuBLAS, and a copy of 1 GiB of device memory, read and written.
inline json peaks(cudaStream_t stream, effort e) {
    constexpr int n = 8192;
    constexpr std::size_t copied = std::size_t{1} << 30;
    const device_array<fovea::bf16> a(drawn(std::size_t{n} * n, 1)), b(drawn(std::size_t{n} * n, 2)),
        c(std::size_t{n} * n);
    const device_array<char> from(copied), to(copied);
    cublasHandle_t blas;
    need(cublasCreate(&blas));
    need(cublasSetStream(blas, stream));
    const float one = 1, zero = 0;
    const auto s =
        alternate_on(stream,
                     {[&] {
                          need(cublasGemmEx(blas, CUBLAS_OP_N, CUBLAS_OP_N, n, n, n, &one, a.data(), CUDA_R_16BF, n,
                                            b.data(), CUDA_R_16BF, n, &zero, c.data(), CUDA_R_16BF, n,
                                            CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT));
                      },
                      [&] { need(cudaMemcpyAsync(to.data(), from.data(), copied, cudaMemcpyDeviceToDevice, stream)); }},
                     e);
    need(cublasDestroy(blas));
    return {{"cublas_bf16_tflops", 2. * n * n * n / s[0] / 1e12},
            {"copy_gbs", 2. * static_cast<double>(copied) / s[1] / 1e9}};
}

// A report that says which device it was; by default in bench/results/<device>/.
inline report device_report(std::string const& name, cudaDeviceProp const& about, options const& o) {
    std::string folder;
    for (char const* c = about.name; *c != '\0'; ++c)
        folder += std::isalnum(static_cast<unsigned char>(*c)) ? static_cast<char>(std::tolower(*c)) : '_';
    report r(folder + "/" + name, o);
    int runtime = 0, driver = 0;
    need(cudaRuntimeGetVersion(&runtime));
    need(cudaDriverGetVersion(&driver));
    r.set("device", {{"name", about.name},
                     {"compute_capability", about.major * 10 + about.minor},
                     {"multiprocessors", about.multiProcessorCount},
                     {"cuda_runtime", runtime},
                     {"cuda_driver", driver}});
    r.set("unit", "s by CUDA events, medians of alternating runs");
    return r;
}

} // namespace bench
