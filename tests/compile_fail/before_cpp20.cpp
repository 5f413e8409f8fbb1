// expect: fovea: this is C++20: compile with -std=c++20 or later
// expect: fovea: this is C++20: compile with nvcc -std=c++20 or later
#ifndef FOVEA_CONTROL
#undef __cplusplus
#define __cplusplus 201703L // what g++ and nvcc take without an option
#endif
#include <fovea/fovea.hpp>
#ifndef FOVEA_CONTROL
#include <fovea/fovea.cuh>
#endif

int main() {}
