// expect: fovea: from_mdspan takes an mdspan: data_handle(), extent(i), stride(i) and rank()
#include <cstddef>
#include <fovea/tensor/mdspan.hpp>

namespace fv = fovea;

struct span {
    float* data_handle() const { return nullptr; }
    static constexpr std::size_t rank() { return 4; }
    std::size_t extent(std::size_t) const { return 1; }
    std::size_t stride(std::size_t) const { return 1; }
};

int main() {
#ifdef FOVEA_CONTROL
    static_cast<void>(fv::from_mdspan<"bshd">(span{}));
#else
    static_cast<void>(fv::from_mdspan<"bshd">(3));
#endif
}
