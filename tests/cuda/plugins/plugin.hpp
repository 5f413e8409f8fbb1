// What the program calls in a plugin: a small attention on the current device with a mask of the plugin's own.
#pragma once
#include <cstdint>

struct plugin_outcome {
    char sentence[256];    // why it did not run; empty where it did
    char built_for[64];    // the architectures that describe speaks of
    std::int64_t attended; // by describe, on the host
    float last;            // of the output, where it ran
};
using attend_in_plugin = void(plugin_outcome&);

inline constexpr int plugin_length = 70;
