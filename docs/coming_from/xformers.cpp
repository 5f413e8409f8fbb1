// xFormers (memory_efficient_attention and its attn_bias types), by their docstrings.
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    std::vector<int> ids{0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 2, 2};
    const auto same = [&](place e) {
        return ids[static_cast<std::size_t>(e.query)] == ids[static_cast<std::size_t>(e.key)];
    };
    {
        const auto [q, k] = operands(5, 9);
        //: memory_efficient_attention(q, k, v, scale=c)
        const float c = 0.3f;
        auto s = fv::scaled_dot(q, k, c);
        agrees(s, {.score = [](double dot, place) { return dot * double{0.3f}; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: LowerTriangularMask()
        // Aligned at the top left.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: LowerTriangularFromBottomRightMask()
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        const int window = 3;
        //: LowerTriangularFromBottomRightLocalAttentionMask(window)
        // `window` keys with the query's own, as sliding_window counts.
        auto s = fv::where(fv::sliding_window(window), fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) {
                   const auto from_last_query = 4 - e.query, from_last_key = 8 - e.key;
                   return from_last_key >= from_last_query && from_last_key < from_last_query + 3;
               }});
    }
    {
        const auto [q, k] = operands(4, 5);
        const int left = 1, right = 2;
        //: LocalAttentionFromBottomRightMask(window_left=left, window_right=right)
        auto s = fv::where(fv::band(left, right), fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { // the matrix of their example
                   constexpr int example[4][5] = {{1, 1, 1, 1, 0}, {0, 1, 1, 1, 1}, {0, 0, 1, 1, 1}, {0, 0, 0, 1, 1}};
                   return example[e.query][e.key] == 1;
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        std::vector<float> biases(9 * 9);
        for (std::size_t i = 0; i < biases.size(); ++i) biases[i] = std::sin(static_cast<float>(i));
        //: LowerTriangularMask().add_bias(bias)
        auto bias = fv::bias(fv::tensor(biases.data(), fv::bhqk(1, 1, 9, 9)));
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k) + bias);
        agrees(s, {.keep = [](place e) { return e.key <= e.query; },
                   .score =
                       [&](double dot, place e) {
                           return dot / std::sqrt(8.0) + double{biases[static_cast<std::size_t>(e.query * 9 + e.key)]};
                       }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: BlockDiagonalMask.from_seqlens([3, 4, 2])
        // An id for each position, here a row of them for each batch, in place of lengths.
        auto s = fv::where(fv::documents(fv::sorted(ids.data(), 2, 9)), fv::scaled_dot(q, k));
        agrees(s, {.keep = same});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: BlockDiagonalMask.from_seqlens([2, 1, 2], [3, 4, 2])
        std::vector<int> q_ids{0, 0, 1, 2, 2}, k_ids{0, 0, 0, 1, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1, 1, 1, 2, 2};
        auto together =
            fv::lookup(fv::sorted(q_ids.data(), 5), q_pos) == fv::lookup(fv::sorted(k_ids.data(), 9), k_pos);
        auto s = fv::where(together, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) {
                   return (e.query < 2 ? 0 : e.query < 3 ? 1 : 2) == (e.key < 3 ? 0 : e.key < 7 ? 1 : 2);
               }});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: BlockDiagonalCausalMask.from_seqlens([3, 4, 2])
        auto s = fv::where(fv::causal && fv::documents(fv::sorted(ids.data(), 2, 9)), fv::scaled_dot(q, k));
        agrees(s, {.keep = [&](place e) { return same(e) && e.key <= e.query; }});
    }
    {
        const auto [q, k] = operands(9, 9);
        const int window = 2;
        //: BlockDiagonalCausalMask.from_seqlens([3, 4, 2]).make_local_attention(window)
        auto s =
            fv::where(fv::sliding_window(window) && fv::documents(fv::sorted(ids.data(), 2, 9)), fv::scaled_dot(q, k));
        agrees(s, {.keep = [&](place e) { return same(e) && e.key <= e.query && e.key > e.query - 2; }});
    }
    return coming_from::verdict();
}
