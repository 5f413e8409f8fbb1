// Views of DLPack tensors: extents, strides, offsets, and each refusal's sentence.
#include <array>
#include <cstdint>
#include <fovea/fovea.hpp>
#include <fovea/tensor/dlpack.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

namespace {

// As dlpack.h defines them.
enum device_kind : std::int32_t { cpu = 1, cuda = 2, cuda_host = 3 };
struct dl_device {
    device_kind device_type;
    std::int32_t device_id;
};
struct dl_type {
    std::uint8_t code, bits;
    std::uint16_t lanes;
};
struct tensor_struct {
    void* data;
    dl_device device;
    std::int32_t ndim;
    dl_type dtype;
    std::int64_t *shape, *strides;
    std::uint64_t byte_offset;
};
struct managed {
    tensor_struct dl_tensor;
    void* manager_ctx;
};

// A tensor (2, 3, 4, 5) of floats that are their own numbers.
struct sample {
    std::vector<float> data = std::vector<float>(200);
    std::array<std::int64_t, 4> shape{2, 3, 4, 5}, strides{60, 20, 5, 1};
    tensor_struct tensor{data.data(), {cpu, 0}, 4, {2, 32, 1}, shape.data(), nullptr, 0};
    sample() {
        for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i);
    }
};

template <class T, fv::axis_letters Letters, class... C> std::string refused(tensor_struct const& t, C... channels) {
    try {
        static_cast<void>(fv::from_dlpack<T, Letters>(t, channels...));
    } catch (fv::error const& e) { return e.what(); }
    return "";
}

} // namespace

TEST_CASE("dlpack: compact and strided tensors, by their letters") {
    sample x;
    const auto v = fv::from_dlpack<float, "bshd">(x.tensor);
    CHECK(v.batches() == 2);
    CHECK(v.positions() == 3);
    CHECK(v.heads() == 4);
    CHECK(v.channels() == 5);
    CHECK(v.at(1, 2, 1, 3) == 60 + 20 + 2 * 5 + 3);
    x.tensor.strides = x.strides.data();
    CHECK(fv::from_dlpack<float, "bshd">(x.tensor).at(1, 2, 1, 3) == 93);
    x.strides = {1, 2, 6, 24}; // the first dimension is the fastest
    const auto w = fv::from_dlpack<float const, "dbhs">(x.tensor);
    CHECK(w.channels() == 2);
    CHECK(w.batches() == 3);
    CHECK(w.heads() == 4);
    CHECK(w.positions() == 5);
    CHECK(w.at(1, 2, 3, 1) == 1 + 2 + 2 * 6 + 3 * 24);
}

TEST_CASE("dlpack: fewer letters, known channels, byte offsets, managed tensors") {
    sample x;
    x.tensor.ndim = 3;
    const auto l = fv::from_dlpack<float, "bhs">(x.tensor);
    static_assert(std::is_same_v<decltype(l)::channels_type, fv::constant_size<1>>);
    CHECK(l.heads() == 3);
    CHECK(l.at(1, 2, 3) == 12 + 8 + 3);
    const auto known = fv::from_dlpack<float, "bsd">(x.tensor, 4_c);
    static_assert(std::is_same_v<decltype(known)::channels_type, fv::constant_size<4>>);
    CHECK(known.heads() == 1);
    x.tensor.byte_offset = 8 * sizeof(float);
    CHECK(fv::from_dlpack<float, "bsd">(managed{x.tensor, nullptr}).at(0, 0, 0) == 8);
    // An axis of one element may come with any stride, also a negative one.
    x.tensor.byte_offset = 0;
    x.shape = {1, 3, 4, 5};
    x.strides = {-7, 4, 1, 1};
    x.tensor.strides = x.strides.data();
    CHECK(fv::from_dlpack<float, "bsd">(x.tensor).layout.stride.batch == 0);
}

TEST_CASE("dlpack: refusals") {
    sample x;
    const auto with = [&](auto change) {
        tensor_struct t = x.tensor;
        change(t);
        return refused<float, "bshd">(t);
    };
    CHECK(with([](tensor_struct&) {}) == "");
    CHECK(
        with([](tensor_struct& t) { t.dtype = {4, 16, 1}; }) ==
        "fovea: the DLPack tensor's elements are bfloat16 but the view asked for is of float32; name the tensor's own "
        "type, or convert it");
    CHECK(with([](tensor_struct& t) { t.dtype.bits = 64; }).find("float64 but") != std::string::npos);
    CHECK(with([](tensor_struct& t) { t.dtype.lanes = 4; }).find("float32 in 4 lanes but") != std::string::npos);
    CHECK(with([](tensor_struct& t) { t.dtype.code = 11; }).find("are code 11, bits 32 but") != std::string::npos);
    CHECK(with([](tensor_struct& t) { t.device.device_type = cuda; }) ==
          "fovea: the DLPack tensor lies on a device of type 2 but the view asked for is of CPU memory (1, or 3 for "
          "pinned); copy it to the host");
    CHECK(with([](tensor_struct& t) { t.device.device_type = cuda_host; }) == "");
    CHECK(with([](tensor_struct& t) { t.ndim = 3; }) ==
          "fovea: the DLPack tensor has 3 dimensions but 4 are named; give each dimension one letter");
    CHECK(with([](tensor_struct& t) { t.shape = nullptr; }).find("null shape but 4 dimensions") != std::string::npos);
    CHECK(refused<float, "bshd">(x.tensor, 8_c) ==
          "fovea: the DLPack tensor has 5 channels but the view asked for has 8; name the tensor's own number");
    CHECK(refused<fv::fp16, "bshd">(x.tensor).find("of float16") != std::string::npos);

    fv::strided_view<float, fv::index> view;
    CHECK(fv::try_from_dlpack<"bshd">(x.tensor, view).ok());
    CHECK(view.at(0, 0, 1, 0) == 20);
    x.tensor.device.device_type = cuda;
    const float* before = view.data;
    CHECK(!fv::try_from_dlpack<"bhsd">(managed{x.tensor, nullptr}, view).ok());
    CHECK(view.data == before);
    CHECK(view.heads() == 4);
}

TEST_CASE("dlpack: null data is refused by run") {
    sample x;
    x.tensor.data = nullptr;
    x.tensor.byte_offset = 64;
    const auto q = fv::from_dlpack<float, "bshd">(x.tensor);
    CHECK(q.data == nullptr);
    std::vector<float> l(24);
    const auto target = fv::tensor(l.data(), fv::bsh(2, 3, 4));
    const fv::status s = fv::try_run(fv::reference(), target = fv::logsumexp(fv::dot(q, q)));
    CHECK(std::string(s.sentence()) == "fovea: q has a null data pointer but 3 positions; point it at its elements");
}
