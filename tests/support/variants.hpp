// Every attention variant of the tests, described once: as an expression of the library, and in plain numbers.
//
//     struct variant : tests::variant_base { name; scores(q, k, in); describe(attention&, in); ... };
//
// scores: the masked score from two views. describe: sets mask and score (and sink, moment, rope) of the oracle's
// problem.
#pragma once
#include <fovea/fovea.hpp>
#include <memory>

#include "support/generators.hpp"
#include "support/oracle.hpp"

namespace tests {

namespace fv = fovea;
using std::int64_t;

// Parameters of all variants, drawn for a shape. Tables reach as far as the positions do.
struct inputs {
    shape s;
    int64_t window, left, right, sinks, prefix, step, width, block_q, block_k;
    float cap;
    std::vector<float> slopes, sink_logits, biases, distances, tensor;
    std::vector<fv::bf16> short_slopes;
    std::vector<std::int32_t> documents; // batches x positions
    std::vector<int64_t> lengths;
    std::vector<unsigned char> bits;
    int64_t positions, bit_columns, tensor_extent[4];

    inputs(draws& draw, shape const& of) : s(of) {
        window = draw.of<int64_t>({1, 2, 5, 16, 64, 100, 256, 10000});
        left = draw.of<int64_t>({0, 1, 9, 64, 300});
        right = draw.of<int64_t>({0, 1, 7, 65, 200});
        sinks = draw.of<int64_t>({0, 1, 4, 33});
        prefix = draw.between(0, 60);
        step = draw.of<int64_t>({1, 2, 3, 4, 8, 17});
        width = draw.of<int64_t>({4, 7, 16, 20});
        block_q = draw.of<int64_t>({1, 16, 20, 64, 96});
        block_k = draw.of<int64_t>({1, 16, 25, 64, 128});
        cap = draw.of<float>({0.5f, 5.f, 30.f});
        for (int64_t h = 0; h < s.heads; ++h) {
            slopes.push_back(draw.one_in(5) ? 0.f : draw.uniform(0.001f, 0.6f));
            short_slopes.push_back(fv::bf16{draw.uniform(0.01f, 0.5f)});
            sink_logits.push_back(draw.uniform(-3, 3));
        }
        biases = normals(s.heads * 32, draw.bits());
        distances = normals(129, draw.bits());
        positions = 1 + std::max(s.first_query + s.queries, s.first_key + s.keys);
        if (positions > 1'000'000) positions = 1; // such shapes are only for variants without tables of positions
        for (int64_t b = 0; b < s.batches; ++b) {
            std::int32_t id = 0;
            const int length = static_cast<int>(draw.of<int64_t>({3, 20, 64, 150}));
            for (int64_t i = 0; i < positions; ++i) documents.push_back(draw.one_in(length) ? ++id : id);
            lengths.push_back(s.first_key + draw.between(0, s.keys));
        }
        bit_columns = positions / block_k + 1;
        bits.resize(static_cast<std::size_t>((positions / block_q + 1) * bit_columns));
        for (auto& bit : bits) bit = draw.one_in(3);
        int64_t const full[4] = {s.batches, s.heads, s.queries, s.keys};
        int64_t elements = 1;
        for (int i = 0; i < 4; ++i) elements *= tensor_extent[i] = draw.one_in(2) ? 1 : std::max<int64_t>(1, full[i]);
        tensor = normals(elements, draw.bits());
    }
    double slope(int64_t h) const { return static_cast<double>(slopes[static_cast<std::size_t>(h)]); }
    double tensor_at(int64_t b, int64_t h, int64_t i, int64_t j) const {
        int64_t const at[4] = {b, h, i, j};
        int64_t place = 0;
        for (int axis = 0; axis < 4; ++axis)
            place = place * tensor_extent[axis] + (tensor_extent[axis] == 1 ? 0 : at[axis]);
        return static_cast<double>(tensor[static_cast<std::size_t>(place)]);
    }
    std::int32_t document(int64_t b, int64_t position) const {
        const int64_t i = std::clamp<int64_t>(position, 0, positions - 1);
        return documents[static_cast<std::size_t>(b * positions + i)];
    }
};

// Which outputs a variant is run with.
enum class wanted { output, with_logsumexp, everything, statistics };

struct variant_base {
    static constexpr wanted outputs = wanted::output;
    static constexpr bool far = true, sigmoid = false;
    static constexpr bool rotates = false;
    static rope_rule rope(inputs const&) { return {}; }
    static double cap(inputs const&) { return 0; } // of a softcap
    template <class S> static auto weights(S const& s, inputs const&) { return fv::softmax(s); }
    static auto moment(inputs const&) { return fv::abs(fv::terms::q_pos - fv::terms::k_pos); }
    static void describe_moment(attention& a) {
        a.moment = [](double, int64_t, int64_t, int64_t q, int64_t k) { return std::abs(static_cast<double>(q - k)); };
    }
    static double scale(attention const& a) { return 1 / std::sqrt(static_cast<double>(a.channels)); }
    static void describe_scaled(attention& a) {
        a.score = [c = scale(a)](double dot, auto...) { return c * dot; };
    }
};

// clang-format off
namespace variants {
using namespace fovea::terms;

struct full : variant_base { static constexpr char const* name = "full";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) { return fv::scaled_dot(q, k); }
    static void describe(attention& a, inputs const&) { describe_scaled(a); } };

struct causal : variant_base { static constexpr char const* name = "causal"; static constexpr wanted outputs = wanted::everything;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) { return fv::where(fv::causal, fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const&) { describe_scaled(a); a.mask = [](auto, auto, auto q, auto k) { return k <= q; }; } };

struct sliding_window : variant_base { static constexpr char const* name = "sliding_window"; static constexpr wanted outputs = wanted::with_logsumexp;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::sliding_window(in.window), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a); a.mask = [n = in.window](auto, auto, auto q, auto k) { return k <= q && k > q - n; }; } };

struct band : variant_base { static constexpr char const* name = "band";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::band(in.left, in.right), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a); a.mask = [l = in.left, r = in.right](auto, auto, auto q, auto k) { return k >= q - l && k <= q + r; }; } };

struct streaming : variant_base { static constexpr char const* name = "streaming"; static constexpr wanted outputs = wanted::everything;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        return fv::where(fv::causal && (fv::sliding_window(in.window) || fv::sink_tokens(in.s.first_key + in.sinks)), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a);
        a.mask = [n = in.window, m = in.s.first_key + in.sinks](auto, auto, auto q, auto k) { return k <= q && (k > q - n || k < m); }; } };

struct prefix : variant_base { static constexpr char const* name = "prefix";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::prefix(in.prefix), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a); a.mask = [n = in.prefix](auto, auto, auto q, auto k) { return k < n || k <= q; }; } };

struct documents : variant_base { static constexpr char const* name = "documents"; static constexpr wanted outputs = wanted::with_logsumexp; static constexpr bool far = false;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        return fv::where(fv::causal && fv::documents(fv::sorted(in.documents.data(), in.s.batches, in.positions)), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a);
        a.mask = [&in](auto b, auto, auto q, auto k) { return k <= q && in.document(b, q) == in.document(b, k); }; } };

struct padding : variant_base { static constexpr char const* name = "padding"; static constexpr bool far = false;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::padding(fv::table(in.lengths)), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a); a.mask = [&in](auto b, auto, auto, auto k) { return k < in.lengths[static_cast<std::size_t>(b)]; }; } };

struct dilated : variant_base { static constexpr char const* name = "dilated";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::dilated(in.step), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a); a.mask = [n = in.step](auto, auto, auto q, auto k) { return k <= q && (q - k) % n == 0; }; } };

struct block_sparse : variant_base { static constexpr char const* name = "block_sparse"; static constexpr bool far = false;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        return fv::where(fv::block_sparse(fv::table(in.bits.data(), in.positions / in.block_q + 1, in.bit_columns), in.block_q, in.block_k), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a);
        a.mask = [&in](auto, auto, auto q, auto k) {
            const auto row = std::clamp<int64_t>(q / in.block_q, 0, in.positions / in.block_q), column = std::clamp<int64_t>(k / in.block_k, 0, in.bit_columns - 1);
            return in.bits[static_cast<std::size_t>(row * in.bit_columns + column)] != 0; }; } };

struct neighbourhood : variant_base { static constexpr char const* name = "neighbourhood";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::neighbourhood(in.width, 2, 1), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a);
        a.mask = [w = in.width](auto, auto, int64_t q, int64_t k) { return std::abs(q / w - k / w) <= 2 && std::abs(q % w - k % w) <= 1; }; } };

struct own_window : variant_base { static constexpr char const* name = "a window for each head, a batch without mask";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        return fv::where((q_pos - k_pos < in.window * (head + 1) && k_pos <= q_pos) || batch == 1, fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const& in) { describe_scaled(a);
        a.mask = [n = in.window](auto b, auto h, auto q, auto k) { return (q - k < n * (h + 1) && k <= q) || b == 1; }; } };

struct softcap : variant_base { static constexpr char const* name = "softcap"; static constexpr wanted outputs = wanted::everything;
    static double cap(inputs const& in) { return static_cast<double>(in.cap); }
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::causal, fv::softcap(in.cap, fv::scaled_dot(q, k))); }
    static void describe(attention& a, inputs const& in) { a.mask = [](auto, auto, auto q, auto k) { return k <= q; };
        a.score = [c = static_cast<double>(in.cap), x = scale(a)](double dot, auto...) { return c * std::tanh(x * dot / c); }; } };

struct alibi : variant_base { static constexpr char const* name = "alibi"; static constexpr wanted outputs = wanted::everything;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::causal, fv::scaled_dot(q, k) + fv::alibi(fv::table(in.slopes))); }
    static void describe(attention& a, inputs const& in) { a.mask = [](auto, auto, auto q, auto k) { return k <= q; };
        a.score = [&in, x = scale(a)](double dot, auto, int64_t h, int64_t q, int64_t k) { return x * dot + in.slope(h) * static_cast<double>(k - q); }; } };

struct alibi_two_sided : variant_base { static constexpr char const* name = "alibi_two_sided";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::scaled_dot(q, k) + fv::alibi_two_sided(fv::table(in.short_slopes)); }
    static void describe(attention& a, inputs const& in) {
        a.score = [&in, x = scale(a)](double dot, auto, int64_t h, int64_t q, int64_t k) {
            return x * dot - static_cast<double>(static_cast<float>(in.short_slopes[static_cast<std::size_t>(h)])) * std::abs(static_cast<double>(q - k)); }; } };

template <bool Bidirectional> struct t5_bias : variant_base { static constexpr char const* name = Bidirectional ? "relative_bias, bidirectional" : "relative_bias, causal";
    static constexpr fv::t5 buckets{.buckets = 32, .max_distance = 128, .bidirectional = Bidirectional};
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        const auto s = fv::scaled_dot(q, k, 1.f) * 0.2f + fv::relative_bias(fv::table(in.biases.data(), in.s.heads, 32), buckets);
        if constexpr (Bidirectional) return s;
        else return fv::where(fv::causal, s); }
    // The buckets as the T5 implementation defines them.
    static int64_t bucket(int64_t relative) {
        int64_t n = 32, base = 0;
        if (Bidirectional) { n = 16; if (relative > 0) base = 16; relative = std::abs(relative); }
        else relative = relative < 0 ? -relative : 0;
        if (relative < n / 2) return base + relative;
        const float growth = std::log(static_cast<float>(relative) / static_cast<float>(n / 2)) / std::log(128.f / static_cast<float>(n / 2));
        return base + std::min<int64_t>(n - 1, n / 2 + static_cast<int64_t>(growth * static_cast<float>(n - n / 2))); }
    static void describe(attention& a, inputs const& in) { if (!Bidirectional) a.mask = [](auto, auto, auto q, auto k) { return k <= q; };
        a.score = [&in](double dot, auto, int64_t h, int64_t q, int64_t k) { return 0.2 * dot + static_cast<double>(in.biases[static_cast<std::size_t>(32 * h + bucket(k - q))]); }; } };

struct bias : variant_base { static constexpr char const* name = "bias";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        int64_t const* e = in.tensor_extent;
        return fv::scaled_dot(q, k) + fv::bias(fv::tensor(in.tensor.data(), fv::bhqk(e[0], e[1], e[2], e[3]))); }
    static void describe(attention& a, inputs const& in) {
        a.score = [&in, x = scale(a)](double dot, auto b, auto h, int64_t q, int64_t k) { return x * dot + in.tensor_at(b, h, q - in.s.first_query, k - in.s.first_key); }; } };

struct distance_table : variant_base { static constexpr char const* name = "a table of distances, one of keys";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        const auto t = fv::table(in.distances);
        return fv::scaled_dot(q, k) + fv::lookup(t, fv::clamp(q_pos - k_pos, 0, 128)) - 0.5f * fv::lookup(t, k_pos % 64 + 64); }
    static void describe(attention& a, inputs const& in) {
        a.score = [&in, x = scale(a)](double dot, auto, auto, int64_t q, int64_t k) {
            const auto at = [&](int64_t i) { return static_cast<double>(in.distances[static_cast<std::size_t>(i)]); };
            return x * dot + at(std::clamp<int64_t>(q - k, 0, 128)) - 0.5 * at(k % 64 + 64); }; } };

struct rope_halves : variant_base { static constexpr char const* name = "rope_halves, plain"; static constexpr bool rotates = true; static constexpr bool far = false;
    static rope_rule rope(inputs const&) { return {.theta = 1e4L}; }
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) {
        const fv::rope_plain f{.theta = 1e4};
        return fv::where(fv::causal, fv::scaled_dot(fv::rope_halves(q, f), fv::rope_halves(k, f))); }
    static void describe(attention& a, inputs const&) { describe_scaled(a); a.mask = [](auto, auto, auto q, auto k) { return k <= q; }; } };

struct rope_pairs : variant_base { static constexpr char const* name = "rope_pairs, llama 3, half of the channels"; static constexpr bool rotates = true; static constexpr bool far = false;
    static int64_t turned(int64_t d) { return std::max<int64_t>(2, d / 4 * 2); }
    static rope_rule rope(inputs const& in) { return {.kind = rope_kind::llama3, .theta = 5e5L, .factor = 8, .original = 8192, .low = 1, .high = 4, .channels = turned(in.s.channels), .pairs = true}; }
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        const fv::rope_llama3 f{.theta = 5e5, .factor = 8, .channels = turned(in.s.channels)};
        return fv::scaled_dot(fv::rope_pairs(q, f), fv::rope_pairs(k, f)); }
    static void describe(attention& a, inputs const&) { describe_scaled(a); } };

struct rope_yarn : variant_base { static constexpr char const* name = "rope_halves, YaRN, scaled"; static constexpr bool rotates = true; static constexpr bool far = false;
    static rope_rule rope(inputs const&) { return {.kind = rope_kind::yarn, .theta = 1e4L, .factor = 4, .original = 64}; }
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) {
        const fv::rope_yarn f{.theta = 1e4, .factor = 4, .original_length = 64};
        return fv::where(fv::causal, fv::dot(fv::scale(fv::rope_halves(q, f), 0.125f), fv::rope_halves(k, f))); }
    static void describe(attention& a, inputs const&) { a.mask = [](auto, auto, auto q, auto k) { return k <= q; }; a.score = [](double dot, auto...) { return 0.125 * dot; }; } };

struct two_blocks { template <class I> FOVEA_HOST_DEVICE auto operator()(I q, I k) const { return q - k < 20 && k - q < 11 && (q + k) % 3 != 1; } };
struct generic_functor : variant_base { static constexpr char const* name = "a user's generic functor";
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) { return fv::where(fv::apply(two_blocks{}, q_pos, k_pos), fv::scaled_dot(q, k)); }
    static void describe(attention& a, inputs const&) { describe_scaled(a); a.mask = [](auto, auto, auto q, auto k) { return q - k < 20 && k - q < 11 && (q + k) % 3 != 1; }; } };

struct wave { float height; FOVEA_HOST_DEVICE float operator()(float s, int64_t distance) const { return s + height * static_cast<float>(distance % 5); } };
struct plain_functor : variant_base { static constexpr char const* name = "a user's plain functor"; static constexpr wanted outputs = wanted::with_logsumexp;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) { return fv::apply(wave{0.3f}, fv::scaled_dot(q, k), q_pos - k_pos); }
    static void describe(attention& a, inputs const&) {
        a.score = [x = scale(a)](double dot, auto, auto, int64_t q, int64_t k) { return x * dot + static_cast<double>(0.3f) * static_cast<double>((q - k) % 5); }; } };

struct sinks : variant_base { static constexpr char const* name = "sink logits"; static constexpr wanted outputs = wanted::everything;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return fv::where(fv::sliding_window(in.window), fv::scaled_dot(q, k)); }
    template <class S> static auto weights(S const& s, inputs const& in) { return fv::softmax(s, fv::lookup(fv::table(in.sink_logits), head)); }
    static void describe(attention& a, inputs const& in) { sliding_window::describe(a, in); a.sink = [&in](auto, auto h) { return static_cast<double>(in.sink_logits[static_cast<std::size_t>(h)]); }; } };

struct sigmoid : variant_base { static constexpr char const* name = "sigmoid"; static constexpr bool sigmoid_weights = true;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const&) { return fv::where(fv::causal, fv::scaled_dot(q, k) - 2.f); }
    template <class S> static auto weights(S const& s, inputs const&) { return fv::sigmoid(s); }
    static void describe(attention& a, inputs const&) { a.sigmoid = true; a.mask = [](auto, auto, auto q, auto k) { return k <= q; };
        a.score = [x = scale(a)](double dot, auto...) { return x * dot - 2; }; } };

struct everything_at_once : variant_base { static constexpr char const* name = "softcap, ALiBi, rope, window and sinks"; static constexpr wanted outputs = wanted::everything; static constexpr bool rotates = true; static constexpr bool far = false;
    static double cap(inputs const& in) { return static_cast<double>(in.cap); }
    static rope_rule rope(inputs const&) { return {.kind = rope_kind::ntk, .theta = 1e4L, .factor = 2, .pairs = true}; }
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) {
        const fv::rope_ntk f{.theta = 1e4, .factor = 2};
        const auto mask = fv::causal && (fv::sliding_window(in.window) || fv::sink_tokens(in.s.first_key + in.sinks));
        return fv::where(mask, fv::softcap(in.cap, fv::scaled_dot(fv::rope_pairs(q, f), fv::rope_pairs(k, f))) + fv::alibi(fv::table(in.slopes))); }
    static void describe(attention& a, inputs const& in) { streaming::describe(a, in);
        a.score = [&in, c = static_cast<double>(in.cap), x = scale(a)](double dot, auto, int64_t h, int64_t q, int64_t k) { return c * std::tanh(x * dot / c) + in.slope(h) * static_cast<double>(k - q); }; } };

struct statistics_alone : variant_base { static constexpr char const* name = "statistics without values"; static constexpr wanted outputs = wanted::statistics;
    template <class Q, class K> static auto scores(Q const& q, K const& k, inputs const& in) { return alibi::scores(q, k, in); }
    static void describe(attention& a, inputs const& in) { alibi::describe(a, in); } };
} // namespace variants
// clang-format on

} // namespace tests
