// Each plugin computes with its own score, though both are loaded for all to see; what one throws is caught here.
#include <dlfcn.h>

#include <cmath>
#include <cstdio>
#include <fovea/fovea.hpp>

#include "plugin.hpp"

int main(int count, char** paths) {
    int faults = count == 3 ? 0 : 1;
    for (int i = 1; i < count; ++i) {
        void* const plugin = dlopen(paths[i], RTLD_NOW | RTLD_GLOBAL);
        if (!plugin) return std::fprintf(stderr, "%s\n", dlerror()), 1;
        auto* const here = reinterpret_cast<attend*>(dlsym(plugin, "attend_here"));
        numbers n{{0, 0}, {0, 0}, {0, 1}, {-1, -1}};
        here(n, 2);
        const double weight = 1 / (1 + std::exp(-i)), error = std::abs(n.o[1] - weight);
        std::printf("plugin %d: %g, %g expected\n", i, n.o[1], weight);
        if (n.o[0] != 0 || !(error < 1e-6)) ++faults;
        bool caught = false;
        try {
            here(n, 1);
        } catch (fovea::error const& refused) { caught = refused.what()[0] != '\0'; }
        if (!caught) std::printf("plugin %d: no fovea::error was caught\n", i), ++faults;
    }
    return faults;
}
