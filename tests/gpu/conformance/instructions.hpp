// Every case of the conformance suite, as lists of types.
//
//     outcomes all = on_emulator(sm80_instructions<simt::machine>{});
#pragma once
#include <cstdint>

#include "gpu/conformance/arithmetic.hpp"
#include "gpu/conformance/copies.hpp"
#include "gpu/conformance/matrices.hpp"
#include "gpu/conformance/memory.hpp"
#include "gpu/conformance/threads.hpp"

namespace tests {

template <class... Kernel> struct kernel_list {};

template <class... List> struct joined_lists;
template <class... A> struct joined_lists<kernel_list<A...>> {
    using type = kernel_list<A...>;
};
template <class... A, class... B, class... Rest>
struct joined_lists<kernel_list<A...>, kernel_list<B...>, Rest...> : joined_lists<kernel_list<A..., B...>, Rest...> {};

// To name a case by where nothing is run.
struct no_machine {
    struct tensor_map {};
};

template <class Machine>
using sm80_instructions =
    kernel_list<indices<Machine>, shuffles<Machine>, votes<Machine>, barriers<Machine>, accesses_2<Machine>,
                accesses_4<Machine>, accesses_8<Machine>, accesses_16<Machine>, shared_bases<Machine>,
                additions<Machine>, publications<Machine>, copies_4<Machine>, copies_8<Machine>, copies_16<Machine>,
                matrix_loads<Machine>, products<Machine, fovea::fp16>, products<Machine, fovea::bf16>,
                products<Machine, fovea::tf32>, products<Machine, std::int8_t>, approximations<Machine, exp2_function>,
                approximations<Machine, log2_function>, approximations<Machine, reciprocal_function>,
                approximations<Machine, tanh_function>, pairs<Machine, fovea::fp16>, pairs<Machine, fovea::bf16>,
                halves<Machine, fovea::fp16>, halves<Machine, fovea::bf16>, tf32_roundings<Machine>>;

template <class Machine>
using sm89_instructions = kernel_list<products<Machine, fovea::fp8_e4m3>, products<Machine, fovea::fp8_e5m2>>;

} // namespace tests
