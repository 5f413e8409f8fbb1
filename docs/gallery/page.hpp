// A page of the gallery: a variant is computed by the CPU engine and by the reference engine, and its mask is drawn.
//
//     void sliding_window(gallery::page& page) { ...; page.shows(fv::softmax(s)); }
//
// Everything is small enough to be drawn element by element: 64 positions, 2 heads, 32 channels, tiles of 8 x 8.
#pragma once
#include <fovea/fovea.hpp>
#include <fovea/tile_map.hpp>
#include <fstream>
#include <string>
#include <vector>

#include "../../examples/sample.hpp"

namespace gallery {

namespace fv = fovea;
using namespace fovea::literals;

inline constexpr fv::index length = 64, heads = 2;

class page {
public:
    using channels = fv::constant_size<32>;
    using operand = fv::strided_view<float const, channels>;

    page(std::string name, std::string folder) : name_(std::move(name)), folder_(std::move(folder)) {}

    operand query() const { return view(q_, length); }
    operand query(fv::index positions) const { return view(q_, positions); }
    operand key() const { return view(k_, length); }
    operand value() const { return view(v_, length); }
    operand gate() const { return view(gate_, length); }
    // One head of keys or values for both heads of queries.
    operand shared(operand x) const { return fv::tensor(x.data, fv::bshd(1, length, 1, 32_c)); }

    // The weights p over the values.
    template <fv::probability P> void shows(P const& p) { shows(p, fv::sum(p * value())); }
    template <fv::probability P> void shows(P const& p, operand v) { shows(p, fv::sum(p * v)); }
    // What a run writes: a row of channels for each query and head, and numbers of it.
    template <fv::probability P, class O, class... Numbers>
    void shows(P const& p, O const& output, Numbers const&... numbers) {
        draw(p.scores);
        const fv::index rows = fv::source_of(dot_of(p.scores).q).positions();
        const auto computed = [&](auto engine) {
            std::vector<float> data(static_cast<std::size_t>(rows * heads * (32 + 1 + sizeof...(numbers))));
            const auto o = fv::tensor(data.data(), fv::bshd(1, rows, heads, 32_c));
            float* next = data.data() + rows * heads * 32;
            [[maybe_unused]] const auto number = [&] {
                return fv::tensor(std::exchange(next, next + rows * heads), per_row(rows));
            };
            fv::run(engine, o = output, (number() = numbers)...);
            return data;
        };
        wrong += sample::verdict(name_.c_str(), computed(fv::cpu()), computed(fv::reference()), 32,
                                 sizeof...(numbers) == 0 ? 1 : length);
        ++shown;
    }

    int wrong = 0, shown = 0;

private:
    static operand view(std::vector<float> const& x, fv::index positions) {
        return fv::tensor(x.data(), fv::bshd(1, positions, heads, 32_c));
    }
    static decltype(fv::bhs(1, 1, 1)) per_row(fv::index rows) { return fv::bhs(1, heads, rows); }

    // The product of query and key inside a score: it knows where both stand.
    template <class S> static auto dot_of(S const& s) { return fv::find_all<fv::dot_products>(fv::bare_score(s)).head; }

    template <class S> void draw(S const& s) const {
        if (folder_.empty()) return;
        const auto q = fv::source_of(dot_of(s).q);
        const auto k = fv::source_of(dot_of(s).k);
        const fv::tile_map m = fv::map_tiles(s, {.queries = q.positions(),
                                                 .keys = k.positions(),
                                                 .query_tile = 8,
                                                 .key_tile = 8,
                                                 .head = heads - 1,
                                                 .first_query = q.first,
                                                 .first_key = k.first});
        std::ofstream(folder_ + "/" + name_ + ".svg") << m.to_svg();
    }

    std::string name_, folder_;
    std::vector<float> q_ = sample::numbers(length * heads * 32, 1), k_ = sample::numbers(length * heads * 32, 2),
                       v_ = sample::numbers(length * heads * 32, 3), gate_ = sample::numbers(length * heads * 32, 4);
};

} // namespace gallery
