// The model on small random weights, against the same model written down plainly in double precision: prefill and
// decode, fp32 and bf16 cache, one worker and several.
#include "generate.hpp"
#include "gguf.hpp"
#include "model.hpp"
#include "tiny_gguf.hpp"
#include "weights.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace smollm2;

namespace {

constexpr std::int64_t layers = 2, heads = 6, kv_heads = 2, width = heads * head_dim, hidden = 160, vocabulary = 50;
constexpr double theta = 1e4, epsilon = 0.02;

using numbers = std::vector<double>;
using tensors = std::map<std::string, std::vector<float>>;

tensors random_tensors() {
    std::mt19937 random(7);
    tensors result;
    const auto add = [&](const std::string& name, std::int64_t rows, std::int64_t columns, double mean, double spread) {
        std::normal_distribution<double> normal(mean, spread);
        auto& values = result[name];
        for (std::int64_t i = 0; i < rows * columns; ++i) values.push_back(static_cast<float>(normal(random)));
    };
    add("token_embd.weight", vocabulary, width, 0, 1);
    add("output_norm.weight", 1, width, 1, 0.2);
    for (std::int64_t i = 0; i < layers; ++i) {
        const std::string block = "blk." + std::to_string(i) + ".";
        const double spread = 1 / std::sqrt(width);
        add(block + "attn_norm.weight", 1, width, 1, 0.2);
        add(block + "attn_q.weight", width, width, 0, 2 * spread);
        add(block + "attn_k.weight", kv_heads * head_dim, width, 0, 2 * spread);
        add(block + "attn_v.weight", kv_heads * head_dim, width, 0, spread);
        add(block + "attn_output.weight", width, width, 0, spread);
        add(block + "ffn_norm.weight", 1, width, 1, 0.2);
        add(block + "ffn_gate.weight", hidden, width, 0, spread);
        add(block + "ffn_up.weight", hidden, width, 0, spread);
        add(block + "ffn_down.weight", width, hidden, 0, 1 / std::sqrt(hidden));
    }
    return result;
}

tiny_gguf as_gguf(const tensors& all) {
    tiny_gguf gguf;
    gguf.text("general.architecture", "llama");
    gguf.integer("llama.block_count", layers);
    gguf.integer("llama.embedding_length", width);
    gguf.integer("llama.attention.head_count", heads);
    gguf.integer("llama.attention.head_count_kv", kv_heads);
    gguf.integer("llama.feed_forward_length", hidden);
    gguf.integer("llama.context_length", 100);
    gguf.integer("llama.rope.dimension_count", head_dim);
    gguf.number("llama.rope.freq_base", static_cast<float>(theta));
    gguf.number("llama.attention.layer_norm_rms_epsilon", static_cast<float>(epsilon));
    gguf.texts("tokenizer.ggml.tokens", std::vector<std::string>(vocabulary, "word"));
    for (const auto& [name, values] : all) {
        const bool is_vector = name.find("norm") != std::string::npos;
        const std::int64_t columns = name.find("ffn_down") != std::string::npos ? hidden : width;
        const auto rows = static_cast<std::uint64_t>(values.size()) / static_cast<std::uint64_t>(columns);
        const auto shape = is_vector ? std::vector<std::uint64_t>{static_cast<std::uint64_t>(columns)}
                                     : std::vector<std::uint64_t>{static_cast<std::uint64_t>(columns), rows};
        gguf.tensor(name, shape, values);
    }
    return gguf;
}

// ---- the model in double precision, one position at a time ----

struct plain_model {
    const tensors& all;
    std::vector<std::vector<numbers>> keys, values; // [layer][position]

    explicit plain_model(const tensors& named) : all(named), keys(layers), values(layers) {}

    static numbers times(const std::vector<float>& w, const numbers& x) {
        numbers y(w.size() / x.size());
        for (std::size_t row = 0; row < y.size(); ++row)
            y[row] =
                std::inner_product(x.begin(), x.end(), w.begin() + static_cast<std::ptrdiff_t>(row * x.size()), 0.0);
        return y;
    }
    static numbers normed(const std::vector<float>& weight, numbers x) {
        const double squares = std::inner_product(x.begin(), x.end(), x.begin(), 0.0);
        const double scale = 1 / std::sqrt(squares / static_cast<double>(x.size()) + epsilon);
        for (std::size_t i = 0; i < x.size(); ++i) x[i] *= scale * static_cast<double>(weight[i]);
        return x;
    }
    static void turn_pairs(numbers& x, double position) {
        for (std::size_t i = 0; i + 1 < x.size(); i += 2) {
            const double angle = position * std::pow(theta, -static_cast<double>(i % head_dim) / head_dim);
            const double a = x[i], b = x[i + 1];
            x[i] = a * std::cos(angle) - b * std::sin(angle);
            x[i + 1] = a * std::sin(angle) + b * std::cos(angle);
        }
    }
    static void add(numbers& x, const numbers& y) {
        for (std::size_t i = 0; i < x.size(); ++i) x[i] += y[i];
    }

    numbers attend(std::size_t layer, const numbers& q) const {
        numbers result(q.size());
        for (std::size_t head = 0; head < heads; ++head) {
            const std::size_t kv = head / (heads / kv_heads) * head_dim;
            numbers weights;
            for (const numbers& k : keys[layer]) {
                double score = 0;
                for (std::size_t c = 0; c < head_dim; ++c) score += q[head * head_dim + c] * k[kv + c];
                weights.push_back(std::exp(score / std::sqrt(head_dim)));
            }
            const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
            for (std::size_t j = 0; j < weights.size(); ++j)
                for (std::size_t c = 0; c < head_dim; ++c)
                    result[head * head_dim + c] += weights[j] / sum * values[layer][j][kv + c];
        }
        return result;
    }

    numbers next_logits(std::int32_t token) {
        const auto position = static_cast<double>(keys[0].size());
        const std::vector<float>& embedding = all.at("token_embd.weight");
        numbers x(embedding.begin() + token * width, embedding.begin() + (token + 1) * width);
        for (std::size_t layer = 0; layer < layers; ++layer) {
            const auto w = [&](const char* name) -> const std::vector<float>& {
                return all.at("blk." + std::to_string(layer) + "." + name + ".weight");
            };
            numbers n = normed(w("attn_norm"), x);
            numbers q = times(w("attn_q"), n), k = times(w("attn_k"), n);
            turn_pairs(q, position);
            turn_pairs(k, position);
            keys[layer].push_back(k);
            values[layer].push_back(times(w("attn_v"), n));
            add(x, times(w("attn_output"), attend(layer, q)));
            n = normed(w("ffn_norm"), x);
            numbers gate = times(w("ffn_gate"), n);
            const numbers up = times(w("ffn_up"), n);
            for (std::size_t i = 0; i < gate.size(); ++i) gate[i] *= up[i] / (1 + std::exp(-gate[i]));
            add(x, times(w("ffn_down"), gate));
        }
        return times(embedding, normed(all.at("output_norm.weight"), x));
    }
};

// ---- comparisons ----

// The largest difference of any logit, as a part of the range of its row.
double difference(std::span<const float> rows, const std::vector<numbers>& expected, std::size_t first) {
    double largest = 0;
    for (std::size_t row = 0; row * vocabulary < rows.size(); ++row) {
        const numbers& wanted = expected[first + row];
        const auto [low, high] = std::ranges::minmax(wanted);
        for (std::size_t i = 0; i < vocabulary; ++i) {
            const double part = std::abs(static_cast<double>(rows[row * vocabulary + i]) - wanted[i]) / (high - low);
            largest = part <= largest ? largest : part; // a NaN is kept
        }
    }
    return largest;
}

template <class Element>
void forward_agrees(const weights& weights, const std::vector<std::int32_t>& tokens,
                    const std::vector<numbers>& expected, double tolerance, const std::string& what) {
    const auto count = static_cast<std::int64_t>(tokens.size());
    for (const int threads : {1, 3})
        for (const std::size_t prompt : {std::size_t{1}, std::size_t{17}, tokens.size()}) {
            workers pool(threads);
            model<Element> model(weights, count, pool);
            model.watch({0, 1});
            double largest = difference(model.forward(std::span(tokens).first(prompt), rows_wanted::all), expected, 0);
            for (std::size_t i = prompt; i < tokens.size(); ++i)
                largest = std::max(largest, difference(model.forward({&tokens[i], 1}, rows_wanted::last), expected, i));
            const std::string where =
                what + ", prefill of " + std::to_string(prompt) + ", " + std::to_string(threads) + " threads";
            expect(largest <= tolerance, "logits agree: " + where + ": " + std::to_string(largest));
            const deviation deviation = model.attention_deviation();
            expect(deviation.outputs > 0 && deviation.largest <= 1e-5 * deviation.largest_output,
                   "attention agrees with fv::reference(): " + where + ": " + std::to_string(deviation.largest));
            expect_refusal([&] { model.forward({tokens.data(), 1}, rows_wanted::last); }, "the cache holds");
        }
}

void generation_is_greedy(const weights& weights, const tensors& all) {
    const std::vector<std::int32_t> prompt = {31, 41, 5, 9, 26};
    std::vector<std::int32_t> expected, generated;
    plain_model plain(all);
    numbers logits;
    for (const std::int32_t token : prompt) logits = plain.next_logits(token);
    while (expected.size() < 20) {
        expected.push_back(static_cast<std::int32_t>(std::ranges::max_element(logits) - logits.begin()));
        logits = plain.next_logits(expected.back());
    }
    workers pool(2);
    model<float> model(weights, 30, pool);
    const report report = generate(
        model, prompt, {.tokens = 20, .end_token = -1}, rows_wanted::all,
        [&](std::int32_t token) { generated.push_back(token); }, [](std::span<const float>) {});
    expect(generated == expected, "greedy tokens");
    expect(report.prefill.tokens == 5 && report.decode.tokens == 19, "tokens are counted");
}

} // namespace

int main() {
    const tensors all = random_tensors();
    const temporary_file file(as_gguf(all).bytes());
    const gguf_file gguf(file.path());
    const weights weights = load_weights(gguf);
    use_one_blas_thread();

    std::mt19937 random(3);
    std::vector<std::int32_t> tokens;
    std::vector<numbers> expected;
    plain_model plain(all);
    for (int i = 0; i < 40; ++i) {
        tokens.push_back(static_cast<std::int32_t>(random() % vocabulary));
        expected.push_back(plain.next_logits(tokens.back()));
    }
    forward_agrees<float>(weights, tokens, expected, 1e-5, "fp32 cache");
    forward_agrees<fv::bf16>(weights, tokens, expected, 2e-2, "bf16 cache");
    generation_is_greedy(weights, all);
    return failures == 0 ? 0 : 1;
}
