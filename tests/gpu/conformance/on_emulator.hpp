// Runs the cases of a list on the emulator.
//
//     outcomes all = on_emulator(sm80_instructions<simt::machine>{});
#pragma once
#include <cstring>
#include <utility>

#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/outcome.hpp"
#include "simt/guarded.hpp"
#include "simt/launch.hpp"
#include "simt/tile_copies.hpp"

namespace tests {

// Owned by half words, because some kernels store such.
using half_words = fovea::simt::guarded<std::uint16_t>;

template <class Kernel> outcome on_emulator() {
    namespace simt = fovea::simt;
    const words in = Kernel::in();
    words out(Kernel::out(in).size(), Kernel::shape.before);
    half_words from(2 * in.size(), simt::role::input, "in");
    half_words to(2 * out.size(), Kernel::shape.updated ? simt::role::update : simt::role::output, "out");
    std::memcpy(from.data(), in.data(), in.size() * sizeof(word));
    std::memcpy(to.data(), out.data(), out.size() * sizeof(word));
    typename Kernel::params params{reinterpret_cast<word const*>(from.data()), reinterpret_cast<word*>(to.data())};
    if constexpr (requires { params.from; }) {
        params.from = simt::make_tensor_map(Kernel::from(from.data()));
        params.to = simt::make_tensor_map(Kernel::to(to.data()));
    }
    const simt::dimensions grid{static_cast<word>(Kernel::shape.x), static_cast<word>(Kernel::shape.y),
                                static_cast<word>(Kernel::shape.z)};
    const simt::report said = simt::launch<Kernel>(grid, params, {.resident = 2});
    std::memcpy(out.data(), to.data(), out.size() * sizeof(word));
    return {Kernel::name, std::move(out), said.text()};
}

template <class... Kernel> outcomes on_emulator(kernel_list<Kernel...>) { return {on_emulator<Kernel>()...}; }

} // namespace tests
