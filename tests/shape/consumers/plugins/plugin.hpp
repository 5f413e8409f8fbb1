// What the program calls in a plugin: attention of two queries over two keys with a score of the plugin's own.
#pragma once

struct numbers {
    float q[2], k[2], v[2], o[2];
};

// Refuses, by throwing fovea::error, where there are more queries than keys and nobody said where they stand.
using attend = void(numbers& n, int queries);
