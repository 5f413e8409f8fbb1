// The text reading: what is written reads back as the same tree, with no parenthesis too many.
#include <fovea/expr/text.hpp>
#include <fovea/fovea.hpp>
#include <limits>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/contexts.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;
using fovea::to_string;

namespace {

auto view(fv::index heads = 2) { return fv::tensor(static_cast<float*>(nullptr), fv::bshd(3, 5, heads, 64_c)); }
const auto s = fv::dot(view(), view());

struct unnamed {
    float operator()(float x) const { return x; }
};
struct named {
    static constexpr char const* name = "bump";
    template <class S, class I> auto operator()(S x, I q, I k) const { return x + 0.1f * fv::as_real(q - k); }
};

} // namespace

TEST_CASE("text: numbers read back") {
    CHECK(to_string(0.125f) == "0.125");
    CHECK(to_string(30.f) == "30.0");
    CHECK(to_string(-2.f) == "-2.0");
    CHECK(to_string(1e9f) == "1e+09");
    CHECK(to_string(0.1f) == "0.1");
    CHECK(std::strtof(to_string(16777217.f / 3).c_str(), nullptr) == 16777217.f / 3);
    CHECK(to_string(fv::infinity) == "inf");
    CHECK(to_string(std::numeric_limits<float>::quiet_NaN()) == "nan");
    CHECK(to_string(0.1) == "0.1");
    CHECK(std::strtod(to_string(1.0 / 3).c_str(), nullptr) == 1.0 / 3);
    CHECK(to_string(q_pos + fv::index_min) == "q_pos + -9223372036854775808");
    CHECK(to_string(fv::everything) == "true");
}

TEST_CASE("text: terms and operators") {
    CHECK(to_string(batch) == "batch");
    CHECK(to_string(kv_head + head) == "kv_head + head");
    CHECK(to_string(q_pos % 4 << 2 >> k_pos) == "q_pos % 4 << 2 >> k_pos");
    CHECK(to_string((q_pos & 1) == 0) == "(q_pos & 1) == 0");
    CHECK(to_string((q_pos | k_pos) != 3) == "(q_pos | k_pos) != 3");
    CHECK(to_string(~q_pos ^ k_pos) == "~q_pos ^ k_pos");
    CHECK(to_string(fv::clamp(q_pos - k_pos, 0, 127)) == "min(max(q_pos - k_pos, 0), 127)");
    CHECK(to_string(fv::select(q_pos > k_pos, 1, fv::abs(k_pos))) == "select(q_pos > k_pos, 1, abs(k_pos))");
    CHECK(to_string(fv::exp(fv::log(fv::tanh(s)))) == "exp(log(tanh(dot(q, k))))");
}

TEST_CASE("text: as few parentheses as the tree allows") {
    CHECK(to_string(q_pos - (k_pos - 1)) == "q_pos - (k_pos - 1)");
    CHECK(to_string(q_pos - k_pos - 1) == "q_pos - k_pos - 1");
    CHECK(to_string(q_pos + (k_pos + 1)) == "q_pos + (k_pos + 1)");
    CHECK(to_string((q_pos + 1) * (k_pos - 1)) == "(q_pos + 1) * (k_pos - 1)");
    CHECK(to_string(q_pos * 2 + k_pos / 3) == "q_pos * 2 + k_pos / 3");
    CHECK(to_string(q_pos / (k_pos * 2)) == "q_pos / (k_pos * 2)");
    CHECK(to_string(-(q_pos + 1)) == "-(q_pos + 1)");
    CHECK(to_string(-q_pos - -k_pos) == "-q_pos - -k_pos");
    CHECK(to_string(-(-q_pos)) == "-(-q_pos)");
    CHECK(to_string(-fv::lift(-3)) == "-(-3)");
    CHECK(to_string(!(q_pos < 3) && !!(k_pos < 3)) == "!(q_pos < 3) && !(!(k_pos < 3))");
    CHECK(to_string(fv::causal && (q_pos < 3 || k_pos < 3)) == "k_pos <= q_pos && (q_pos < 3 || k_pos < 3)");
    CHECK(to_string((fv::causal && q_pos < 3) || k_pos < 3) == "k_pos <= q_pos && q_pos < 3 || k_pos < 3");
    CHECK(to_string(fv::causal && (q_pos < 3 && k_pos < 3)) == "k_pos <= q_pos && q_pos < 3 && k_pos < 3");
}

TEST_CASE("text: the named masks and scores") {
    const std::vector<int> ids(200), bits(32);
    const std::vector<float> numbers(256);
    const auto slopes = fv::table(numbers.data(), 2);
    CHECK(to_string(fv::causal) == "k_pos <= q_pos");
    CHECK(to_string(fv::causal && (fv::sliding_window(128) || fv::sink_tokens(4))) ==
          "k_pos <= q_pos && (k_pos <= q_pos && q_pos - k_pos < 128 || k_pos < 4)");
    CHECK(to_string(fv::documents(fv::table(ids.data(), 2, 100))) ==
          "lookup(table[2][100], batch, q_pos) == lookup(table[2][100], batch, k_pos)");
    CHECK(to_string(fv::padding(fv::table(ids.data(), 3))) == "k_pos < lookup(table[3], batch)");
    CHECK(to_string(fv::block_sparse(fv::table(bits.data(), 4, 8), 64, 32)) ==
          "lookup(table[4][8], q_pos / 64, k_pos / 32) != 0");
    CHECK(to_string(fv::alibi(slopes)) == "lookup(table[2], head) * (k_pos - q_pos)");
    CHECK(to_string(fv::alibi_two_sided(slopes)) == "-(lookup(table[2], head) * abs(q_pos - k_pos))");
    CHECK(to_string(fv::softcap(30.f, s * 0.125f)) == "30.0 * tanh(dot(q, k) * 0.125 * 0.033333335)");
    CHECK(to_string(fv::relative_bias(fv::table(numbers.data(), 8, 32), fv::t5{})) ==
          "lookup(table[8][32], head, apply(t5, k_pos - q_pos))");
    const auto tensor = fv::tensor(numbers.data(), fv::bhqk(1, 2, 5, 5));
    CHECK(to_string(s + fv::bias(tensor)) == "dot(q, k) + bias(tensor[1][2][5][5])");
    CHECK(to_string(fv::apply(named{}, s, q_pos, k_pos)) == "apply(bump, dot(q, k), q_pos, k_pos)");
    CHECK(to_string(fv::apply(unnamed{}, s)) == "apply(f, dot(q, k))");
}

TEST_CASE("text: operands by role, with their prologues") {
    const auto q = fv::rope_halves(view(), fv::rope_llama3{.theta = 5e5, .factor = 8, .channels = 32});
    const auto k = fv::scale(fv::rope_pairs(view(), fv::rope_plain{}), 0.5f);
    CHECK(to_string(fv::dot(q, k)) ==
          "dot(rope_halves(q, rope_llama3{.theta = 500000.0, .factor = 8.0, .channels = 32}), "
          "scale(rope_pairs(k, rope_plain{.theta = 10000.0}), 0.5))");
    CHECK(to_string(fv::scaled_dot(view(), view())) == "dot(q, k) * 0.125");
    CHECK(to_string(view() = fv::scale(view(), 2)) == "output = scale(x, 2.0)");
}

TEST_CASE("text: probabilities, outputs and epilogues") {
    const auto masked = fv::where(fv::causal, s);
    const auto p = fv::softmax(masked);
    const std::string weights = "softmax(where(k_pos <= q_pos, dot(q, k)))";
    CHECK(to_string(p) == weights);
    CHECK(to_string(fv::softmax(s, 0.5f)) == "softmax(dot(q, k), 0.5)");
    CHECK(to_string(fv::sigmoid(s)) == "sigmoid(dot(q, k))");
    CHECK(to_string(fv::sum(p * view())) == "sum(" + weights + " * v)");
    CHECK(to_string(fv::sum(p * (q_pos - k_pos))) == "sum(" + weights + " * (q_pos - k_pos))");
    CHECK(to_string(fv::sum(p * fv::abs(q_pos))) == "sum(" + weights + " * abs(q_pos))");
    CHECK(to_string(fv::entropy(p)) == "entropy(" + weights + ")");
    CHECK(to_string(fv::logsumexp(s)) == "logsumexp(dot(q, k))");
    CHECK(to_string(fv::max(s)) == "max(dot(q, k))");
    CHECK(to_string(view() = fv::cast<fv::bf16>(fv::sum(fv::softmax(s) * view()) * view()) + view()) ==
          "output = cast<bf16>(sum(softmax(dot(q, k)) * v) * tensor[3][2][5][64]) + tensor[3][2][5][64]");
}
