// Generates text with SmolLM2-135M-Instruct: every attention of the model is one Fovea expression (attention.hpp).
//
//   smollm2 --model "$(python3 tools/fetch_model.py)" "What is gravity?"
#include "arguments.hpp"
#include "chat.hpp"
#include "generate.hpp"
#include "gguf.hpp"
#include "model.hpp"
#include "tokenizer.hpp"
#include "weights.hpp"

#include <cstdio>
#include <exception>
#include <fstream>
#include <ios>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace smollm2;

void print_phase(const char* name, const phase& phase) {
    if (phase.tokens == 0) return;
    std::printf("%s %6lld tokens in %8.3f s: %8.1f tokens/s, attention %4.1f %% of the time\n", name,
                static_cast<long long>(phase.tokens), phase.seconds, static_cast<double>(phase.tokens) / phase.seconds,
                100 * phase.attention_seconds / phase.seconds);
}

void print_deviation(const deviation& deviation) {
    std::printf("attention differs from fv::reference() by at most %.2e (outputs up to %.2f, %lld of them compared)\n",
                deviation.largest, deviation.largest_output, static_cast<long long>(deviation.outputs));
}

template <class Element>
void converse(const arguments& arguments, const weights& weights, const tokenizer& tokenizer,
              const std::vector<std::int32_t>& prompt) {
    std::ofstream logits_file;
    if (!arguments.logits.empty()) {
        logits_file.open(arguments.logits, std::ios::binary);
        if (!logits_file) throw std::runtime_error("cannot write " + arguments.logits);
    }
    workers pool(arguments.threads);
    model<Element> model(weights, static_cast<std::int64_t>(prompt.size()) + arguments.tokens, pool);
    const auto on_token = [&](std::int32_t token) {
        if (token != tokenizer.end() || !arguments.stop) std::cout << tokenizer.bytes(token) << std::flush;
    };
    const auto on_logits = [&](std::span<const float> logits) {
        if (logits_file.is_open())
            logits_file.write(reinterpret_cast<const char*>(logits.data()),
                              static_cast<std::streamsize>(logits.size_bytes()));
    };
    const limits limits = {.tokens = arguments.tokens, .end_token = arguments.stop ? tokenizer.end() : -1};
    const rows_wanted rows = logits_file.is_open() ? rows_wanted::all : rows_wanted::last;

    std::cout << '\n';
    const report report = generate<Element>(model, prompt, limits, rows, on_token, on_logits);
    std::cout << "\n\n" << std::flush;
    if (logits_file.is_open() && !logits_file.flush())
        throw std::runtime_error("writing " + arguments.logits + " failed");
    print_phase("prefill", report.prefill);
    print_phase("decode ", report.decode);
    print_deviation(model.attention_deviation());
}

void run(const arguments& arguments) {
    if (arguments.help) {
        std::cout << usage;
        return;
    }
    const gguf_file file(arguments.model);
    const tokenizer tokenizer(file);
    const std::vector<std::int32_t> prompt =
        arguments.ids.empty() ? chat_prompt(tokenizer, arguments.prompt) : arguments.ids;
    const weights weights = load_weights(file);
    const std::int64_t needed = static_cast<std::int64_t>(prompt.size()) + arguments.tokens;
    if (needed > weights.sizes.context)
        throw std::runtime_error("the prompt has " + std::to_string(prompt.size()) + " tokens; with " +
                                 std::to_string(arguments.tokens) + " more that is over the model's context of " +
                                 std::to_string(weights.sizes.context));
    std::cout << file.text("general.name") << ": " << weights.sizes.layers << " layers, " << weights.sizes.heads
              << " query and " << weights.sizes.kv_heads << " key/value heads of " << head_dim << ", "
              << (arguments.cache == cache_format::bf16 ? "bf16" : "fp32") << " cache, " << arguments.threads
              << " threads\n";
    if (arguments.ids.empty()) std::cout << "> " << arguments.prompt << '\n';
    use_one_blas_thread();
    if (arguments.cache == cache_format::bf16) converse<fv::bf16>(arguments, weights, tokenizer, prompt);
    else converse<float>(arguments, weights, tokenizer, prompt);
}

} // namespace

int main(int argc, char** argv) {
    restart_with_fitting_blas_kernels(argv);
    try {
        run(read_arguments(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << "smollm2: " << error.what() << '\n';
        return 1;
    }
}
