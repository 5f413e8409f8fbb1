// Classes of a user's own that hold what the library gives, or derive from it: g++ warns where a class is more visible
// than what it holds, so these types must not be hidden as the functions are.
#include <fovea/describe.hpp>
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>
#include <fovea/tile_map.hpp>
#include <vector>

namespace fv = fovea;
using namespace fovea::literals;

inline const auto view = fv::tensor(static_cast<float*>(nullptr), fv::bshd(1, 1, 1, 16_c));
inline const auto score = fv::where(fv::causal && fv::sliding_window(4), fv::softcap(30.f, fv::scaled_dot(view, view)));
inline const auto expression = fv::sum(fv::softmax(score) * view);

struct holds {
    fv::thread_pool pool{1};
    std::remove_const_t<decltype(view)> operand;
    std::remove_const_t<decltype(score)> kept_score;
    std::remove_const_t<decltype(expression)> kept_expression;
    decltype(fv::scale(view, 2.f)) scaled;
    decltype(fv::cpu()) engine;
    fv::cpu_engine<fv::thread_pool&> engine_with_threads;
    fv::reference_engine reference;
    fv::serial executor;
    fv::status status;
    fv::description description;
    std::vector<fv::tile_map> maps;
    fv::bf16 number;
};

struct refused : fv::error {
    using fv::error::error;
};
