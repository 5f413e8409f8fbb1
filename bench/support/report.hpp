// Results for people (a table) and for scripts (JSON): machine, compiler, commit and rows.
//
//     bench::report r("forward", options);   r.add({{"head_dim", 128}, {"fovea_s", s}});   r.write();
#pragma once
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "fovea/machine/simd/isa.hpp"
#include "support/options.hpp"

namespace bench {

using json = nlohmann::ordered_json;

inline std::string first_line_of(char const* command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command, "r"), pclose);
    char line[256] = "";
    if (!pipe || !std::fgets(line, sizeof line, pipe.get())) return "";
    std::string text = line;
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

class report {
public:
    report(std::string name, options const& o) : name_(std::move(name)), options_(o) {
        all_ = {{"bench", name_},          {"machine", machine()},
                {"compiler", compiler()},  {"commit", commit()},
                {"quick", options_.quick}, {"unit", "s of CPU time, medians of alternating runs"},
                {"rows", json::array()}};
        std::printf("%s: %s, %s, commit %s%s\n", name_.c_str(), machine().c_str(), compiler().c_str(), commit().c_str(),
                    options_.quick ? ", quick: these numbers mean little" : "");
    }
    void set(std::string const& key, json value) { all_[key] = std::move(value); }
    void add(json row) { all_["rows"].push_back(std::move(row)); }

    // Into the file asked for; by default bench/results/NAME.json, and nowhere for a quick run.
    void write() const {
        std::string path = options_.json_path;
        if (path.empty() && !options_.quick) path = FOVEA_SOURCE_FOLDER "/bench/results/" + name_ + ".json";
        if (path.empty()) return;
        if (const auto folder = std::filesystem::path(path).parent_path(); !folder.empty())
            std::filesystem::create_directories(folder);
        std::ofstream(path) << all_.dump(1) << "\n";
        std::printf("written: %s\n", path.c_str());
    }

private:
    std::string name_;
    options options_;
    json all_;
};

} // namespace bench
