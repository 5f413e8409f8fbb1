// Is time proportional to what a mask leaves alive? One thread.
//
// Causal against half of full; a window and documents of 1k in 16k against (live tiles) x (cost of a tile of the full
// case, measured where all tiles are live).
#include <vector>

#include "support/live.hpp"
#include "support/report.hpp"
#include "support/workload.hpp"

namespace {

namespace fv = fovea;
using bench::index;

template <class T, index D> class masks {
public:
    masks(bench::report& r, bench::options const& o) : report_(r), options_(o) {}

    // Pairs of a causal mask are a little more than half of all: (n + 1) / 2n.
    void causal_against_full(index length) {
        const index heads = std::max(index{1}, 8192 / length / 2);
        const bench::workload<T, D> w({heads, heads, length, length});
        const auto s = bench::alternate({values(w, fv::where(fv::causal, w.scores())), values(w, w.scores())},
                                        options_.with({.seconds = 6}));
        add("causal", length, heads, s, bench::causal_share(length), "half of full");
    }

    void sparse_against_live_tiles(index length, index part) {
        const bench::workload<T, D> w({1, 1, length, length});
        std::vector<index> ids(static_cast<std::size_t>(length));
        for (index i = 0; i < length; ++i) ids[static_cast<std::size_t>(i)] = i / part;
        const auto window = fv::sliding_window(part);
        const auto documents = fv::documents(fv::sorted(ids.data(), length));
        const auto s =
            bench::alternate({values(w, fv::where(window, w.scores())), values(w, fv::where(documents, w.scores())),
                              values(w, fv::where(fv::causal && documents, w.scores())), values(w, w.scores())},
                             options_.with({.repeats = 9, .seconds = 12}));
        add("window", length, 1, {s[0], s[3]}, live_share(window, length), "live tiles");
        add("documents", length, 1, {s[1], s[3]}, live_share(documents, length), "live tiles");
        add("causal documents", length, 1, {s[2], s[3]}, live_share(fv::causal && documents, length), "live tiles");
    }

private:
    template <class W, class S> static bench::work values(W const& w, S const& s) {
        return [&w, s] { fv::run(fv::cpu(), w.o() = fv::sum(fv::softmax(s) * w.v())); };
    }
    template <class Mask> static double live_share(Mask const& mask, index length) {
        constexpr fv::cpu_shape shape = bench::engine_shape<T>;
        return bench::count_live(mask, length, length, shape).tiles /
               bench::count_live(fv::everything, length, length, shape).tiles;
    }
    void add(char const* mask, index length, index heads, std::vector<double> const& s, double share,
             char const* against) {
        const double ratio = s[0] / (s[1] * share);
        std::printf("%s  d %3td  %5td tokens  %-17s %9.3f ms  full %9.3f ms  %.3f of %s\n", bench::dtype_name<T>, D,
                    length, mask, 1e3 * s[0], 1e3 * s[1], ratio, against);
        std::fflush(stdout);
        report_.add({{"case", "mask"},
                     {"dtype", bench::dtype_name<T>},
                     {"head_dim", D},
                     {"queries", length},
                     {"keys", length},
                     {"heads", heads},
                     {"kv_heads", heads},
                     {"mask", mask},
                     {"threads", 1},
                     {"fovea_s", s[0]},
                     {"full_s", s[1]},
                     {"live_share", share},
                     {"against", against},
                     {"ratio", ratio}});
    }

    bench::report& report_;
    bench::options options_;
};

} // namespace

int main(int count, char** arguments) {
    const bench::options options = bench::read_options(count, arguments);
    bench::report report("masks", options);
    bench::for_each_format([&]<class T, bench::index D> {
        masks<T, D> m(report, options);
        if (options.quick) {
            m.causal_against_full(1024);
            m.sparse_against_live_tiles(2048, 512);
        } else {
            for (const bench::index length : {4096, 8192, 16384}) m.causal_against_full(length);
            if (std::is_same_v<T, float> || D == 128) m.sparse_against_live_tiles(16384, 1024);
        }
    });
    report.write();
}
