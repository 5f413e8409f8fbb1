// What one machine made of the cases, and the functions that find out: each machine is compiled in a file of its own.
#pragma once
#include <string>
#include <vector>

#include "gpu/conformance/instruction.hpp"

namespace tests {

struct outcome {
    std::string name;
    words out;
    std::string complaint; // of the emulator; empty where there is none
};
using outcomes = std::vector<outcome>;

outcomes sm80_on_emulator();
outcomes sm89_on_emulator();
outcomes sm90_on_emulator();
outcomes sm80_on_device();
outcomes sm89_on_device(); // compiled for 8.9 and later
outcomes sm90_on_device(); // compiled for sm_90a
outcomes sm90_columns_on_device();

} // namespace tests
