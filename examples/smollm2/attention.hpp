// The attention of every layer and its key/value cache, through Fovea's public interface alone.
//
//   smollm2::attention<fovea::bf16> attention(sizes, capacity, pool);
//   attention.append(layer, {first, positions}, qkv);    // rotate the new keys and store them; store the new values
//   attention.attend(layer, {first, positions}, qkv, o); // causal, grouped heads, RoPE on the queries as they are read
//
// qkv is one row for each position, read in place by strides:  | q: heads x 64 | k: kv_heads x 64 | v: kv_heads x 64 |
// A layer's cache is (kv_head, position, channel). GGUF files hold Llama's query and key rows permuted, so that RoPE
// turns neighbouring channels: rope_pairs.
#pragma once

#include "linear.hpp"
#include "weights.hpp"

#include "fovea/fovea.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace smollm2 {

namespace fv = fovea;

// The stretch of the sequence that a call works on.
struct stretch {
    std::int64_t first;
    std::int64_t positions;
};

// What went into one call of attend and what came out, kept to be computed again by the reference engine.
struct attention_sample {
    std::int64_t layer;
    stretch at;
    std::vector<float> qkv;
    std::vector<float> output;
};

struct deviation {
    double largest = 0; // |output - reference|
    double largest_output = 0; // |reference|
    std::int64_t outputs = 0; // numbers compared
};

template <class Element>
class attention {
public:
    attention(const model_sizes& sizes, std::int64_t capacity, workers& pool)
        : sizes_(sizes),
          capacity_(capacity),
          pool_(pool),
          keys_(static_cast<std::size_t>(sizes.layers * sizes.kv_heads * capacity * head_dim)),
          values_(keys_.size()) {}

    void append(std::int64_t layer, stretch at, const float* qkv) {
        const auto start = std::chrono::steady_clock::now();
        const auto k_new = fv::at(part(qkv, at.positions, sizes_.heads, sizes_.kv_heads), at.first);
        const auto v_new = part(qkv, at.positions, sizes_.heads + sizes_.kv_heads, sizes_.kv_heads);
        const auto k_slot = cached(keys_, layer, at);
        const auto v_slot = cached(values_, layer, at);
        fv::run(fv::cpu(pool_), k_slot = fv::rope_pairs(k_new, frequencies()));
        fv::run(fv::cpu(pool_), v_slot = v_new);
        seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    void attend(std::int64_t layer, stretch at, const float* qkv, float* output) {
        const auto start = std::chrono::steady_clock::now();
        run(fv::cpu(pool_), layer, at, qkv, output);
        seconds_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (std::ranges::find(watched, layer) != watched.end()) keep_sample(layer, at, qkv, output);
    }

    double seconds() const { return seconds_; } // in append and attend, since construction

    // Computes the kept samples again with fv::reference(). Later appends do not disturb it: the mask is causal.
    deviation deviation_from_reference() const {
        deviation result;
        for (const attention_sample& sample : samples_) {
            std::vector<float> expected(sample.output.size());
            run(fv::reference(), sample.layer, sample.at, sample.qkv.data(), expected.data());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const double difference =
                    std::abs(static_cast<double>(sample.output[i]) - static_cast<double>(expected[i]));
                result.largest = std::isfinite(difference) ? std::max(result.largest, difference) : HUGE_VAL;
                result.largest_output = std::max(result.largest_output, std::abs(static_cast<double>(expected[i])));
            }
            result.outputs += static_cast<std::int64_t>(expected.size());
        }
        return result;
    }

    std::vector<std::int64_t> watched; // the layers whose next calls of attend are kept as samples

private:
    static constexpr std::int64_t sample_positions = 64; // at most, the last ones: the reference engine is slow

    auto frequencies() const { return fv::rope_plain{.theta = sizes_.theta}; }

    template <class Engine>
    void run(Engine engine, std::int64_t layer, stretch at, const float* qkv, float* output) const {
        const auto q = fv::at(part(qkv, at.positions, 0, sizes_.heads), at.first);
        const auto k = cached(keys_, layer, {.first = 0, .positions = at.first + at.positions});
        const auto v = cached(values_, layer, {.first = 0, .positions = at.first + at.positions});
        const auto o = fv::tensor(output, fv::bshd(1, at.positions, sizes_.heads, fv::constant_size<head_dim>{}));
        const auto score = fv::scaled_dot(fv::rope_pairs(q, frequencies()), k);
        fv::run(engine, o = fv::sum(fv::softmax(fv::where(fv::causal, score)) * v));
    }

    // Some heads of the rows of qkv.
    auto part(const float* qkv, std::int64_t positions, std::int64_t first_head, std::int64_t heads) const {
        return fv::tensor(
            qkv + first_head * head_dim,
            fv::strided(fv::extents{.batches = 1, .heads = heads, .positions = positions},
                        fv::constant_size<head_dim>{},
                        fv::strides{.batch = 0, .head = head_dim, .position = sizes_.qkv_channels(), .channel = 1}));
    }

    // A stretch of one layer's cache.
    template <class Elements>
    auto cached(Elements& elements, std::int64_t layer, stretch at) const {
        return fv::tensor(
            elements.data() + (layer * sizes_.kv_heads * capacity_ + at.first) * head_dim,
            fv::strided(fv::extents{.batches = 1, .heads = sizes_.kv_heads, .positions = at.positions},
                        fv::constant_size<head_dim>{},
                        fv::strides{.batch = 0, .head = capacity_ * head_dim, .position = head_dim, .channel = 1}));
    }

    void keep_sample(std::int64_t layer, stretch at, const float* qkv, const float* output) {
        const std::int64_t skipped = std::max<std::int64_t>(0, at.positions - sample_positions);
        const float* rows = qkv + skipped * sizes_.qkv_channels();
        const float* results = output + skipped * sizes_.width;
        at = {.first = at.first + skipped, .positions = at.positions - skipped};
        samples_.push_back({.layer = layer,
                            .at = at,
                            .qkv = std::vector(rows, rows + at.positions * sizes_.qkv_channels()),
                            .output = std::vector(results, results + at.positions * sizes_.width)});
    }

    model_sizes sizes_;
    std::int64_t capacity_;
    workers& pool_;
    std::vector<Element> keys_;
    std::vector<Element> values_;
    std::vector<attention_sample> samples_;
    double seconds_ = 0;
};

} // namespace smollm2
