// The ten steps of docs/tutorial.md, each checked against the reference engine. What stands between == lines of the
// output is shown there too.
#include <fovea/describe.hpp>
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>
#include <fovea/tile_map.hpp>

#include "../../examples/sample.hpp"

namespace fv = fovea;

using namespace fovea::literals;
using namespace fovea::terms;

namespace {

// shown: data
const fv::index batches = 1, length = 300, heads = 4, kv_heads = 2;
std::vector<float> q_data = sample::numbers(length * heads * 64, 1),
                   k_data = sample::numbers(length * kv_heads * 64, 2),
                   v_data = sample::numbers(length * kv_heads * 64, 3), o_data(q_data.size());
// end: data

// shown: views
auto q = fv::tensor(q_data.data(), fv::bshd(batches, length, heads, 64_c));
auto k = fv::tensor(k_data.data(), fv::bshd(batches, length, kv_heads, 64_c));
auto v = fv::tensor(v_data.data(), fv::bshd(batches, length, kv_heads, 64_c));
auto o = fv::tensor(o_data.data(), fv::bshd(batches, length, heads, 64_c));
// end: views

int step_1() {
    // shown: plain
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(fv::scaled_dot(q, k)) * v));
    // end: plain
    const auto got = o_data;
    fv::run(fv::reference(), o = fv::sum(fv::softmax(fv::scaled_dot(q, k)) * v));
    return sample::verdict("1 plain", got, o_data, 64);
}

// What a score gives on the CPU engine beside the reference engine.
template <class S> int checked(char const* what, S const& s) {
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s) * v));
    const auto got = o_data;
    fv::run(fv::reference(), o = fv::sum(fv::softmax(s) * v));
    return sample::verdict(what, got, o_data, 64);
}

int step_2() {
    // shown: causal
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    fv::run(fv::cpu(), o = fv::sum(p * v));
    // end: causal
    return checked("2 causal", s);
}

int step_3() {
    // shown: joined
    auto mask = fv::causal && (fv::sliding_window(64) || fv::sink_tokens(4));
    auto s = fv::where(mask, fv::scaled_dot(q, k));
    // end: joined
    return checked("3 joined", s);
}

int step_4() {
    // shown: own_mask
    auto strided = k_pos <= q_pos && (q_pos - k_pos < 32 || (q_pos / 32 - k_pos / 32) % 4 == 0);
    auto s = fv::where(strided, fv::scaled_dot(q, k));
    // end: own_mask
    std::puts("== tiles");
    // shown: tiles
    std::puts(
        fv::map_tiles(strided, {.queries = 256, .keys = 256, .query_tile = 32, .key_tile = 32}).to_text().c_str());
    // end: tiles
    std::puts("==");
    return checked("4 own mask", s);
}

int step_5() {
    // shown: order
    std::vector<float> slopes{0.5f, 0.25f, 0.125f, 0.0625f};
    auto s = fv::softcap(30.f, fv::scaled_dot(q, k)) + fv::alibi(fv::table(slopes));
    auto other = fv::softcap(30.f, fv::scaled_dot(q, k) + fv::alibi(fv::table(slopes)));
    // end: order
    return checked("5 order", fv::where(fv::causal, s)) + checked("5 other order", fv::where(fv::causal, other));
}

int step_6() {
    std::vector<float> learned = sample::numbers(heads * 64, 5);
    // shown: table
    auto distance = fv::clamp(q_pos - k_pos, 0, 63);
    auto s = fv::scaled_dot(q, k) + fv::lookup(fv::table(learned.data(), heads, 64), head, distance);
    // end: table
    return checked("6 table", fv::where(fv::causal, s));
}

// shown: functor
struct logarithmic_distance {
    float slope;
    template <class Score, class Distance> auto operator()(Score s, Distance distance) const {
        using fv::log;
        return s - slope * log(1.f + fv::as_real(distance));
    }
};
// end: functor

int step_7() {
    // shown: apply
    auto s = fv::where(fv::causal, fv::apply(logarithmic_distance{0.5f}, fv::scaled_dot(q, k), q_pos - k_pos));
    // end: apply
    return checked("7 functor", s);
}

int step_8() {
    std::vector<float> l_data(static_cast<std::size_t>(length * heads)), h_data(l_data), d_data(l_data);
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    // shown: outputs
    auto p = fv::softmax(s);
    auto l = fv::tensor(l_data.data(), fv::bhs(batches, heads, length));
    auto h = fv::tensor(h_data.data(), fv::bhs(batches, heads, length));
    auto d = fv::tensor(d_data.data(), fv::bhs(batches, heads, length));
    fv::run(fv::cpu(), o = fv::sum(p * v), l = fv::logsumexp(s), h = fv::entropy(p), d = fv::sum(p * (q_pos - k_pos)));
    // end: outputs
    const auto got = h_data;
    fv::run(fv::reference(), h = fv::entropy(p));
    return sample::verdict("8 entropy", got, h_data, 64);
}

int step_9() {
    const auto q_new = fv::rows(q, 0, 3);
    std::vector<float> few(static_cast<std::size_t>(3 * heads * 64));
    const auto o_new = fv::tensor(few.data(), fv::bshd(batches, 3, heads, 64_c));
    std::puts("== refused");
    // shown: refused
    auto unstated = fv::where(fv::causal, fv::scaled_dot(q_new, k)); // 3 queries, 300 keys: where do they stand?
    fv::status said = fv::try_run(fv::cpu(), o_new = fv::sum(fv::softmax(unstated) * v));
    std::puts(said.sentence());
    // end: refused
    std::puts("==");
    // shown: placed
    auto s = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q_new, k), k)); // at the end of the cache
    fv::run(fv::cpu(), o_new = fv::sum(fv::softmax(s) * v));
    // end: placed
    const auto got = few;
    fv::run(fv::reference(), o_new = fv::sum(fv::softmax(s) * v));
    return sample::verdict("9 decode", got, few, 64) + (said.ok() ? 1 : 0);
}

int step_10() {
    auto s = fv::where(fv::sliding_window(64), fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // shown: verified
    fv::run(fv::cpu(), o = fv::sum(p * v));
    const auto fast = o_data;
    fv::run(fv::reference(), o = fv::sum(p * v)); // the definition, in double
    const double difference = sample::largest_difference(fast, o_data);
    // end: verified
    std::puts("== described");
    // shown: described
    std::puts(to_string(fv::describe(fv::cpu(), o = fv::sum(p * v))).c_str());
    // end: described
    std::puts("==");
    // shown: pool
    fv::thread_pool pool(2);
    fv::run(fv::cpu(pool), o = fv::sum(p * v)); // the same bits as with one thread
    // end: pool
    return (difference < 1e-5 ? 0 : 1) + (o_data == fast ? 0 : 1);
}

} // namespace

int main() {
    return step_1() + step_2() + step_3() + step_4() + step_5() + step_6() + step_7() + step_8() + step_9() + step_10();
}
