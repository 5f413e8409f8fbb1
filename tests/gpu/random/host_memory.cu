// What host_memory.hpp asks of the device.
#include "gpu/random/host_memory.hpp"

#include <cuda_runtime_api.h>

#include <cstdio>

void tests::register_pages(void* at, std::size_t bytes) {
    const cudaError_t status = cudaHostRegister(at, bytes, cudaHostRegisterMapped);
    if (status != cudaSuccess) std::fprintf(stderr, "cudaHostRegister: %s\n", cudaGetErrorString(status));
}
void tests::unregister_pages(void* at) { cudaHostUnregister(at); }
