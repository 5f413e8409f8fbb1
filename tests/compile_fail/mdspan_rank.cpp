// expect: fovea: from_mdspan needs one letter for each dimension of the mdspan
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
    static_cast<void>(fv::from_mdspan<"shd">(span{}));
#endif
}
