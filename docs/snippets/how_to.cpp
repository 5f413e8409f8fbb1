// What docs/how_to.md quotes: each held against the definition, or against the same computed in another way.
#include <algorithm>
#include <fovea/fovea.hpp>
#include <limits>

#include "../../examples/sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

namespace {

const fv::index batches = 2, length = 300, heads = 4, kv_heads = 2;
const auto q_data = sample::numbers(batches * length * heads * 64, 1),
           k_data = sample::numbers(batches * length * kv_heads * 64, 2),
           v_data = sample::numbers(batches * length * kv_heads * 64, 3);
std::vector<float> o_data(q_data.size());
const auto q = fv::tensor(q_data.data(), fv::bshd(batches, length, heads, 64_c));
const auto k = fv::tensor(k_data.data(), fv::bshd(batches, length, kv_heads, 64_c));
const auto v = fv::tensor(v_data.data(), fv::bshd(batches, length, kv_heads, 64_c));
const auto o = fv::tensor(o_data.data(), fv::bshd(batches, length, heads, 64_c));

// One sequence of a view.
template <class V> V sequence(V x, fv::index number) {
    x.data += number * x.layout.stride.batch;
    x.layout.extent.batches = 1;
    return x;
}

template <class S> std::vector<float> defined(S const& s) {
    std::fill(o_data.begin(), o_data.end(), 0.f);
    fv::run(fv::reference(), o = fv::sum(fv::softmax(s) * v));
    return o_data;
}

int chunks() {
    const auto expected = defined(fv::where(fv::causal, fv::scaled_dot(q, k)));
    // shown: chunks
    const fv::index chunk = 128;
    for (fv::index first = 0; first < length; first += chunk) {
        const fv::index count = std::min(chunk, length - first);
        auto q_new = fv::rows(q, first, count), k_all = fv::rows(k, 0, first + count);
        auto o_new = fv::rows(o, first, count);
        auto v_all = fv::rows(v, 0, first + count);
        auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q_new, k_all), k_all));
        fv::run(fv::cpu(), o_new = fv::sum(fv::softmax(s) * v_all));
    }
    // end: chunks
    return sample::verdict("chunks", o_data, expected, 64);
}

const std::vector<int> lengths{300, 170}; // of the two sequences

// What `news` queries a sequence give, beside each sequence by itself, its queries at its own end.
template <class Q, class S> int as_alone(char const* what, Q const& q_new, S const& s) {
    const fv::index news = q_new.positions();
    std::vector<float> got(static_cast<std::size_t>(batches * news * heads * 64)), expected(got);
    const auto axes = fv::bshd(batches, news, heads, 64_c);
    fv::run(fv::cpu(), fv::tensor(got.data(), axes) = fv::sum(fv::softmax(s) * v));
    for (fv::index b = 0; b < batches; ++b) {
        const fv::index keys = lengths[static_cast<std::size_t>(b)];
        const auto k_own = fv::rows(sequence(k, b), 0, keys), v_own = fv::rows(sequence(v, b), 0, keys);
        const auto own = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(sequence(q_new, b), k_own), k_own));
        const auto out = sequence(fv::tensor(expected.data(), axes), b);
        fv::run(fv::reference(), out = fv::sum(fv::softmax(own) * v_own));
    }
    return sample::verdict(what, got, expected, 64);
}

int own_lengths() {
    const auto q_new = fv::tensor(q_data.data(), fv::bshd(batches, 1, heads, 64_c));
    // shown: one_query
    auto s = fv::where(fv::padding(fv::table(lengths)), fv::scaled_dot(q_new, k));
    // end: one_query
    return as_alone("one query a sequence", q_new, s);
}

int own_ends() {
    const fv::index news = 3;
    const auto q_new = fv::tensor(q_data.data(), fv::bshd(batches, news, heads, 64_c));
    // shown: some_queries
    auto ends = fv::lookup(fv::table(lengths), batch); // keys of the sequence, the `news` last of them new
    auto s = fv::where(k_pos <= q_pos + ends - news, fv::scaled_dot(fv::at(q_new, 0), k));
    // end: some_queries
    return as_alone("some queries a sequence", q_new, s);
}

int packed() {
    // shown: packed
    const std::vector<int> starts{0, 40, 41, 170, 300}; // cu_seqlens
    std::vector<int> ids(300);
    for (int n = 0; n < 4; ++n)
        std::fill(ids.begin() + starts[static_cast<std::size_t>(n)],
                  ids.begin() + starts[static_cast<std::size_t>(n) + 1], n);
    auto s = fv::where(fv::causal && fv::documents(fv::sorted(ids)), fv::scaled_dot(q, k));
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s) * v));
    // end: packed
    const auto got = o_data;
    for (std::size_t n = 0; n < 4; ++n) { // each by itself
        const fv::index count = starts[n + 1] - starts[n];
        const auto own = [&](auto x) { return fv::at(fv::rows(x, starts[n], count), 0); };
        const auto alone = fv::where(fv::causal, fv::scaled_dot(own(q), own(k)));
        fv::run(fv::reference(), own(o) = fv::sum(fv::softmax(alone) * own(v)));
    }
    return sample::verdict("packed", got, o_data, 64);
}

// shown: joined
// One row, of which two parts of the keys were computed: `out` with the logsumexp a, `other` with b.
// `out` becomes that of both parts, whose logsumexp is returned.
float join(float* out, float const* other, float a, float b, fv::index channels) {
    const float most = std::max(a, b);
    if (most == -std::numeric_limits<float>::infinity()) return most; // neither part has a key for this row
    const float of_a = std::exp(a - most), of_b = std::exp(b - most);
    for (fv::index c = 0; c < channels; ++c) out[c] = (of_a * out[c] + of_b * other[c]) / (of_a + of_b);
    return most + std::log(of_a + of_b);
}
// end: joined

int parts() {
    const auto expected = defined(fv::scaled_dot(q, k));
    const std::size_t rows = static_cast<std::size_t>(batches * length * heads);
    std::vector<float> other_data(o_data.size()), a_data(rows), b_data(rows);
    const auto other = fv::tensor(other_data.data(), fv::bshd(batches, length, heads, 64_c));
    const auto a = fv::tensor(a_data.data(), fv::bsh(batches, length, heads)),
               b = fv::tensor(b_data.data(), fv::bsh(batches, length, heads));
    // shown: parts
    auto k_a = fv::rows(k, 0, 100), v_a = fv::rows(v, 0, 100);
    auto k_b = fv::rows(k, 100, 200), v_b = fv::rows(v, 100, 200);
    auto s_a = fv::scaled_dot(q, k_a), s_b = fv::scaled_dot(q, k_b);
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s_a) * v_a), a = fv::logsumexp(s_a));
    fv::run(fv::cpu(), other = fv::sum(fv::softmax(s_b) * v_b), b = fv::logsumexp(s_b));
    // end: parts
    for (std::size_t row = 0; row < rows; ++row)
        join(o_data.data() + 64 * row, other_data.data() + 64 * row, a_data[row], b_data[row], 64);
    return sample::verdict("parts", o_data, expected, 64);
}

} // namespace

int main() { return chunks() + own_lengths() + own_ends() + packed() + parts(); }
