// FlexAttention (torch.nn.attention.flex_attention), by its score_mod and mask_mod examples.
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    {
        const auto [q, k] = operands(9, 9);
        //: def causal(b, h, q_idx, kv_idx):
        //:     return q_idx >= kv_idx
        // No create_block_mask: tiles are classified as they are met.
        auto s = fv::where(q_pos >= k_pos, fv::scaled_dot(q, k)); // or fv::causal
        agrees(s, {.keep = [](place e) { return e.query >= e.key; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: flex_attention(q, k, v, block_mask=create_block_mask(causal, ...))  # 5 queries, 9 keys
        // Their indices count from 0 on both axes. Here a call that compares positions of unequal lengths is refused
        // until it is said where queries stand.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return e.query >= e.key; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: def sliding_window(b, h, q_idx, kv_idx):
        //:     return q_idx - kv_idx <= 3
        //: and_masks(sliding_window, causal)
        auto s = fv::where(q_pos - k_pos <= 3 && fv::causal, fv::scaled_dot(q, k)); // or fv::sliding_window(4)
        agrees(s, {.keep = [](place e) { return e.query - e.key <= 3 && e.query >= e.key; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: def prefix(b, h, q_idx, kv_idx):
        //:     return kv_idx < 4
        //: or_masks(prefix, causal)
        auto s = fv::where(fv::prefix(4), fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) { return e.key < 4 || e.query >= e.key; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<int> ids{0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 2, 2};
        //: def document(b, h, q_idx, kv_idx):
        //:     return document_id[q_idx] == document_id[kv_idx]
        // sorted() says that ids never fall; then a tile is classified by two of them.
        auto s = fv::where(fv::documents(fv::sorted(ids.data(), 2, 9)), fv::scaled_dot(q, k));
        agrees(s, {.keep = [&](place e) {
                   return ids[static_cast<std::size_t>(e.query)] == ids[static_cast<std::size_t>(e.key)];
               }});
    }
    {
        const auto [q, k] = operands(12, 12);
        //: def dilated_sliding_window(b, h, q_idx, kv_idx):
        //:     diff = torch.abs(q_idx - kv_idx)
        //:     return (diff <= 6) & (diff % 3 == 0)
        auto distance = fv::abs(q_pos - k_pos);
        auto s = fv::where(distance <= 6 && distance % 3 == 0, fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) {
                   const auto apart = std::abs(e.query - e.key);
                   return apart <= 6 && apart % 3 == 0;
               }});
    }
    {
        const auto [q, k] = operands(12, 12);
        std::vector<int> flags{1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0};
        //: def global_sliding_window(b, h, q_idx, kv_idx):
        //:     near = (q_idx - kv_idx).abs() <= 2
        //:     return near | is_global[q_idx] | is_global[kv_idx]
        auto is_global = [&](auto position) { return fv::lookup(fv::table(flags), position) != 0; };
        auto mask = fv::band(2, 2) || is_global(q_pos) || is_global(k_pos);
        auto s = fv::where(mask, fv::scaled_dot(q, k));
        agrees(s,
               {.keep = [](place e) { return std::abs(e.query - e.key) <= 2 || e.query % 6 == 0 || e.key % 6 == 0; }});
    }
    {
        const auto [q, k] = operands(25, 25);
        //: natten = generate_natten(canvas_w=5, canvas_h=5, kernel_w=3, kernel_h=3)
        // Windows are moved inwards at the border; neighbourhood(5, 1, 1) cuts them instead.
        auto centre = [](auto position) { return fv::clamp(position, 1, 5 - 2); };
        auto mask = fv::abs(centre(q_pos / 5) - k_pos / 5) <= 1 && fv::abs(centre(q_pos % 5) - k_pos % 5) <= 1;
        auto s = fv::where(mask, fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) {
                   const auto clamped = [](fv::index x) { return x < 1 ? 1 : x > 3 ? 3 : x; };
                   return std::abs(clamped(e.query / 5) - e.key / 5) <= 1 &&
                          std::abs(clamped(e.query % 5) - e.key % 5) <= 1;
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: def relative(score, b, h, q_idx, kv_idx):
        //:     return score + (q_idx - kv_idx)
        // score is scaled by 1 / sqrt(head size) already, as scaled_dot is.
        auto s = fv::scaled_dot(q, k) + (q_pos - k_pos);
        agrees(s, {.score = [](double dot, place e) {
                   return dot / std::sqrt(8.0) + static_cast<double>(e.query - e.key);
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> slopes{0.25f, 0.0625f, 0.015625f, 0.00390625f};
        //: def alibi(score, b, h, q_idx, kv_idx):
        //:     return score + (kv_idx - q_idx) * torch.exp2(-((h + 1) * 8.0 / H))
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes)));
        agrees(s, {.keep = [](place e) { return e.query >= e.key; },
                   .score =
                       [](double dot, place e) {
                           return dot / std::sqrt(8.0) + static_cast<double>(e.key - e.query) *
                                                             std::exp2(-(static_cast<double>(e.head + 1) * 8.0 / 4));
                       }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: def softcap(score, b, h, q_idx, kv_idx):
        //:     return 20 * torch.tanh(score / 20)
        auto s = fv::softcap(20.f, fv::scaled_dot(q, k));
        agrees(s, {.score = [](double dot, place) { return 20 * std::tanh(dot / std::sqrt(8.0) / 20); }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> biases(4 * 17);
        for (std::size_t i = 0; i < biases.size(); ++i) biases[i] = std::sin(static_cast<float>(i));
        //: def learned(score, b, h, q_idx, kv_idx):
        //:     return score + bias[h, q_idx - kv_idx + 8]
        auto s = fv::scaled_dot(q, k) + fv::lookup(fv::table(biases.data(), 4, 17), head, q_pos - k_pos + 8);
        agrees(s, {.score = [&](double dot, place e) {
                   return dot / std::sqrt(8.0) +
                          double{biases[static_cast<std::size_t>(17 * e.head + e.query - e.key + 8)]};
               }});
    }
    return coming_from::verdict();
}
