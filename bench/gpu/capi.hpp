// The C interface between bench/gpu/compare.py and fovea on the current device. Operands are (batch, position, head,
// channel), contiguous, in the device's memory.
//
//     fovea_gpu_call c{.variant = "causal", .dtype = "bf16", .head_dim = 128, …};
//     char const* wrong = fovea_gpu_attend(&c);
#pragma once
#include <cstdint>

extern "C" {

struct fovea_gpu_call {
    char const* variant; // compare.py's names: full, causal, window, alibi, softcap, documents, entropy, decode
    char const* dtype;   // bf16, fp16
    std::int64_t head_dim, batches, heads, kv_heads, queries, keys, window;
    void const *q, *k, *v;
    void* o;
    float* entropy;              // (batch, head, query), for the variant of that name
    float const* slopes;         // heads, for alibi
    std::int32_t const* document; // (batch, position), for documents
    void* stream;                // cudaStream_t
    void* scratch;               // of the device, for decode
    std::int64_t scratch_bytes;
};

// Null, or the sentence that says why not. Does not wait for the device.
char const* fovea_gpu_attend(fovea_gpu_call const* c);
// Bytes of scratch that decode can use.
std::int64_t fovea_gpu_scratch(fovea_gpu_call const* c);
}
