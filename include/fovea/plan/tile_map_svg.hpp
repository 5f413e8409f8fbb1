// How a tile map is drawn: queries downwards, keys to the right, attended elements as dots where there is room.
//
//     map_tiles(causal, {.queries = 64, .keys = 64, .query_tile = 8, .key_tile = 8}).to_svg()
//
// Units: pixels. Full tiles are dark, partial ones light, dead ones almost the colour of the paper. Where a score has a
// bias, live tiles show it instead, element by element, from light for the lowest to dark for the highest.
#pragma once
#include "fovea/plan/tile_map.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Draws one map; numbers are lengths in pixels.
class tile_map_drawing {
public:
    tile_map_drawing(tile_map const& m, std::string const& title) : m_(m), g_(m.grid), title_(lines_of(title)) {
        // One element is as wide as it is high unless that made a strip of the picture.
        const double ratio = static_cast<double>(g_.queries) / static_cast<double>(g_.keys);
        width_ = ratio > 1 ? greatest(side / ratio, narrow) : side;
        height_ = ratio > 1 ? side : greatest(side * ratio, narrow);
        top_ = 46 + 22 * static_cast<double>(title_.size()) + 40;
    }

    std::string drawn() {
        const double page_width = greatest(left + width_, 560.0) + 40,
                     page_height = top_ + height_ + (shows_biases() ? 94 : 64);
        add(spell({"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"", px(page_width), "\" height=\"",
                   px(page_height), "\" viewBox=\"0 0 ", px(page_width), " ", px(page_height),
                   "\" font-family=\"Inter, 'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif\">"}));
        box(0, 0, page_width, page_height, paper);
        for (std::size_t i = 0; i < title_.size(); ++i)
            text(left, 40 + 22 * static_cast<double>(i), title_[i], "font-size=\"15\" font-weight=\"600\"", ink);
        text(left, top_ - 44, summary(), "font-size=\"12.5\"", soft_ink);
        box(left, top_, width_, height_, dead);
        if (shows_biases()) biases();
        else {
            tiles();
            if (!m_.elements.empty()) dots();
        }
        seams();
        axes();
        legend(top_ + height_ + 34);
        if (shows_biases()) scale_of_biases(top_ + height_ + 64);
        add("</svg>");
        return svg_;
    }

private:
    static constexpr char const *paper = "#fdfdfb", *ink = "#22303c", *soft_ink = "#667684";
    static constexpr char const *full = "#2f6690", *partial = "#bcd7e6", *dead = "#eef0ee";
    static constexpr double side = 640, narrow = 120, left = 76;
    static constexpr int shades = 24;

    static std::string px(double x) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.2f", x);
        std::string s = digits;
        s.erase(s.find_last_not_of('0') + 1);
        if (s.back() == '.') s.pop_back();
        return s;
    }
    static std::string escaped(std::string const& s) {
        std::string out;
        for (char c : s) out += c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : std::string(1, c);
        return out;
    }
    // Cut into lines that fit above the picture: before && or ||, else at a space.
    static std::vector<std::string> lines_of(std::string const& title) {
        constexpr std::size_t fits = 74, most_lines = 4;
        std::vector<std::string> lines;
        std::string rest = title;
        while (rest.size() > fits && lines.size() + 1 < most_lines) {
            const std::string head = rest.substr(0, fits + 1);
            std::size_t cut = std::string::npos;
            for (char const* joint : {" && ", " || "}) {
                const std::size_t at = head.rfind(joint);
                if (at != std::string::npos && (cut == std::string::npos || at > cut)) cut = at;
            }
            if (cut == std::string::npos) cut = head.rfind(' ');
            if (cut == std::string::npos || cut == 0) cut = fits;
            lines.push_back(rest.substr(0, cut));
            rest = rest.substr(rest[cut] == ' ' ? cut + 1 : cut);
        }
        lines.push_back(rest.size() > fits ? rest.substr(0, fits) + " ..." : rest);
        return lines;
    }

    double x_of(index key) const { return left + width_ * static_cast<double>(key) / static_cast<double>(g_.keys); }
    double y_of(index query) const {
        return top_ + height_ * static_cast<double>(query) / static_cast<double>(g_.queries);
    }
    void add(std::string const& element) { svg_ += element + "\n"; }
    void box(double x, double y, double w, double h, char const* colour, char const* more = "") {
        add(spell({"<rect x=\"", px(x), "\" y=\"", px(y), "\" width=\"", px(w), "\" height=\"", px(h), "\" fill=\"",
                   colour, "\"", more, "/>"}));
    }
    void text(double x, double y, std::string const& words, std::string const& style, char const* colour) {
        add(spell({"<text x=\"", px(x), "\" y=\"", px(y), "\" fill=\"", colour, "\" ", style, ">", escaped(words),
                   "</text>"}));
    }

    std::string summary() const {
        const auto share = [](index part, index whole) {
            char digits[16];
            std::snprintf(digits, sizeof digits, "%.1f %%",
                          100.0 * static_cast<double>(part) / static_cast<double>(whole));
            return std::string(digits);
        };
        const index all = m_.live() + m_.dead;
        std::string words = spell({g_.queries, " queries x ", g_.keys, " keys in tiles of ", g_.query_tile, " x ",
                                   g_.key_tile, "; ", share(m_.live(), all), " of the tiles are live"});
        if (m_.elements.empty()) return words;
        index attended = 0;
        for (char c : m_.elements) attended += c == '1';
        return spell({words, ", ", share(attended, g_.queries * g_.keys), " of the elements attended"});
    }

    // Neighbours alike are one rectangle.
    void tiles() {
        for (index row = 0; row < m_.rows(); ++row)
            for (index begin = 0, end = 0; begin < m_.columns(); begin = end) {
                const coverage c = m_.at(row, begin);
                for (end = begin; end < m_.columns() && m_.at(row, end) == c;) ++end;
                if (c == coverage::none) continue;
                const double x = x_of(begin * g_.key_tile), y = y_of(row * g_.query_tile);
                box(x, y, x_of(least(end * g_.key_tile, g_.keys)) - x,
                    y_of(least((row + 1) * g_.query_tile, g_.queries)) - y, c == coverage::all ? full : partial);
            }
    }

    // Attended elements of partial tiles: dots where they are large enough, otherwise runs of a row.
    void dots() {
        const double w = width_ / static_cast<double>(g_.keys), h = height_ / static_cast<double>(g_.queries);
        if (w < 0.5 || h < 0.5) return;
        const double radius = 0.36 * least(w, h);
        std::string path;
        for (index q = 0; q < g_.queries; ++q)
            for (index k = 0; k < g_.keys; ++k) {
                if (!dotted(q, k)) continue;
                if (radius >= 1.4) {
                    const std::string r = px(radius), arc = spell({"a", r, " ", r, " 0 1 1 "});
                    path += spell({"M", px(x_of(k) + w / 2 - radius), " ", px(y_of(q) + h / 2), arc, px(2 * radius),
                                   " 0", arc, px(-2 * radius), " 0z"});
                } else {
                    index end = k;
                    while (end < g_.keys && dotted(q, end)) ++end;
                    path += spell({"M", px(x_of(k)), " ", px(y_of(q)), "h", px(x_of(end) - x_of(k)), "v", px(h), "H",
                                   px(x_of(k)), "z"});
                    k = end;
                }
            }
        if (!path.empty()) add(spell({"<path fill=\"", full, "\" d=\"", path, "\"/>"}));
    }
    bool dotted(index query, index key) const {
        return m_.at(query / g_.query_tile, key / g_.key_tile) == coverage::some && m_.attended(query, key);
    }

    // ---- biases ----

    bool shows_biases() const { return !m_.biases.empty() && width_ >= static_cast<double>(g_.keys) / 2; }
    // The lowest and the highest finite bias of an attended element.
    bounds bias_range() const {
        bounds range{infinity, -infinity};
        for (std::size_t i = 0; i < m_.biases.size(); ++i)
            if (m_.elements[i] == '1' && m_.biases[i] - m_.biases[i] == 0)
                range = {least(range.lo, m_.biases[i]), greatest(range.hi, m_.biases[i])};
        return range.lo <= range.hi ? range : bounds{0, 0};
    }
    // Colour number `level` of those between the lightest and the darkest.
    static std::string shade(int level) {
        constexpr int light[] = {0xdc, 0xea, 0xf2}, dark[] = {0x1f, 0x4e, 0x79};
        char colour[8];
        const auto mix = [&](int i) {
            return static_cast<unsigned>(light[i] + (dark[i] - light[i]) * level / (shades - 1));
        };
        std::snprintf(colour, sizeof colour, "#%02x%02x%02x", mix(0) & 0xffu, mix(1) & 0xffu, mix(2) & 0xffu);
        return colour;
    }
    // Runs of a row that have one colour, all of a colour in one path.
    void biases() {
        const bounds range = bias_range();
        const double h = height_ / static_cast<double>(g_.queries);
        const auto level = [&](index q, index k) {
            if (!m_.attended(q, k)) return -1;
            const float at = m_.biases[static_cast<std::size_t>(q * g_.keys + k)];
            if (!(at > range.lo)) return 0; // a NaN too
            if (at >= range.hi) return shades - 1;
            return static_cast<int>((at - range.lo) / (range.hi - range.lo) * static_cast<float>(shades));
        };
        std::string paths[shades];
        for (index q = 0; q < g_.queries; ++q)
            for (index k = 0, end = 0; k < g_.keys; k = end) {
                const int of_run = level(q, k);
                for (end = k + 1; end < g_.keys && level(q, end) == of_run;) ++end;
                if (of_run >= 0)
                    paths[of_run] += spell({"M", px(x_of(k)), " ", px(y_of(q)), "h", px(x_of(end) - x_of(k)), "v",
                                            px(h), "H", px(x_of(k)), "z"});
            }
        for (int i = 0; i < shades; ++i)
            if (!paths[i].empty()) add(spell({"<path fill=\"", shade(i), "\" d=\"", paths[i], "\"/>"}));
    }
    void scale_of_biases(double y) {
        const auto number = [](float x) {
            char digits[32];
            std::snprintf(digits, sizeof digits, "%.3g", static_cast<double>(x));
            return std::string(digits);
        };
        const bounds range = bias_range();
        const std::string style = "font-size=\"12.5\"",
                          from = spell({"score where the product is 0: ", number(range.lo)});
        text(left, y, from, style, ink);
        const double x = left + 7.2 * static_cast<double>(from.size()), width = 120.0 / shades;
        for (int i = 0; i < shades; ++i) box(x + i * width, y - 11, width, 14, shade(i).c_str());
        text(x + 120 + 7, y, spell({"to ", number(range.hi)}), style, ink);
    }

    // Thin lines of paper between tiles, thinner where tiles are small.
    void seams() {
        const double step = least(width_ / static_cast<double>(m_.columns()), height_ / static_cast<double>(m_.rows()));
        std::string path;
        for (index c = 1; c < m_.columns(); ++c)
            path += spell({"M", px(x_of(c * g_.key_tile)), " ", px(top_), "v", px(height_)});
        for (index r = 1; r < m_.rows(); ++r)
            path += spell({"M", px(left), " ", px(y_of(r * g_.query_tile)), "h", px(width_)});
        if (step >= 3)
            add(spell({"<path stroke=\"", paper, "\" stroke-width=\"", px(least(2.0, step / 10)),
                       "\" fill=\"none\" d=\"", path, "\"/>"}));
    }

    // A round step that gives at most eight numbers: 1, 2 or 5 times a power of ten, or a power of two from 64 on.
    static index tick_step(index extent) {
        index step = 1;
        for (index n = 0; extent / step > 8; ++n)
            step = extent >= 512 ? step * 2 : step * (n % 3 == 1 ? 5 : 2) / (n % 3 == 1 ? 2 : 1);
        return step;
    }
    void axes() {
        const std::string small = "font-size=\"11\"";
        for (index k = 0, step = tick_step(g_.keys); k < g_.keys; k += step)
            text(x_of(k), top_ - 7, to_string(g_.first_key + k), small, soft_ink);
        for (index q = 0, step = tick_step(g_.queries); q < g_.queries; q += step)
            text(left - 8, y_of(q) + 10, to_string(g_.first_query + q), small + " text-anchor=\"end\"", soft_ink);
        text(left + width_, top_ - 24, "keys", small + " font-weight=\"600\" text-anchor=\"end\"", soft_ink);
        const std::string turn = spell({" transform=\"rotate(-90 ", px(24), " ", px(top_ + height_), ")\""});
        text(24, top_ + height_, "queries", small + " font-weight=\"600\"" + turn, soft_ink);
    }
    void legend(double y) {
        const struct {
            char const *colour, *what;
            index tiles;
        } kinds_of_tile[] = {
            {full, "full", m_.full}, {partial, "partial", m_.partial}, {dead, "dead, never read", m_.dead}};
        double x = left;
        for (auto const& kind : kinds_of_tile) {
            box(x, y - 11, 14, 14, kind.colour, kind.colour == dead ? " stroke=\"#d5dad8\"" : "");
            const std::string words = spell({kind.tiles, " ", kind.what});
            text(x + 21, y, words, "font-size=\"12.5\"", ink);
            x += 21 + 7.2 * static_cast<double>(words.size()) + 26;
        }
    }

    tile_map const& m_;
    tile_grid const& g_;
    std::vector<std::string> title_;
    double width_ = 0, height_ = 0, top_ = 0;
    std::string svg_;
};

inline std::string tile_map::to_svg(std::string const& title) const {
    return tile_map_drawing(*this, title.empty() ? mask : title).drawn();
}

} // namespace v0_1
} // namespace fovea
