// What a layer does besides attention: matrix products through BLAS, RMSNorm and SwiGLU, each split over one executor.
//
//   smollm2::multiply(workers, weights, x, positions, y);    // y[positions][rows] = x[positions][columns] * weights^T
//
// BLAS runs with one thread: the workers that attention uses call it on their own rows of the weights, so that two
// thread pools never compete for the cores.
#pragma once

#include "fovea/thread_pool.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include <cblas.h>

#if defined(OPENBLAS_VERSION) && defined(__linux__) && defined(__x86_64__)
#include <unistd.h>
#endif

namespace smollm2 {

using workers = fovea::thread_pool;

// Row-major; one row for each output channel.
struct matrix {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    std::vector<float> values;
};

inline void use_one_blas_thread() {
#ifdef OPENBLAS_VERSION
    openblas_set_num_threads(1);
#endif
}

// OpenBLAS picks its kernels when it is loaded, and takes those for SSE3 ("Prescott") on processors younger than
// itself: a fifth of the speed. Then this names kernels that the processor has and starts the program again, once.
inline void restart_with_fitting_blas_kernels([[maybe_unused]] char** arguments) {
#if defined(OPENBLAS_VERSION) && defined(__linux__) && defined(__x86_64__)
    if (std::getenv("OPENBLAS_CORETYPE") || std::string_view(openblas_get_corename()) != "Prescott") return;
    const char* fitting = nullptr;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) fitting = "Haswell";
    if (__builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        fitting = "SkylakeX";
    if (fitting && setenv("OPENBLAS_CORETYPE", fitting, 0) == 0) execv("/proc/self/exe", arguments);
#endif
}

// Calls f(begin, end) over [0, count), a stretch for each worker.
template <class F>
void split(workers& pool, std::int64_t count, F f) {
    const std::int64_t parts = std::min<std::int64_t>(count, pool.concurrency());
    if (parts == 1) return f(std::int64_t{0}, count);
    pool.run(parts, [&](std::int64_t i) { f(count * i / parts, count * (i + 1) / parts); });
}

// y = x * w^T + keep * y
inline void multiply(workers& pool, const matrix& w, const float* x, std::int64_t positions, float* y, float keep = 0) {
    split(pool, w.rows, [&](std::int64_t begin, std::int64_t end) {
        const auto rows = static_cast<blasint>(end - begin);
        const auto columns = static_cast<blasint>(w.columns);
        const auto all_rows = static_cast<blasint>(w.rows);
        const float* slice = w.values.data() + begin * w.columns;
        if (positions == 1)
            cblas_sgemv(CblasRowMajor, CblasNoTrans, rows, columns, 1, slice, columns, x, 1, keep, y + begin, 1);
        else
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, static_cast<blasint>(positions), rows, columns, 1, x,
                        columns, slice, columns, keep, y + begin, all_rows);
    });
}

// Each position divided by the root of its mean square, then weighted.
inline void rms_norm(workers& pool, const std::vector<float>& weight, float epsilon, const float* x,
                     std::int64_t positions, float* y) {
    const auto width = static_cast<std::int64_t>(weight.size());
    split(pool, positions, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t position = begin; position < end; ++position) {
            const float* in = x + position * width;
            float* out = y + position * width;
            float squares = 0;
            for (std::int64_t i = 0; i < width; ++i) squares += in[i] * in[i];
            const float scale = 1 / std::sqrt(squares / static_cast<float>(width) + epsilon);
            for (std::int64_t i = 0; i < width; ++i) out[i] = in[i] * scale * weight[static_cast<std::size_t>(i)];
        }
    });
}

// Of each position's 2 * width numbers | gate | up |: y = gate * sigmoid(gate) * up
inline void swiglu(workers& pool, std::int64_t width, const float* gate_up, std::int64_t positions, float* y) {
    split(pool, positions, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t position = begin; position < end; ++position) {
            const float* gate = gate_up + position * 2 * width;
            const float* up = gate + width;
            float* out = y + position * width;
            for (std::int64_t i = 0; i < width; ++i) out[i] = gate[i] / (1 + std::exp(-gate[i])) * up[i];
        }
    });
}

} // namespace smollm2
