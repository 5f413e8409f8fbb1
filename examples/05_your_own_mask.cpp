// A mask nobody has named yet: comparisons of positions, or a function object of your own.
#include <fovea/tile_map.hpp>

#include "sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

// Blocks of `size` tokens that see themselves and every `step`-th block before. A template: called with ranges of
// positions it tells which tiles are dead; called with numbers, which elements are. FOVEA_HOST_DEVICE lets nvcc call
// it in a kernel.
struct strided_blocks {
    fv::index size, step;
    template <class Query, class Key> FOVEA_HOST_DEVICE auto operator()(Query query, Key key) const {
        const auto distance = query / size - key / size;
        return distance % step == 0 && key <= query;
    }
};

int main() {
    const fv::index length = 768;
    const auto q_data = sample::numbers(length * 64, 1), k_data = sample::numbers(length * 64, 2),
               v_data = sample::numbers(length * 64, 3);
    const auto axes = fv::bshd(1, length, 1, 64_c);
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);

    const auto attend = [&](auto engine, auto const& mask) {
        sample::vector<float> o_data(q_data.size());
        const auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
        fv::run(engine, fv::tensor(o_data.data(), axes) = fv::sum(p * v));
        return o_data;
    };

    const auto written = (q_pos / 64 - k_pos / 64) % 3 == 0 && k_pos <= q_pos;
    const auto functor = fv::apply(strided_blocks{64, 3}, q_pos, k_pos);
    const auto got = attend(sample::engine(), written);
    const bool same = got == attend(sample::engine(), functor);
    std::printf("# full, + cut, . dead (never read):\n%s",
                fv::map_tiles(functor, {.queries = length, .keys = length}).to_text().c_str());
    std::printf("as an expression and as a function object: %s\n", same ? "the same bits" : "DIFFERENT");
    return sample::verdict("strided blocks", got, attend(fv::reference(), written), 64) + (same ? 0 : 1);
}
