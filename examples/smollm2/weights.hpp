// The sizes and weights of a Llama-architecture model, read from a GGUF file and dequantised to fp32.
//
//   const smollm2::weights weights = smollm2::load_weights(file);
#pragma once

#include "dequantize.hpp"
#include "gguf.hpp"
#include "linear.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace smollm2 {

constexpr std::int64_t head_dim = 64; // a constant of this example: attention is compiled for it

struct model_sizes {
    std::int64_t layers;
    std::int64_t width; // channels of the residual stream
    std::int64_t heads;
    std::int64_t kv_heads;
    std::int64_t hidden; // channels inside the feed-forward
    std::int64_t vocabulary;
    std::int64_t context; // most positions
    double theta;         // the base of RoPE
    float epsilon;        // of RMSNorm

    std::int64_t qkv_channels() const { return (heads + 2 * kv_heads) * head_dim; }
};

struct layer_weights {
    std::vector<float> attention_norm;
    matrix qkv; // the rows of q, then of k, then of v: one product
    matrix attention_output;
    std::vector<float> feed_forward_norm;
    matrix gate_up; // the rows of gate, then of up
    matrix down;
};

struct weights {
    model_sizes sizes;
    matrix embedding; // also the output matrix: the model ties them
    std::vector<layer_weights> layers;
    std::vector<float> output_norm;
};

inline model_sizes read_sizes(const gguf_file& file) {
    if (const auto architecture = file.text("general.architecture"); architecture != "llama")
        throw std::runtime_error("the model's architecture is \"" + std::string(architecture) +
                                 "\"; this example runs \"llama\"");
    const model_sizes sizes = {
        .layers = file.integer("llama.block_count"),
        .width = file.integer("llama.embedding_length"),
        .heads = file.integer("llama.attention.head_count"),
        .kv_heads = file.integer("llama.attention.head_count_kv"),
        .hidden = file.integer("llama.feed_forward_length"),
        .vocabulary = static_cast<std::int64_t>(file.texts("tokenizer.ggml.tokens").size()),
        .context = file.integer("llama.context_length"),
        .theta = file.number("llama.rope.freq_base"),
        .epsilon = static_cast<float>(file.number("llama.attention.layer_norm_rms_epsilon")),
    };
    if (sizes.layers < 1 || sizes.kv_heads < 1 || sizes.heads % sizes.kv_heads != 0)
        throw std::runtime_error("the model has " + std::to_string(sizes.layers) + " layers, " +
                                 std::to_string(sizes.heads) + " heads and " + std::to_string(sizes.kv_heads) +
                                 " key/value heads, which cannot be");
    if (sizes.width != sizes.heads * head_dim || file.integer("llama.rope.dimension_count") != head_dim)
        throw std::runtime_error("this example is compiled for heads of " + std::to_string(head_dim) +
                                 " channels; the model has " + std::to_string(sizes.width) + " channels in " +
                                 std::to_string(sizes.heads) + " heads");
    return sizes;
}

// The named tensors, stacked by rows; each must have `columns` columns, and together `rows` rows.
inline matrix load_matrix(const gguf_file& file, const std::vector<std::string>& names, std::int64_t rows,
                          std::int64_t columns) {
    matrix result = {.rows = 0, .columns = columns, .values = {}};
    result.values.reserve(static_cast<std::size_t>(rows * columns));
    for (const std::string& name : names) {
        const gguf_tensor& tensor = file.tensor(name);
        if (tensor.shape.size() != 2 || tensor.shape[0] != columns)
            throw std::runtime_error("tensor " + name + " has rows of " + std::to_string(tensor.shape[0]) +
                                     " elements, expected " + std::to_string(columns));
        const std::vector<float> values = dequantize(tensor);
        result.values.insert(result.values.end(), values.begin(), values.end());
        result.rows += tensor.shape[1];
    }
    if (result.rows != rows)
        throw std::runtime_error("tensor " + names.front() + " and what is stacked on it have " +
                                 std::to_string(result.rows) + " rows, expected " + std::to_string(rows));
    return result;
}

inline std::vector<float> load_vector(const gguf_file& file, const std::string& name, std::int64_t elements) {
    const gguf_tensor& tensor = file.tensor(name);
    if (tensor.elements() != elements)
        throw std::runtime_error("tensor " + name + " has " + std::to_string(tensor.elements()) +
                                 " elements, expected " + std::to_string(elements));
    return dequantize(tensor);
}

inline weights load_weights(const gguf_file& file) {
    const model_sizes sizes = read_sizes(file);
    if (file.has_tensor("output.weight"))
        throw std::runtime_error("the model has an output matrix of its own; this example ties it");
    weights result = {.sizes = sizes,
                      .embedding = load_matrix(file, {"token_embd.weight"}, sizes.vocabulary, sizes.width),
                      .layers = {},
                      .output_norm = load_vector(file, "output_norm.weight", sizes.width)};
    for (std::int64_t i = 0; i < sizes.layers; ++i) {
        const std::string block = "blk." + std::to_string(i) + ".";
        result.layers.push_back({
            .attention_norm = load_vector(file, block + "attn_norm.weight", sizes.width),
            .qkv = load_matrix(file, {block + "attn_q.weight", block + "attn_k.weight", block + "attn_v.weight"},
                               sizes.qkv_channels(), sizes.width),
            .attention_output = load_matrix(file, {block + "attn_output.weight"}, sizes.width, sizes.width),
            .feed_forward_norm = load_vector(file, block + "ffn_norm.weight", sizes.width),
            .gate_up =
                load_matrix(file, {block + "ffn_gate.weight", block + "ffn_up.weight"}, 2 * sizes.hidden, sizes.width),
            .down = load_matrix(file, {block + "ffn_down.weight"}, sizes.width, sizes.hidden),
        });
    }
    return result;
}

} // namespace smollm2
