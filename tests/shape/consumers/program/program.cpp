// One query that may see one key: the output is that key's value.
#ifdef STRICT
#pragma GCC diagnostic error "-Wsign-conversion"
#pragma GCC diagnostic error "-Wfloat-equal"
#endif
#include <array>
#include <fovea/fovea.hpp>

namespace fv = fovea;
using namespace fovea::literals;

int main() {
    std::array<float, 16> q{}, k{}, v{}, o{};
    v.fill(3.0f);
    auto tensor = [](auto& data) { return fv::tensor(data.data(), fv::bshd(1, 1, 1, 16_c)); };
    auto output = tensor(o);
    fv::run(fv::cpu(), output = fv::sum(fv::softmax(fv::scaled_dot(tensor(q), tensor(k))) * tensor(v)));
    return o == v ? 0 : 1;
}
