// The emulator's side of the comparison.
#include <algorithm>
#include <cstring>

#include "gpu/conformance/instructions.hpp"
#include "gpu/conformance/outcome.hpp"
#include "simt/guarded.hpp"
#include "simt/launch.hpp"

namespace tests {
namespace {

namespace simt = fovea::simt;

// Owned by half words, because some kernels store such.
using memory = simt::guarded<std::uint16_t>;

template <class Kernel> outcome on_emulator() {
    const words in = Kernel::in();
    words out(Kernel::out(in).size(), Kernel::shape.before);
    memory from(2 * in.size(), simt::role::input, "in");
    memory to(2 * out.size(), Kernel::shape.updated ? simt::role::update : simt::role::output, "out");
    std::memcpy(from.data(), in.data(), in.size() * sizeof(word));
    std::memcpy(to.data(), out.data(), out.size() * sizeof(word));
    const simt::dimensions grid{static_cast<word>(Kernel::shape.x), static_cast<word>(Kernel::shape.y),
                                static_cast<word>(Kernel::shape.z)};
    const simt::report said = simt::launch<Kernel>(
        grid, {reinterpret_cast<word const*>(from.data()), reinterpret_cast<word*>(to.data())}, {.resident = 2});
    std::memcpy(out.data(), to.data(), out.size() * sizeof(word));
    return {Kernel::name, std::move(out), said.text()};
}

template <class... Kernel> outcomes on_emulator(kernel_list<Kernel...>) { return {on_emulator<Kernel>()...}; }

} // namespace

outcomes sm80_on_emulator() { return on_emulator(sm80_instructions<simt::machine>{}); }
outcomes sm89_on_emulator() { return on_emulator(sm89_instructions<simt::machine>{}); }

} // namespace tests
