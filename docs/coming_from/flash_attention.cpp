// FlashAttention 2 (flash_attn_func and its relatives), by the definitions in its README and interface.
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    std::vector<float> slopes{0.5f, 0.25f, 0.125f, 0.0625f};
    const auto slope = [&](fv::index h) { return static_cast<double>(slopes[static_cast<std::size_t>(h)]); };
    {
        const auto [q, k] = operands(5, 9);
        //: flash_attn_func(q, k, v)
        // The scale is 1 / sqrt(head size) on both sides; fewer heads of k and v are grouped the same way.
        auto s = fv::scaled_dot(q, k);
        agrees(s, {});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: flash_attn_func(q, k, v, softmax_scale=c)
        const float c = 0.3f;
        auto s = fv::scaled_dot(q, k, c);
        agrees(s, {.score = [](double dot, place) { return dot * double{0.3f}; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: flash_attn_func(q, k, v, causal=True)
        // Their causal is aligned at the bottom right when lengths differ. Here that is said: align_ends.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5; }});
    }
    {
        const auto [q, k] = operands(5, 2);
        //: flash_attn_func(q, k, v, causal=True)  # 5 queries, 2 keys
        // Rows without a key are 0 on both sides.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 2 - 5; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        const int left = 3, right = 1;
        //: flash_attn_func(q, k, v, window_size=(left, right))
        // Both ends belong to the window, on both sides.
        auto s = fv::where(fv::band(left, right), fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.query + 9 - 5 - 3 <= e.key && e.key <= e.query + 9 - 5 + 1; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        const int left = 3;
        //: flash_attn_func(q, k, v, causal=True, window_size=(left, 0))
        // They count the keys before the query's own, sliding_window counts all.
        auto s = fv::where(fv::sliding_window(left + 1), fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) { return e.query - 3 <= e.key && e.key <= e.query; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: flash_attn_func(q, k, v, causal=True, softcap=c)
        const float c = 0.5f;
        auto s = fv::where(fv::causal, fv::softcap(c, fv::scaled_dot(q, k)));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; },
                   .score = [](double dot, place) { return 0.5 * std::tanh(dot / std::sqrt(8.0) / 0.5); }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: flash_attn_func(q, k, v, alibi_slopes=slopes)  # (heads,)
        // Their penalty is by the distance both ways.
        auto s = fv::scaled_dot(fv::align_ends(q, k), k) + fv::alibi_two_sided(fv::table(slopes));
        agrees(s, {.score = [&](double dot, place e) {
                   return dot / std::sqrt(8.0) - slope(e.head) * std::abs(static_cast<double>(e.query + 9 - 5 - e.key));
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> both{0.5f, 0.25f, 0.125f, 0.0625f, 1.f, 0.9f, 0.8f, 0.7f};
        //: flash_attn_func(q, k, v, alibi_slopes=slopes)  # (batch, heads)
        auto m = fv::lookup(fv::table(both.data(), 2, 4), batch, head);
        auto s = fv::scaled_dot(q, k) - m * fv::abs(q_pos - k_pos);
        agrees(s, {.score = [&](double dot, place e) {
                   return dot / std::sqrt(8.0) - double{both[static_cast<std::size_t>(4 * e.batch + e.head)]} *
                                                     std::abs(static_cast<double>(e.query - e.key));
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<int> ids{0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 2, 2};
        //: flash_attn_varlen_func(q, k, v, cu_seqlens_q=cu, cu_seqlens_k=cu, ..., causal=True)  # cu = [0, 3, 7, 9]
        // Packed sequences: an id for each position, here a row of them for each batch, in place of offsets.
        auto packed = fv::causal && fv::documents(fv::sorted(ids.data(), 2, 9));
        auto s = fv::where(packed, fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) {
                   const auto sequence = [](fv::index i) { return i < 3 ? 0 : i < 7 ? 1 : 2; };
                   return e.key <= e.query && sequence(e.query) == sequence(e.key);
               }});
    }
    {
        const auto [q, k] = operands(2, 9);
        std::vector<int> lengths{9, 6};
        //: flash_attn_with_kvcache(q, k_cache, v_cache, cache_seqlens=lengths, causal=True)
        // Queries end where each sequence of the cache does.
        auto shift = fv::lookup(fv::table(lengths), batch) - 2; // 2 queries
        auto s = fv::where(k_pos <= q_pos + shift, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + (e.batch == 0 ? 9 : 6) - 2; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        const auto turn = [](double* x, fv::index position) {
            for (int i = 0; i < 4; ++i) { // dimensions 0 and 1, 2 and 3, ...
                const double angle = static_cast<double>(position) * std::pow(10000.0, -2.0 * i / 8), a = x[2 * i],
                             b = x[2 * i + 1];
                x[2 * i] = a * std::cos(angle) - b * std::sin(angle);
                x[2 * i + 1] = a * std::sin(angle) + b * std::cos(angle);
            }
        };
        //: flash_attn_with_kvcache(..., rotary_cos, rotary_sin, rotary_interleaved=True)
        // False is rope_halves: pairs half the head size apart. Angles are computed here, not read from tables.
        auto turns = fv::rope_plain{.theta = 10000};
        auto s = fv::scaled_dot(fv::rope_pairs(q, turns), fv::rope_pairs(k, turns));
        agrees(s, {.turn_query = turn, .turn_key = turn});
    }
    {
        const auto [q, k] = operands(9, 9);
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
        //: out, softmax_lse, _ = flash_attn_func(..., causal=True, return_attn_probs=True)
        // The natural logarithm, (batch, heads, queries), on both sides.
        auto l = fv::logsumexp(s);
        agrees(l, s, {.keep = [](place e) { return e.key <= e.query; }});
    }
    return coming_from::verdict();
}
