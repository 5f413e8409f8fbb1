// The chat template of SmolLM2-Instruct for one question: a system line, the user's text, and the assistant's turn.
//
//   std::vector<std::int32_t> ids = smollm2::chat_prompt(tokenizer, "What is gravity?");
//
//   <|im_start|>system\nYou are ...<|im_end|>\n<|im_start|>user\nWhat is gravity?<|im_end|>\n<|im_start|>assistant\n
#pragma once

#include "tokenizer.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace smollm2 {

inline std::vector<std::int32_t> chat_prompt(const tokenizer& tokenizer, const std::string& question) {
    std::vector<std::int32_t> ids;
    const auto add = [&](const std::string& text) {
        const auto more = tokenizer.encode(text);
        ids.insert(ids.end(), more.begin(), more.end());
    };
    const auto turn = [&](const std::string& role, const std::string& content) {
        ids.push_back(tokenizer.id("<|im_start|>"));
        add(role + "\n" + content);
        ids.push_back(tokenizer.id("<|im_end|>"));
        add("\n");
    };
    turn("system", "You are a helpful AI assistant named SmolLM, trained by Hugging Face");
    turn("user", question);
    ids.push_back(tokenizer.id("<|im_start|>"));
    add("assistant\n");
    return ids;
}

} // namespace smollm2
