// PyTorch's scaled_dot_product_attention, by the equivalent code of its documentation.
#include "row.hpp"

namespace fv = fovea;
using namespace fovea::terms;
using coming_from::agrees, coming_from::place, coming_from::operands;

int main() {
    {
        const auto [q, k] = operands(5, 9);
        //: scaled_dot_product_attention(q, k, v)
        // Their tensors are (batch, heads, positions, channels): bhsd.
        auto s = fv::scaled_dot(q, k);
        agrees(s, {});
    }
    {
        const auto [q, k] = operands(9, 9);
        //: scaled_dot_product_attention(q, k, v, is_causal=True)
        auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: scaled_dot_product_attention(q, k, v, is_causal=True)  # 5 queries, 9 keys
        // tril(diagonal=0): aligned at the top left. For a cache that is rarely what one means; here it is said.
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: scaled_dot_product_attention(q, k, v, attn_mask=causal_lower_right(5, 9))
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
        agrees(s, {.keep = [](place e) { return e.key <= e.query + 9 - 5; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<int> bits(5 * 9);
        for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = i * i % 3 != 1;
        //: scaled_dot_product_attention(q, k, v, attn_mask=mask)  # bool, True is attended
        auto mask = fv::lookup(fv::table(bits.data(), 5, 9), q_pos, k_pos) != 0;
        auto s = fv::where(mask, fv::scaled_dot(fv::at(q, 0), k));
        agrees(s, {.keep = [](place e) { return (9 * e.query + e.key) * (9 * e.query + e.key) % 3 != 1; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        std::vector<float> biases(5 * 9);
        for (std::size_t i = 0; i < biases.size(); ++i) biases[i] = std::sin(static_cast<float>(i));
        //: scaled_dot_product_attention(q, k, v, attn_mask=bias)  # float, added
        auto s = fv::scaled_dot(fv::at(q, 0), k) + fv::bias(fv::tensor(biases.data(), fv::bhqk(1, 1, 5, 9)));
        agrees(s, {.score = [&](double dot, place e) {
                   return dot / std::sqrt(8.0) + double{biases[static_cast<std::size_t>(e.query * 9 + e.key)]};
               }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: scaled_dot_product_attention(q, k, v, scale=c)
        const float c = 0.3f;
        auto s = fv::scaled_dot(q, k, c);
        agrees(s, {.score = [](double dot, place) { return dot * double{0.3f}; }});
    }
    {
        const auto [q, k] = operands(5, 9);
        //: scaled_dot_product_attention(q, k, v, enable_gqa=True)
        // Grouped heads need no word: k and v simply have fewer.
        auto s = fv::scaled_dot(q, k); // 4 heads of queries, 2 of keys
        agrees(s, {});
    }
    return coming_from::verdict();
}
