// The command line of smollm2.
//
//   const smollm2::arguments arguments = smollm2::read_arguments(argc, argv);
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

namespace smollm2 {

inline constexpr std::string_view usage = R"(smollm2 --model FILE [options] ["prompt"]

  --model FILE        SmolLM2-135M-Instruct as GGUF; tools/fetch_model.py fetches it and prints its path
  --tokens N          generate at most N tokens (128)
  --threads N         worker threads (one for each core)
  --cache fp32|bf16   the format of the key/value cache (fp32)
  --ids 1,2,3         take these tokens as the prompt, without the chat template
  --no-stop           do not stop at the end-of-turn token
  --logits FILE       write the logits of every position as raw fp32 rows
)";

enum class cache_format : std::uint8_t { fp32, bf16 };

struct arguments {
    std::string model;
    std::string prompt = "Explain in three sentences why the sky is blue.";
    std::vector<std::int32_t> ids; // instead of the prompt, where not empty
    std::int64_t tokens = 128;
    int threads = 1;
    cache_format cache = cache_format::fp32;
    bool stop = true;
    bool help = false;
    std::string logits;
};

template <class Number>
Number read_number(std::string_view option, std::string_view text, Number least, Number most) {
    Number number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc{} || end != text.data() + text.size() || number < least || number > most)
        throw std::runtime_error(std::string(option) + " takes whole numbers from " + std::to_string(least) + " to " +
                                 std::to_string(most) + ", not \"" + std::string(text) + "\"");
    return number;
}

inline std::vector<std::int32_t> read_ids(std::string_view option, std::string_view text) {
    std::vector<std::int32_t> ids;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find(',', begin), text.size());
        ids.push_back(read_number<std::int32_t>(option, text.substr(begin, end - begin), 0, 1 << 30));
        begin = end + 1;
    }
    return ids;
}

inline arguments read_arguments(int argc, char** argv) {
    arguments result;
    result.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const std::vector<std::string_view> words(argv + 1, argv + argc);
    bool prompt_given = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const std::string_view word = words[i];
        const auto value = [&] {
            if (i + 1 == words.size()) throw std::runtime_error(std::string(word) + " needs a value behind it");
            return words[++i];
        };
        if (word == "--help" || word == "-h") result.help = true;
        else if (word == "--model") result.model = value();
        else if (word == "--tokens") result.tokens = read_number<std::int64_t>(word, value(), 1, 1 << 20);
        else if (word == "--threads") result.threads = read_number<int>(word, value(), 1, 1024);
        else if (word == "--ids") result.ids = read_ids(word, value());
        else if (word == "--no-stop") result.stop = false;
        else if (word == "--logits") result.logits = value();
        else if (word == "--cache") {
            const std::string_view format = value();
            if (format != "fp32" && format != "bf16")
                throw std::runtime_error("--cache takes fp32 or bf16, not \"" + std::string(format) + "\"");
            result.cache = format == "bf16" ? cache_format::bf16 : cache_format::fp32;
        } else if (word.starts_with("--")) {
            throw std::runtime_error("there is no option " + std::string(word) + "; --help lists them");
        } else {
            if (prompt_given) throw std::runtime_error("two prompts were given; put one into quotation marks");
            result.prompt = word;
            prompt_given = true;
        }
    }
    if (prompt_given && !result.ids.empty())
        throw std::runtime_error("a prompt and --ids were given; one of them is enough");
    if (result.model.empty() && !result.help)
        throw std::runtime_error("--model is missing; tools/fetch_model.py fetches the model and prints its path");
    return result;
}

} // namespace smollm2
