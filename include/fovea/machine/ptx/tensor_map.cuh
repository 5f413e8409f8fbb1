// Packs the description of a tensor for the hardware's copies of tiles. On the host.
//
//     CUtensorMap map;   if (status s = pack(shape, map); !s.ok()) return s;
//
// The driver's function is asked for at run time, so that nothing needs to be linked with it.
// Source: CUDA driver API, cuTensorMapEncodeTiled.
#pragma once
#include <cuda.h>
#include <cuda_runtime_api.h>

#include "fovea/base/refusal.hpp"
#include "fovea/machine/tensor_map.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

inline status pack(tensor_shape const& t, CUtensorMap& map) {
    if (char const* wrong = check(t)) return status{{wrong}};
    void* found = nullptr;
    cudaDriverEntryPointQueryResult result{};
    const cudaError_t asked =
        cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, 12000, cudaEnableDefault, &result);
    if (asked != cudaSuccess || result != cudaDriverEntryPointSuccess)
        return status{{"the driver has no tensor maps; copies of tiles need compute capability 9.0 and CUDA 12"}};
    constexpr CUtensorMapDataType formats[] = {CU_TENSOR_MAP_DATA_TYPE_UINT8, CU_TENSOR_MAP_DATA_TYPE_FLOAT16,
                                               CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, CU_TENSOR_MAP_DATA_TYPE_INT32,
                                               CU_TENSOR_MAP_DATA_TYPE_FLOAT32};
    constexpr CUtensorMapSwizzle swizzles[] = {CU_TENSOR_MAP_SWIZZLE_NONE, CU_TENSOR_MAP_SWIZZLE_32B,
                                               CU_TENSOR_MAP_SWIZZLE_64B, CU_TENSOR_MAP_SWIZZLE_128B};
    static_assert(formats[static_cast<int>(element_format::fp32)] == CU_TENSOR_MAP_DATA_TYPE_FLOAT32);
    static_assert(swizzles[static_cast<int>(swizzle::bytes_128)] == CU_TENSOR_MAP_SWIZZLE_128B);
    cuuint64_t sizes[5], strides[5];
    cuuint32_t box[5], steps[5];
    for (int i = 0; i < t.rank; ++i) {
        sizes[i] = t.sizes[i];
        strides[i] = t.strides[i];
        box[i] = t.box[i];
        steps[i] = 1;
    }
    const auto encode = reinterpret_cast<decltype(&cuTensorMapEncodeTiled)>(found);
    const CUresult encoded =
        encode(&map, formats[static_cast<int>(t.format)], static_cast<cuuint32_t>(t.rank), const_cast<void*>(t.base),
               sizes, strides + 1, box, steps, CU_TENSOR_MAP_INTERLEAVE_NONE, swizzles[static_cast<int>(t.swizzle)],
               CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
    if (encoded != CUDA_SUCCESS)
        return status{{"the driver refuses the tensor map, error ", static_cast<index>(encoded)}};
    return {};
}

} // namespace v0_1
} // namespace fovea
