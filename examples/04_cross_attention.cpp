// Unequal lengths: a decoder that looks at an encoder, and a few new queries against a long cache.
#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

int main() {
    const fv::index batches = 2, queries = 130, keys = 700, heads = 2;
    const auto q_data = sample::numbers(batches * queries * heads * 64, 1);
    const auto k_data = sample::numbers(batches * keys * heads * 64, 2),
               v_data = sample::numbers(batches * keys * heads * 80, 3);
    const auto q = fv::tensor(q_data.data(), fv::bshd(batches, queries, heads, 64_c));
    const auto k = fv::tensor(k_data.data(), fv::bshd(batches, keys, heads, 64_c));
    const auto v = fv::tensor(v_data.data(), fv::bshd(batches, keys, heads, 80_c)); // values may be wider than keys

    const sample::vector<float> untouched(static_cast<std::size_t>(batches * queries * heads * 80), -1.f);
    const auto attend = [&](auto engine, auto const& s) {
        sample::vector<float> o_data = untouched;
        const auto o = fv::tensor(o_data.data(), fv::bshd(batches, queries, heads, 80_c));
        const fv::status outcome = fv::try_run(engine, o = fv::sum(fv::softmax(s) * v));
        if (!outcome.ok()) std::printf("refused: %s\n", outcome.sentence());
        return o_data;
    };

    // Nothing compares positions here, so lengths may differ as they like. The second sequence has 300 keys.
    const sample::vector<int> lengths{700, 300};
    const auto cross = fv::where(fv::padding(fv::table(lengths)), fv::scaled_dot(q, k));
    int faults =
        sample::verdict("cross attention", attend(sample::engine(), cross), attend(fv::reference(), cross), 64);

    // A causal mask compares positions. Where 130 queries stand among 700 keys is not guessed: the call is refused ...
    const auto unstated = fv::where(fv::causal, fv::scaled_dot(q, k));
    faults += attend(sample::engine(), unstated) == untouched ? 0 : 1;

    // ... until it is stated: they are the last ones.
    const auto last = fv::where(fv::causal, fv::scaled_dot(fv::align_ends(q, k), k));
    faults += sample::verdict("the last 130 of 700", attend(sample::engine(), last), attend(fv::reference(), last), 64);
    return faults;
}
