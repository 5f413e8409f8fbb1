// cuDNN's graph API (SDPA_attributes of its frontend), by its documentation and the reference of its own tests.
// language: cpp
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    {
        const auto [q, k] = operands(5, 9);
        //: SDPA_attributes()
        // Without attn_scale nothing is scaled.
        auto s = fv::dot(q, k);
        agrees(s, {.score = [](double dot, place) { return dot; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: .set_attn_scale(c)
        const float c = 0.3f;
        auto s = fv::scaled_dot(q, k, c);
        agrees(s, {.score = [](double dot, place) { return dot * double{0.3f}; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: .set_causal_mask(true)
        // Their diagonal starts at the top left.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return !(e.key >= e.query + 1); }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: .set_causal_mask_bottom_right(true)
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return !(e.key >= e.query + 9 - 5 + 1); }});
    }
    {
        const auto [q, k] = operands(9, 9);
        const int left = 4;
        //: .set_diagonal_alignment(DiagonalAlignment_t::TOP_LEFT)
        //: .set_diagonal_band_left_bound(left)
        //: .set_diagonal_band_right_bound(0)
        // Their left bound is exclusive: `left` keys with the query's own, as sliding_window counts.
        auto s = fv::where(fv::sliding_window(left), fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) { return !(e.key >= e.query + 1) && !(e.key <= e.query - 4); }});
    }
    {
        const auto [q, k] = operands(5, 9);
        const int left = 4, right = 2;
        //: .set_diagonal_alignment(DiagonalAlignment_t::BOTTOM_RIGHT)
        //: .set_diagonal_band_left_bound(left)
        //: .set_diagonal_band_right_bound(right)
        // Exclusive on the left, inclusive on the right; band includes both ends.
        auto s = fv::where(fv::band(left - 1, right), fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) {
                   return !(e.key >= e.query + 9 - 5 + 1 + 2) && !(e.key <= e.query + 9 - 5 - 4);
               }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<int> lengths{9, 6};
        //: .set_padding_mask(true).set_seq_len_kv(lengths)
        auto s = fv::where(fv::padding(fv::table(lengths)), fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) { return e.key < (e.batch == 0 ? 9 : 6); }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> slopes{0.25f, 0.0625f, 0.015625f, 0.00390625f};
        //: .set_alibi_mask(true).set_causal_mask(true)
        // Slopes are theirs to choose: (2^(-8 / heads))^(h + 1) for a power of two. Here they are yours.
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes)));
        agrees(s, {.keep = [](place e) { return !(e.key >= e.query + 1); },
                   .score =
                       [](double dot, place e) {
                           const double slope = std::pow(std::exp2(-8.0 / 4), static_cast<double>(e.head + 1));
                           return dot / std::sqrt(8.0) + static_cast<double>(e.key - e.query) * slope;
                       }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<float> biases(4 * 5 * 9);
        for (std::size_t i = 0; i < biases.size(); ++i) biases[i] = std::sin(static_cast<float>(i));
        //: .set_bias(bias)  // (1, heads, queries, keys)
        // Extents of 1 are repeated on both sides. Added after the scale.
        auto s = fv::scaled_dot(fv::at(q, 0), k) + fv::bias(fv::tensor(biases.data(), fv::bhqk(1, 4, 5, 9)));
        agrees(s, {.score = [&](double dot, place e) {
                   return dot / std::sqrt(8.0) +
                          double{biases[static_cast<std::size_t>((e.head * 5 + e.query) * 9 + e.key)]};
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> sinks{0.5f, -1.f, 0.f, 2.f};
        //: .set_sink_token(sinks)  // (1, heads, 1, 1)
        // Their stats count the sink, logsumexp(s) does not.
        auto p = fv::softmax(fv::scaled_dot(q, k), fv::lookup(fv::table(sinks), head));
        agrees(p, {.sink = [&](fv::index h) { return double{sinks[static_cast<std::size_t>(h)]}; }});
    }
    return coming_from::verdict();
}
