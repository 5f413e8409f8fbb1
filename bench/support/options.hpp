// The command line that every benchmark understands.
//
//     bench_forward [--quick] [--seconds S] [--json PATH]
#pragma once
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "support/measure.hpp"

namespace bench {

struct options {
    bool quick = false;
    double seconds = 0; // of each measurement; 0: the benchmark's own
    std::string json_path;

    effort with(effort usual) const {
        effort e = quick ? quick_effort : usual;
        if (seconds > 0) e.seconds = seconds;
        return e;
    }
};

inline options read_options(int count, char** arguments) {
    options o;
    for (int i = 1; i < count; ++i) {
        const std::string_view word = arguments[i];
        const bool more = i + 1 < count;
        if (word == "--quick") o.quick = true;
        else if (word == "--seconds" && more) o.seconds = std::atof(arguments[++i]);
        else if (word == "--json" && more) o.json_path = arguments[++i];
        else {
            std::fprintf(stderr, "%s: options are --quick, --seconds S, --json PATH\n", arguments[0]);
            std::exit(2);
        }
    }
    pin_to_core(0);
    return o;
}

} // namespace bench
