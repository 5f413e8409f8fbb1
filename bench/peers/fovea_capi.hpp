// The C interface between bench/peers/compare.py and this library. Layout of operands: (head, position, channel).
//
//     fovea_bench_call c{fovea_bench_fp32, fovea_bench_causal, 128, 8, 8, 1024, 1024, ...};   fovea_bench_attend(&c);
#pragma once
#include <cstdint>

extern "C" {

enum fovea_bench_dtype { fovea_bench_fp32, fovea_bench_bf16 };
// window, alibi and softcap are causal too.
enum fovea_bench_variant {
    fovea_bench_full,
    fovea_bench_causal,
    fovea_bench_window,
    fovea_bench_alibi,
    fovea_bench_softcap
};

struct fovea_bench_call {
    std::int64_t dtype, variant, head_dim, heads, kv_heads, queries, keys, window;
    void const *q, *k, *v;
    void* o;
    float const* slopes; // heads, for alibi
};

// 1 when the case exists.
int fovea_bench_attend(fovea_bench_call const* c);
// Product, softmax, product with OpenBLAS on one thread; full and causal. 1 when the case exists.
int fovea_bench_unfused(fovea_bench_call const* c);

// Floating-point operations done; see support/peak.hpp.
double fovea_bench_fp32_burst(std::int64_t rounds);
double fovea_bench_bf16_burst(std::int64_t rounds);
void fovea_bench_read(void const* p, std::int64_t bytes, std::int64_t ahead);

char const* fovea_bench_machine();
char const* fovea_bench_compiler();
char const* fovea_bench_commit();
}
