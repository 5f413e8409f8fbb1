// FlashInfer (single_prefill_with_kv_cache and attention variants), by its docstrings and its variant definitions.
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    {
        const auto [q, k] = operands(5, 9);
        //: single_prefill_with_kv_cache(q, k, v, causal=True)
        // Their diagonal is kv_len - qo_len: aligned at the bottom right. Here that is said.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: single_prefill_with_kv_cache(q, k, v, sm_scale=c)
        const float c = 0.3f;
        auto s = fv::scaled_dot(q, k, c);
        agrees(s, {.score = [](double dot, place) { return dot * double{0.3f}; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        const int left = 3;
        //: single_prefill_with_kv_cache(q, k, v, causal=True, window_left=left)
        // window_left counts the keys before the query's own, sliding_window counts all.
        auto s = fv::where(fv::sliding_window(left + 1), fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5 && e.key + 5 + 3 >= 9 + e.query; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        const int left = 3;
        //: single_prefill_with_kv_cache(q, k, v, window_left=left)
        // Without causal, nothing bounds the right.
        auto s = fv::where(q_pos - k_pos <= left, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key + 5 + 3 >= 9 + e.query; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: single_prefill_with_kv_cache(q, k, v, causal=True, logits_soft_cap=c)
        const float c = 0.5f;
        auto s = fv::where(fv::causal, fv::softcap(c, fv::scaled_dot(q, k)));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; },
                   .score = [](double dot, place) { return 0.5 * std::tanh(dot / std::sqrt(8.0) / 0.5); }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: single_prefill_with_kv_cache(q, k, v, causal=True, pos_encoding_mode="ALIBI")
        // Slopes are 2^(-8 (h + 1) / heads) for a power of two of heads.
        std::vector<float> slopes{0.25f, 0.0625f, 0.015625f, 0.00390625f};
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes)));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; },
                   .score =
                       [](double dot, place e) {
                           const double slope = std::exp2(-8.0 * static_cast<double>(e.head + 1) / 4);
                           return dot / std::sqrt(8.0) + slope * static_cast<double>(e.key - e.query);
                       }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<int> bits(5 * 9);
        for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i * i % 3 != 1;
        //: single_prefill_with_kv_cache(q, k, v, custom_mask=mask)  # (qo_len, kv_len)
        // A mask that has a rule is better written as one: then dead tiles are known.
        auto mask = fv::lookup(fv::table(bits.data(), 5, 9), q_pos, k_pos) != 0;
        auto s = fv::where(mask, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return (9 * e.query + e.key) * (9 * e.query + e.key) % 3 != 1; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<float> sinks{0.5f, -1.f, 0.f, 2.f};
        //: BatchAttentionWithAttentionSinkWrapper(..., causal, window_left=-1).run(q, kv, sinks, sm_scale)
        // A logit for each head that joins the denominator.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        auto p = fv::softmax(s, fv::lookup(fv::table(sinks), head));
        agrees(p, {.keep = [](place e) { return e.key <= e.query + 9 - 5; },
                   .sink = [&](fv::index h) { return double{sinks[static_cast<std::size_t>(h)]}; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
        //: out, lse = single_prefill_with_kv_cache(..., causal=True, return_lse=True)
        // Theirs is in base 2, ours a natural logarithm: divide by ln 2 on the way out.
        auto l = fv::logsumexp(s) * 1.44269504f;
        agrees(
            l, s,
            {.keep = [](place e) { return e.key <= e.query; }, .row = [](double lse) { return lse / std::log(2.0); }});
    }
    return coming_from::verdict();
}
