// What was measured: the machine, the compiler and the commit, as text.
//
//     std::puts(bench::machine().c_str());      // "AMD EPYC, 2 cores, AVX2"
#pragma once
#include <cstdio>
#include <fstream>
#include <string>

#include "fovea/machine/simd/isa.hpp"

namespace bench {

inline std::string first_line_of(char const* command) {
    FILE* const pipe = popen(command, "r");
    if (!pipe) return "";
    char line[256] = "";
    std::string text = std::fgets(line, sizeof line, pipe) ? line : "";
    pclose(pipe);
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

// The processor's name and what of it is used.
inline std::string machine() {
    std::ifstream info("/proc/cpuinfo");
    std::string line, name = "unknown processor";
    int cores = 0;
    while (std::getline(info, line)) {
        const auto colon = line.find(": ");
        if (line.starts_with("model name") && colon != std::string::npos) name = line.substr(colon + 2);
        if (line.starts_with("processor")) ++cores;
    }
    return name + ", " + std::to_string(cores) + " cores, " + fovea::isa_name;
}

inline std::string compiler() {
#if defined(__clang__)
    return std::string("clang ") + __clang_version__;
#else
    return std::string("g++ ") + __VERSION__;
#endif
}

// The commit of the headers; a plus where they have been changed since.
inline std::string commit() {
    const std::string here = "git -C '" FOVEA_SOURCE_FOLDER "' ";
    const std::string changed = first_line_of((here + "status --porcelain -- include 2>/dev/null").c_str());
    return first_line_of((here + "rev-parse --short HEAD 2>/dev/null").c_str()) + (changed.empty() ? "" : "+");
}

} // namespace bench
