// Every case of the conformance suite, as lists of types.
//
//     tests::each_kernel(tests::sm80_instructions<Machine>{}, [&]<class Kernel>(std::type_identity<Kernel>) { ... });
#pragma once
#include <type_traits>

#include "gpu/conformance/arithmetic.hpp"
#include "gpu/conformance/copies.hpp"
#include "gpu/conformance/matrices.hpp"
#include "gpu/conformance/memory.hpp"
#include "gpu/conformance/threads.hpp"

namespace tests {

template <class... Kernel> struct kernel_list {};

template <class... Kernel, class F> void each_kernel(kernel_list<Kernel...>, F const& f) {
    (f(std::type_identity<Kernel>{}), ...);
}

template <class Machine>
using sm80_instructions =
    kernel_list<indices<Machine>, shuffles<Machine>, votes<Machine>, barriers<Machine>, accesses_2<Machine>,
                accesses_4<Machine>, accesses_8<Machine>, accesses_16<Machine>, shared_bases<Machine>,
                additions<Machine>, publications<Machine>, copies_4<Machine>, copies_8<Machine>, copies_16<Machine>,
                matrix_loads<Machine>, products<Machine, fovea::fp16>, products<Machine, fovea::bf16>,
                products<Machine, fovea::tf32>, products<Machine, std::int8_t>, approximations<Machine, exp2_function>,
                approximations<Machine, log2_function>, approximations<Machine, reciprocal_function>,
                approximations<Machine, tanh_function>, pairs<Machine, fovea::fp16>, pairs<Machine, fovea::bf16>,
                tf32_roundings<Machine>>;

template <class Machine>
using sm89_instructions = kernel_list<products<Machine, fovea::fp8_e4m3>, products<Machine, fovea::fp8_e5m2>>;

} // namespace tests
