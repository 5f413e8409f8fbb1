// Far from the diagonal the strip of a lookup is one entry, found once a tile: the one that its elements would read.
#include <fovea/fovea.hpp>
#include <vector>

#include "support/catch.hpp"
#include "support/draws.hpp"
#include "support/worse.hpp"

namespace fv = fovea;

namespace {

std::int64_t calls = 0;

// Buckets of eight distances, the last of all beyond 64; counts how often it is asked for an element.
struct counted_buckets {
    std::int64_t operator()(std::int64_t relative) const {
        ++calls;
        return of(relative);
    }
    fv::index_range operator()(fv::index_range relative) const { return {of(relative.lo), of(relative.hi)}; }
    static std::int64_t of(std::int64_t relative) { return relative < -64 ? 0 : relative > 64 ? 16 : relative / 8 + 8; }
};

struct biased {
    std::int64_t calls = 0;
    double error = 0; // beside the same without a functor, in the reference engine
};
biased run_biased(std::int64_t length) {
    const auto floats = static_cast<std::size_t>(length * 8);
    const auto q = tests::normals(length * 8, 1), k = tests::normals(length * 8, 2), v = tests::normals(length * 8, 3);
    const auto biases = tests::normals(17, 4);
    std::vector<float> o(floats), right(floats);
    const auto view = [&](auto const& x) { return fv::tensor(x.data(), fv::bhsd(1, 1, length, 8)); };
    const auto scores = [&](auto bucket) {
        return fv::sum(fv::softmax(fv::dot(view(q), view(k)) + fv::lookup(fv::table(biases), bucket)) * view(v));
    };
    using namespace fv::terms;
    const auto written = [&](auto& x) { return fv::tensor(x.data(), fv::bhsd(1, 1, length, 8)); };
    calls = 0;
    fv::run(fv::cpu(), written(o) = scores(fv::apply(counted_buckets{}, k_pos - q_pos)));
    biased result{calls};
    const auto relative = fv::max(fv::min(k_pos - q_pos, 65), -65);
    fv::run(fv::reference(),
            written(right) = scores(fv::select(relative < -64, 0, fv::select(relative > 64, 16, relative / 8 + 8))));
    for (std::size_t i = 0; i < floats; ++i)
        result.error = tests::worse(result.error, std::abs(double{o[i]} - double{right[i]}));
    return result;
}

} // namespace

TEST_CASE("far from the diagonal a table of steps is asked once a tile", "[strips]") {
    const biased once = run_biased(1024), twice = run_biased(2048);
    CHECK(once.error < 1e-5);
    CHECK(twice.error < 1e-5);
    CHECK(once.calls > 0);
    CHECK(static_cast<double>(twice.calls) < 2.5 * static_cast<double>(once.calls)); // 4 where every entry is computed
}
