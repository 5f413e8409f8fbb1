// The kernel on the CPU, where the emulator watches it.
#include <cstdio>
#include <simt/guarded.hpp>
#include <simt/launch.hpp>

#include "doubled.hpp"

namespace simt = fovea::simt;

int main() {
    simt::guarded<float> from(256, simt::role::input, "from"), to(256, simt::role::output, "to");
    for (int i = 0; i < 256; ++i) from[i] = static_cast<float>(i);
    const auto said = simt::launch<doubled<simt::machine>>({.x = 2}, {from.data(), to.data()}, {.seed = 1});
    std::printf("%s", said.text().c_str());
    return said.ok() && to.unwritten() == 0 && to[255] == 510 ? 0 : 1;
}
