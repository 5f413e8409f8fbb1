// expect: fovea: from_mdspan needs a data_handle() that points to float, bf16 or fp16
#include <cstddef>
#include <fovea/tensor/mdspan.hpp>

namespace fv = fovea;

template <class T> struct span {
    T* data_handle() const { return nullptr; }
    static constexpr std::size_t rank() { return 4; }
    std::size_t extent(std::size_t) const { return 1; }
    std::size_t stride(std::size_t) const { return 1; }
};

int main() {
#ifdef FOVEA_CONTROL
    static_cast<void>(fv::from_mdspan<"bshd">(span<float>{}));
#else
    static_cast<void>(fv::from_mdspan<"bshd">(span<double>{}));
#endif
}
