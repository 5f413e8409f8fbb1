// What the default tiles ask of memory: no bank conflict anywhere, and whole sectors of ordinary layouts.
#include <fovea/mask/causal.hpp>
#include <fovea/plan/problem.hpp>
#include <string>
#include <vector>

#include "engine/sm80/emulated.hpp"
#include "support/catch.hpp"
#include "support/draws.hpp"

namespace fv = fovea;

namespace {

template <int N> using channels = fv::constant_size<N>;

// Numbers that start a line of 128 bytes, as those of any allocator for a device do.
template <class T> class line_buffer {
    struct alignas(128) line {
        T x[128 / sizeof(T)];
    };

public:
    explicit line_buffer(std::size_t n, std::uint64_t seed = 0) : lines_(n * sizeof(T) / 128 + 1) {
        const std::vector<float> from = tests::normals(seed == 0 ? 0 : n, seed);
        for (std::size_t i = 0; i < from.size(); ++i) data()[i] = T{from[i]};
    }
    T* data() { return lines_[0].x; }

private:
    std::vector<line> lines_;
};

// Two query tiles and a half, four key tiles and a half, two heads that share their keys; `Layout`: bshd or bhsd.
template <int Channels, int Values, class Layout> std::string traffic_faults(Layout layout) {
    constexpr fv::index heads = 2, queries = 320, keys = 288;
    using element = fv::bf16;
    line_buffer<element> q(heads * queries * Channels, 1), k(keys * Channels, 2), v(keys * Values, 3),
        o(heads * queries * Values);
    line_buffer<float> l(heads * queries);
    auto q_view = fv::at(fv::tensor(q.data(), layout(1, queries, heads, channels<Channels>{})), keys - queries);
    auto k_view = fv::tensor(k.data(), layout(1, keys, 1, channels<Channels>{}));
    auto v_view = fv::tensor(v.data(), layout(1, keys, 1, channels<Values>{}));
    auto o_view = fv::tensor(o.data(), layout(1, queries, heads, channels<Values>{}));
    auto l_view = fv::tensor(l.data(), fv::bhs(1, heads, queries));
    auto s = fv::where(fv::causal, fv::scaled_dot(q_view, k_view));

    fv::simt::report said;
    fv::run(tests::emulated<>{{.races = false, .count = true}, &said}, o_view = fv::sum(fv::softmax(s) * v_view),
            l_view = fv::logsumexp(s));
    std::string wrong;
    fv::index copies = 0, matrices = 0;
    for (auto const& [where, t] : said.sites) {
        if (where.second == "copy_async") copies += static_cast<fv::index>(t.sectors);
        if (where.second.find("load_matrix") == 0) matrices += static_cast<fv::index>(t.wavefronts);
        if (t.wavefronts != t.ideal_wavefronts || t.sectors != t.ideal_sectors)
            wrong += fv::spell({where.second, " at ", where.first, ": ", static_cast<fv::index>(t.wavefronts),
                                " wavefronts of ", static_cast<fv::index>(t.ideal_wavefronts), ", ",
                                static_cast<fv::index>(t.sectors), " sectors of ",
                                static_cast<fv::index>(t.ideal_sectors), "\n"});
    }
    if (copies == 0 || matrices == 0) wrong += "nothing was counted\n";
    return wrong;
}

} // namespace

TEMPLATE_TEST_CASE_SIG("sm_80: default tiles ask no bank twice and read and write whole sectors", "[traffic]",
                       ((int Channels, int Values), Channels, Values), (32, 32), (64, 64), (80, 80), (96, 96),
                       (128, 128), (160, 160), (192, 192), (224, 224), (256, 256), (64, 128), (128, 64), (192, 128),
                       (96, 32), (64, 256)) {
    const auto bshd = [](auto... a) { return fv::bshd(a...); };
    const auto bhsd = [](fv::index batches, fv::index length, fv::index heads, auto d) {
        return fv::bhsd(batches, heads, length, d);
    };
    CHECK(traffic_faults<Channels, Values>(bshd) == "");
    CHECK(traffic_faults<Channels, Values>(bhsd) == "");
}
