// A functor that only the host may call is no part of a kernel: an error, where nvcc by itself would warn and leave the
// call out. With -DFOVEA_CONTROL it compiles.
#include <fovea/fovea.cuh>

namespace fv = fovea;
using namespace fovea::literals;
using namespace fovea::terms;

#ifdef FOVEA_CONTROL
#define ON_DEVICE FOVEA_HOST_DEVICE
#else
#define ON_DEVICE
#endif

struct one_at_a_time {
    ON_DEVICE float operator()(float s, fv::index distance) const { return s - static_cast<float>(distance); }
};

void attend(fv::fp16 const* operand, fv::fp16* output) {
    const auto axes = fv::bshd(1, 64, 1, 64_c);
    const auto x = fv::tensor(operand, axes);
    const auto s = fv::apply(one_at_a_time{}, fv::scaled_dot(x, x), q_pos - k_pos);
    fv::run(fv::cuda(), fv::tensor(output, axes) = fv::sum(fv::softmax(s) * x));
}
