// Results for people (a table) and for scripts (JSON): machine, compiler, commit and rows.
//
//     bench::report r("forward", options);   r.add({{"head_dim", 128}, {"fovea_s", s}});   r.write();
#pragma once
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "support/about.hpp"
#include "support/options.hpp"

namespace bench {

using json = nlohmann::ordered_json;

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
