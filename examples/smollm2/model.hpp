// The forward pass of the model over the next tokens of one sequence.
//
//   smollm2::model<float> model(weights, capacity, pool);
//   std::span<const float> logits = model.forward(prompt, smollm2::rows_wanted::last);
//   logits = model.forward({&token, 1}, smollm2::rows_wanted::last);
#pragma once

#include "attention.hpp"
#include "linear.hpp"
#include "weights.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace smollm2 {

enum class rows_wanted : std::uint8_t { last, all };

// Element: the format of the key/value cache, float or fovea::bf16.
template <class Element>
class model {
public:
    model(const weights& weights, std::int64_t capacity, workers& pool)
        : weights_(weights), capacity_(capacity), pool_(pool), attention_(weights.sizes, capacity, pool) {}

    // One row of logits for the last token, or for each. They are valid until the next call.
    std::span<const float> forward(std::span<const std::int32_t> tokens, rows_wanted rows) {
        const auto positions = static_cast<std::int64_t>(tokens.size());
        if (positions < 1 || position_ + positions > capacity_)
            throw std::runtime_error("the cache holds " + std::to_string(capacity_) + " positions; " +
                                     std::to_string(position_ + positions) + " are needed");
        make_room(positions);
        embed(tokens);
        for (std::size_t i = 0; i < weights_.layers.size(); ++i) block(static_cast<std::int64_t>(i), positions);
        position_ += positions;
        return logits(positions, rows == rows_wanted::all ? positions : 1);
    }

    std::int64_t layers() const { return weights_.sizes.layers; }
    std::int64_t vocabulary() const { return weights_.sizes.vocabulary; }

    double attention_seconds() const { return attention_.seconds(); } // since construction
    void watch(std::vector<std::int64_t> layers) { attention_.watched = std::move(layers); }
    deviation attention_deviation() const { return attention_.deviation_from_reference(); }

private:
    void make_room(std::int64_t positions) {
        const model_sizes& sizes = weights_.sizes;
        const auto room = [&](std::int64_t channels) { return static_cast<std::size_t>(positions * channels); };
        residual_.resize(room(sizes.width));
        normed_.resize(room(sizes.width));
        qkv_.resize(room(sizes.qkv_channels()));
        gate_up_.resize(room(2 * sizes.hidden));
        hidden_.resize(room(sizes.hidden));
    }

    void embed(std::span<const std::int32_t> tokens) {
        const std::int64_t width = weights_.sizes.width;
        float* out = residual_.data();
        for (const std::int32_t token : tokens) {
            if (token < 0 || token >= weights_.sizes.vocabulary)
                throw std::runtime_error("token " + std::to_string(token) + " is not in the vocabulary of " +
                                         std::to_string(weights_.sizes.vocabulary));
            const float* row = weights_.embedding.values.data() + token * width;
            out = std::copy(row, row + width, out);
        }
    }

    void block(std::int64_t i, std::int64_t positions) {
        const layer_weights& layer = weights_.layers[static_cast<std::size_t>(i)];
        const float epsilon = weights_.sizes.epsilon;
        const stretch at = {.first = position_, .positions = positions};

        rms_norm(pool_, layer.attention_norm, epsilon, residual_.data(), positions, normed_.data());
        multiply(pool_, layer.qkv, normed_.data(), positions, qkv_.data());
        attention_.append(i, at, qkv_.data());
        attention_.attend(i, at, qkv_.data(), normed_.data());
        multiply(pool_, layer.attention_output, normed_.data(), positions, residual_.data(), 1);

        rms_norm(pool_, layer.feed_forward_norm, epsilon, residual_.data(), positions, normed_.data());
        multiply(pool_, layer.gate_up, normed_.data(), positions, gate_up_.data());
        swiglu(pool_, weights_.sizes.hidden, gate_up_.data(), positions, hidden_.data());
        multiply(pool_, layer.down, hidden_.data(), positions, residual_.data(), 1);
    }

    std::span<const float> logits(std::int64_t positions, std::int64_t rows) {
        const std::int64_t width = weights_.sizes.width;
        logits_.resize(static_cast<std::size_t>(rows * weights_.sizes.vocabulary));
        rms_norm(pool_, weights_.output_norm, weights_.sizes.epsilon, residual_.data() + (positions - rows) * width,
                 rows, normed_.data());
        multiply(pool_, weights_.embedding, normed_.data(), rows, logits_.data());
        return logits_;
    }

    const weights& weights_;
    std::int64_t capacity_;
    workers& pool_;
    attention<Element> attention_;
    std::int64_t position_ = 0;            // of the next token
    std::vector<float> residual_, normed_; // [positions][width]
    std::vector<float> qkv_, gate_up_, hidden_, logits_;
};

} // namespace smollm2
