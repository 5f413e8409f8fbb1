// expect: fovea: from_dlpack takes a DLTensor, or what holds one as dl_tensor
#include <fovea/tensor/dlpack.hpp>

namespace fv = fovea;

struct tensor {
    struct {
        int device_type, device_id;
    } device{1, 0};
    struct {
        int code, bits, lanes;
    } dtype{2, 32, 1};
    void* data = nullptr;
    int ndim = 4;
    fv::index *shape = nullptr, *strides = nullptr;
    unsigned long byte_offset = 0;
};

int main() {
#ifdef FOVEA_CONTROL
    static_cast<void>(fv::from_dlpack<float, "bshd">(tensor{}));
#else
    static_cast<void>(fv::from_dlpack<float, "bshd">(3));
#endif
}
