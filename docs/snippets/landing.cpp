// The variant of the landing page, whole; with a folder as its argument, its picture.
#include <fovea/fovea.hpp>
#include <fovea/tile_map.hpp>
#include <fstream>
#include <string>

#include "../../examples/sample.hpp"

namespace fv = fovea;
using namespace fovea::literals;

int main(int count, char** arguments) {
    const auto axes = fv::bshd(1, 64, 2, 64_c);
    const auto q_data = sample::numbers(64 * 2 * 64, 1), k_data = sample::numbers(64 * 2 * 64, 2),
               v_data = sample::numbers(64 * 2 * 64, 3);
    std::vector<float> o_data(q_data.size()), slopes{0.5f, 0.0625f};
    const auto q = fv::tensor(q_data.data(), axes), k = fv::tensor(k_data.data(), axes),
               v = fv::tensor(v_data.data(), axes);
    const auto o = fv::tensor(o_data.data(), axes);
    // clang-format off: narrow, to stand beside its picture
    // shown: variant
    auto mask = fv::causal && (fv::sliding_window(24)
                               || fv::sink_tokens(4));
    auto s = fv::where(mask,
                 fv::softcap(30.f, fv::scaled_dot(q, k))
                     + fv::alibi(fv::table(slopes)));
    auto p = fv::softmax(s);

    fv::run(fv::cpu(), o = fv::sum(p * v));
    // end: variant
    // clang-format on
    const auto got = o_data;
    fv::run(fv::reference(), o = fv::sum(p * v));
    if (count > 1)
        std::ofstream(std::string(arguments[1]) + "/variant.svg")
            << fv::map_tiles(mask, {.queries = 64, .keys = 64, .query_tile = 8, .key_tile = 8}).to_svg();
    return sample::verdict("landing", got, o_data, 64);
}
