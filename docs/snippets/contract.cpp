// The contract, line by line, each in numbers: what docs/contract.md quotes. With a folder as its argument, drawn too.
#include <fovea/fovea.hpp>
#include <fovea/tile_map.hpp>
#include <fstream>
#include <limits>
#include <string>

#include "../../examples/sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

namespace {

int faults = 0;
std::string folder; // where pictures go; empty: none

void holds(char const* what, bool right) {
    faults += !right;
    std::printf("%s: %s\n", what, right ? "holds" : "DOES NOT HOLD");
}

template <class M> void draw(char const* name, M const& mask, fv::tile_grid const& grid, std::string const& title) {
    if (!folder.empty()) std::ofstream(folder + "/" + name + ".svg") << fv::map_tiles(mask, grid).to_svg(title);
}

// One head of 8 positions, 4 channels; values 1 to 8, so that an output is an average position.
const auto axes = fv::bshd(1, 8, 1, 4_c);
const auto q_data = sample::numbers(32, 1), k_data = sample::numbers(32, 2);
std::vector<float> v_data(32), o_data(32);
const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes);
const auto v = fv::tensor(v_data.data(), axes), o = fv::tensor(o_data.data(), axes);

template <class S> std::vector<float> attended(S const& s) {
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s) * v));
    return o_data;
}

void order() {
    // shown: order
    const auto bias = 5.f * (k_pos - q_pos);
    auto before = fv::softcap(2.f, fv::scaled_dot(q, k) + bias); // the bias is capped too
    auto after = fv::softcap(2.f, fv::scaled_dot(q, k)) + bias; // it is not
    // end: order
    holds("order", attended(before) != attended(after));
}

void masked() {
    const auto clean = attended(fv::where(fv::sliding_window(3) && k_pos != 4, fv::scaled_dot(q, k)));
    auto spoiled_k = k_data;
    auto spoiled_v = v_data;
    // shown: masked
    const float nan = std::numeric_limits<float>::quiet_NaN();
    for (int c = 0; c < 4; ++c) spoiled_k[4 * 4 + c] = spoiled_v[4 * 4 + c] = nan; // key 4 holds nothing sensible
    auto k_bad = fv::tensor(spoiled_k.data(), axes), v_bad = fv::tensor(spoiled_v.data(), axes);
    auto s = fv::where(fv::sliding_window(3) && k_pos != 4, fv::scaled_dot(q, k_bad));
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(s) * v_bad)); // as if it were not there
    // end: masked
    holds("masked", sample::largest_difference(clean, o_data) < 1e-5);
    draw("masked", fv::sliding_window(3) && k_pos != 4, {.queries = 8, .keys = 8, .query_tile = 2, .key_tile = 2},
         "sliding_window(3) && k_pos != 4");
}

void positions() {
    const auto last = fv::rows(q, 5, 3);
    std::vector<float> few(12);
    const auto o_few = fv::tensor(few.data(), fv::bshd(1, 3, 1, 4_c));
    auto q_new = last;
    q_new.placed = false, q_new.first = 0;
    // shown: positions
    auto unstated = fv::where(fv::causal, fv::scaled_dot(q_new, k)); // 3 queries, 8 keys: refused
    auto ends = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q_new, k), k)); // at positions 5, 6, 7
    auto starts = fv::where(fv::causal, fv::scaled_dot(fv::at(q_new, 0), k)); // at positions 0, 1, 2
    // end: positions
    holds("positions refused", !fv::try_run(fv::cpu(), o_few = fv::sum(fv::softmax(unstated) * v)).ok());
    holds("positions stated", fv::try_run(fv::cpu(), o_few = fv::sum(fv::softmax(ends) * v)).ok() &&
                                  fv::try_run(fv::cpu(), o_few = fv::sum(fv::softmax(starts) * v)).ok());
    draw("positions_ends", fv::causal, {.queries = 3, .keys = 8, .query_tile = 1, .key_tile = 2, .first_query = 5},
         "causal, align_ends(q, k)");
    draw("positions_starts", fv::causal, {.queries = 3, .keys = 8, .query_tile = 1, .key_tile = 2}, "causal, at(q, 0)");
}

void windows() {
    // shown: windows
    auto three = fv::sliding_window(3); // its own key and the 2 before it
    auto six = fv::band(3, 2); // 3 before, its own, 2 after
    // end: windows
    const fv::tile_map a = fv::map_tiles(three, {.queries = 8, .keys = 8}),
                       b = fv::map_tiles(six, {.queries = 8, .keys = 8});
    int in_a = 0, in_b = 0;
    for (fv::index j = 0; j < 8; ++j) in_a += a.attended(5, j), in_b += b.attended(5, j);
    holds("windows", in_a == 3 && in_b == 6 && a.attended(5, 5) && !a.attended(5, 6) && b.attended(5, 7));
    draw("window", three, {.queries = 8, .keys = 8, .query_tile = 2, .key_tile = 2}, "sliding_window(3)");
    draw("band", six, {.queries = 8, .keys = 8, .query_tile = 2, .key_tile = 2}, "band(3, 2)");
}

void logsumexp() {
    std::vector<float> l_data(8);
    const auto l = fv::tensor(l_data.data(), fv::bhs(1, 1, 8));
    // shown: logsumexp
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k)); // row 0 sees key 0 alone: its logsumexp is that score
    fv::run(fv::cpu(), l = fv::logsumexp(s));
    // end: logsumexp
    float score = 0;
    for (std::size_t c = 0; c < 4; ++c) score += q_data[c] * k_data[c] / 2;
    holds("logsumexp", std::abs(l_data[0] - score) < 1e-6f);
}

void no_key() {
    std::vector<float> l_data(8), h_data(8);
    const auto l = fv::tensor(l_data.data(), fv::bhs(1, 1, 8)), h = fv::tensor(h_data.data(), fv::bhs(1, 1, 8));
    // shown: no_key
    auto s = fv::where(fv::causal && k_pos >= 3, fv::scaled_dot(q, k)); // queries 0, 1 and 2 see nothing
    auto p = fv::softmax(s);
    fv::run(fv::cpu(), o = fv::sum(p * v), l = fv::logsumexp(s), h = fv::entropy(p)); // 0, -inf, 0 there
    // end: no_key
    holds("no key", o_data[0] == 0 && l_data[2] == -std::numeric_limits<float>::infinity() && h_data[1] == 0);
    draw("no_key", fv::causal && k_pos >= 3, {.queries = 8, .keys = 8, .query_tile = 2, .key_tile = 2},
         "causal && k_pos >= 3");
}

void propagates() {
    auto spoiled = v_data;
    // shown: propagates
    spoiled[4 * 4] = std::numeric_limits<float>::quiet_NaN(); // channel 0 of key 4, which queries 4 to 7 attend
    auto v_bad = fv::tensor(spoiled.data(), axes);
    fv::run(fv::cpu(), o = fv::sum(fv::softmax(fv::where(fv::causal, fv::scaled_dot(q, k))) * v_bad));
    // end: propagates
    holds("propagates",
          o_data[4 * 3] == o_data[4 * 3] && o_data[4 * 4] != o_data[4 * 4] && o_data[4 * 4 + 1] == o_data[4 * 4 + 1]);
}

void grouped() {
    const auto many = sample::numbers(6 * 8 * 4, 3), shared = sample::numbers(2 * 8 * 4, 4),
               uneven = sample::numbers(4 * 8 * 4, 5);
    std::vector<float> out(many.size());
    const auto q6 = fv::tensor(many.data(), fv::bshd(1, 8, 6, 4_c));
    const auto o6 = fv::tensor(out.data(), fv::bshd(1, 8, 6, 4_c));
    const auto k2 = fv::tensor(shared.data(), fv::bshd(1, 8, 2, 4_c)),
               k4 = fv::tensor(uneven.data(), fv::bshd(1, 8, 4, 4_c));
    // shown: grouped
    auto three_each = fv::scaled_dot(q6, k2); // heads 0, 1, 2 read key head 0; heads 3, 4, 5 read 1
    auto refused = fv::scaled_dot(q6, k4); // 6 heads over 4: no
    // end: grouped
    holds("grouped", fv::try_run(fv::cpu(), o6 = fv::sum(fv::softmax(three_each) * k2)).ok());
    holds("not divisible", !fv::try_run(fv::cpu(), o6 = fv::sum(fv::softmax(refused) * k4)).ok());
}

// An executor that does everything in another order.
struct backwards {
    int concurrency() const { return 3; }
    template <class F> void run(fv::index n, F const& f) const {
        for (fv::index i = n; i-- > 0;) f(i);
    }
};

void bits() {
    const auto once = attended(fv::where(fv::causal, fv::scaled_dot(q, k)));
    // shown: bits
    auto s = fv::where(fv::causal, fv::scaled_dot(q, k));
    fv::run(fv::cpu(backwards{}), o = fv::sum(fv::softmax(s) * v)); // the same bits as in order
    // end: bits
    holds("bits", o_data == once);
}

} // namespace

int main(int count, char** arguments) {
    if (count > 1) folder = arguments[1];
    for (std::size_t i = 0; i < 32; ++i) v_data[i] = static_cast<float>(i / 4 + 1);
    for (auto line : {order, masked, positions, windows, logsumexp, no_key, propagates, grouped, bits}) line();
    return faults;
}
