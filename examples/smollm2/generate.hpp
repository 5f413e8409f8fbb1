// Greedy generation of one sequence: prefill, then a token at a time, with the times and attention samples of the run.
//
//   smollm2::report report = smollm2::generate(model, prompt, limits, on_token, on_logits);
#pragma once

#include "model.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <span>
#include <vector>

namespace smollm2 {

struct limits {
    std::int64_t tokens;    // to generate at most
    std::int32_t end_token; // generation stops behind it; -1: never
};

struct phase {
    std::int64_t tokens = 0;
    double seconds = 0;
    double attention_seconds = 0; // of these
};

struct report {
    phase prefill; // the prompt; its last logits give the first token
    phase decode;  // one token at a time
};

inline std::int32_t likeliest(std::span<const float> logits) {
    return static_cast<std::int32_t>(std::distance(logits.begin(), std::ranges::max_element(logits)));
}

// on_token(id) sees every generated token at once; on_logits(rows) every row of logits: one for each position of the
// prompt where rows is rows_wanted::all, and one for each decoded token.
template <class Element, class OnToken, class OnLogits>
report generate(model<Element>& model, std::span<const std::int32_t> prompt, limits limits, rows_wanted rows,
                OnToken on_token, OnLogits on_logits) {
    report result;
    const std::int64_t layers = model.layers();
    const auto step = [&](phase& phase, std::span<const std::int32_t> tokens) {
        const double attention_before = model.attention_seconds();
        const auto start = std::chrono::steady_clock::now();
        const auto logits = model.forward(tokens, rows);
        phase.seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        phase.attention_seconds += model.attention_seconds() - attention_before;
        phase.tokens += static_cast<std::int64_t>(tokens.size());
        on_logits(logits);
        return likeliest(logits.last(static_cast<std::size_t>(model.vocabulary())));
    };

    model.watch({0, layers / 2, layers - 1});
    std::int32_t token = step(result.prefill, prompt);
    for (std::int64_t generated = 1;; ++generated) {
        on_token(token);
        if (generated >= limits.tokens || token == limits.end_token) return result;
        constexpr std::int64_t sampled_step = 8; // one layer of every eighth step is kept for the reference
        model.watch(generated % sampled_step == 1 ? std::vector{generated % layers} : std::vector<std::int64_t>{});
        token = step(result.decode, {&token, 1});
    }
}

} // namespace smollm2
