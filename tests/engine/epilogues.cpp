// Epilogues: gate, residual and cast on the way out, one value a row or a channel, and several outputs of different
// kinds.
#include <cmath>
#include <fovea/engine/reference/engine.hpp>
#include <fovea/fovea.hpp>

#include "engine/epilogue_cases.hpp"
#include "engine/random_case.hpp"
#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

template <class Engine> void gate_and_residual(Engine engine, int64_t queries, char const* name) {
    INFO(name << ", " << queries << " queries");
    constexpr int64_t batches = 2, heads = 4, kv_heads = 2, keys = 70, channels = 19;
    const auto q = tests::normals(batches * heads * queries * channels, 71),
               k = tests::normals(batches * kv_heads * keys * channels, 72),
               v = tests::normals(batches * kv_heads * keys * channels, 73),
               gate = tests::normals(batches * heads * queries * channels, 74),
               residual = tests::normals(heads * channels, 75);
    std::vector<float> plain(gate.size()), o(gate.size()), l(static_cast<std::size_t>(batches * heads * queries)),
        twice(l);
    std::vector<fv::bf16> rounded(gate.size());
    const auto rows = fv::bhsd(batches, heads, queries, channels);
    const auto one = fv::bhs(batches, heads, queries);
    const auto s =
        fv::scaled_dot(fv::tensor(q.data(), rows), fv::tensor(k.data(), fv::bhsd(batches, kv_heads, keys, channels)));
    const auto p = fv::softmax(s);
    const auto out = fv::sum(p * fv::tensor(v.data(), fv::bhsd(batches, kv_heads, keys, channels)));
    const auto g = fv::tensor(gate.data(), rows);
    const auto r = fv::tensor(residual.data(), fv::bhsd(1, heads, 1, channels)); // repeated over batches and positions
    fv::run(engine, fv::tensor(plain.data(), rows) = out, fv::tensor(o.data(), rows) = out * g + r,
            fv::tensor(rounded.data(), rows) = fv::cast<fv::fp16>(out) * 2.f,
            fv::tensor(l.data(), one) = fv::logsumexp(s),
            fv::tensor(twice.data(), one) = 2.f * fv::logsumexp(s) - fv::entropy(p));
    int wrong = 0;
    for (std::size_t i = 0; i < o.size(); ++i) {
        const std::size_t c = i % channels, h = i / static_cast<std::size_t>(channels * queries) % heads;
        const double right = double{plain[i]} * double{gate[i]} + double{residual[h * channels + c]};
        wrong += std::abs(static_cast<double>(o[i]) - right) > 1e-6 * (1 + std::abs(right));
        const float half = static_cast<float>(fv::fp16{plain[i]});
        wrong += std::abs(static_cast<float>(rounded[i]) - 2 * half) > 0.01f * std::abs(half) + 1e-6f;
    }
    CHECK(wrong == 0);
    int far = 0;
    for (std::size_t i = 0; i < l.size(); ++i)
        far += !(twice[i] < 2 * l[i] + 1e-5f) || !(twice[i] > 2 * l[i] - 4.3f); // entropy in [0, ln 70]
    CHECK(far == 0);
}

} // namespace

TEST_CASE("gate, residual and cast, on every engine", "[epilogue]") {
    for (int64_t queries : {2, 33}) {
        gate_and_residual(fv::cpu(), queries, "cpu");
        gate_and_residual(fv::reference(), queries, "reference");
    }
}

TEST_CASE("tensors stand beside an output wherever numbers may, on every engine", "[epilogue]") {
    tests::tensors_beside_an_output(fv::cpu());
    tests::tensors_beside_an_output(fv::reference());
}

TEST_CASE("functors of plain numbers are applied to outputs, and may refuse, on every engine", "[epilogue]") {
    tests::functors_of_an_output(fv::cpu());
    tests::functors_of_an_output(fv::reference());
}
