// Views of DLPack tensors, from any header that defines them: DLTensor, or what holds one as dl_tensor.
//
//     auto q = fovea::from_dlpack<float, "bshd">(managed->dl_tensor);               // throws fovea::error
//     fovea::status s = fovea::try_from_dlpack<float, "bshd">(tensor, view);        // or fills in a view
//     auto k = fovea::from_dlpack<fovea::bf16 const, "bhsd">(tensor, 128_c);        // channels at compile time
//
// The view does not own the tensor: keep it alive until run has returned. Error: another type, device or number of
// dimensions than asked for is refused with a sentence; null data and strides that cannot be used, by run.
// Source: dlpack.h, version 1.0: kDLCPU 1, kDLCUDAHost 3; kDLFloat 2, kDLBfloat 4; strides null: compact.
#pragma once
#include <type_traits>

#include "fovea/base/refusal.hpp"
#include "fovea/tensor/axis_letters.hpp"

namespace fovea::inline v0_1 {

template <class D>
concept dlpack_tensor = requires(D const& d) {
    d.data;
    d.byte_offset;
    d.ndim;
    d.shape;
    d.strides;
    d.dtype.code;
    d.dtype.bits;
    d.dtype.lanes;
    d.device.device_type;
};

// What a DLPack dtype says of an element type.
struct dlpack_type {
    int code, bits;
};
template <class T>
inline constexpr dlpack_type dlpack_type_of = std::is_same_v<T, bf16>   ? dlpack_type{4, 16}
                                              : std::is_same_v<T, fp16> ? dlpack_type{2, 16}
                                                                        : dlpack_type{2, 32};

// The name of a DLPack type code, as it stands before its bits; null where the code has none.
inline char const* dlpack_kind(index code) {
    constexpr char const* kinds[] = {"int", "uint", "float", "handle", "bfloat", "complex", "bool"};
    return code >= 0 && code < 7 ? kinds[code] : nullptr;
}

// Why a tensor is not a view of T with these letters; ok when it is.
template <class T, axis_letters Letters, dlpack_tensor D> status refuse_dlpack(D const& d, index known_channels) {
    constexpr dlpack_type wanted = dlpack_type_of<std::remove_const_t<T>>;
    const index code = d.dtype.code, bits = d.dtype.bits, lanes = d.dtype.lanes;
    const index device = static_cast<index>(d.device.device_type), dimensions = d.ndim;
    char const* const kind = dlpack_kind(code);
    const bool named = kind != nullptr, scalar = lanes == 1;
    if (code != wanted.code || bits != wanted.bits || !scalar)
        return status({"the DLPack tensor's elements are ", named ? kind : "code ", named ? piece("") : piece(code),
                       named ? "" : ", bits ", bits, scalar ? "" : " in ", scalar ? piece("") : piece(lanes),
                       scalar ? "" : " lanes", " but the view asked for is of ", dlpack_kind(wanted.code),
                       index{wanted.bits}, "; name the tensor's own type, or convert it"});
    if (device != 1 && device != 3)
        return status({"the DLPack tensor lies on a device of type ", device,
                       " but the view asked for is of CPU memory (1, or 3 for pinned); copy it to the host"});
    if (dimensions != Letters.count)
        return status({"the DLPack tensor has ", dimensions, " dimensions but ", index{Letters.count},
                       " are named; give each dimension one letter"});
    if (d.shape == nullptr)
        return status({"the DLPack tensor has a null shape but ", dimensions, " dimensions; fill it in"});
    constexpr int channel = Letters.place_of(axis::channel);
    const index channels = channel < 0 ? 1 : static_cast<index>(d.shape[channel < 0 ? 0 : channel]);
    if (known_channels >= 0 && channels != known_channels)
        return status({"the DLPack tensor has ", channels, " channels but the view asked for has ", known_channels,
                       "; name the tensor's own number"});
    return {};
}

// The view itself, of a tensor that was not refused.
template <class T, axis_letters Letters, class Channels, dlpack_tensor D>
auto view_of_dlpack(D const& d, Channels const& channels) {
    const auto extent = [&](int i) { return static_cast<index>(d.shape[i]); };
    const auto stride = [&](int i) {
        if (d.strides != nullptr) return static_cast<index>(d.strides[i]);
        index compact = 1;
        for (int j = Letters.count - 1; j > i; --j) compact *= extent(j);
        return compact;
    };
    constexpr int channel = Letters.place_of(axis::channel);
    const auto of_layout = [&] {
        if constexpr (channel < 0) return layout_by_letters<Letters>(constant_size<1>{}, extent, stride);
        else if constexpr (known_size<Channels> >= 0) return layout_by_letters<Letters>(channels, extent, stride);
        else return layout_by_letters<Letters>(extent(channel), extent, stride);
    }();
    using bytes = std::conditional_t<std::is_const_v<T>, char const, char>;
    auto* const first = d.data == nullptr ? nullptr : static_cast<bytes*>(d.data) + d.byte_offset;
    return tensor(reinterpret_cast<T*>(first), of_layout);
}

template <class T, axis_letters Letters, class D, class Channels = index>
auto from_dlpack(D const& d, Channels const& channels = {}) {
    static_assert(is_element<std::remove_const_t<T>>, "fovea: from_dlpack makes views of float, bf16 or fp16");
    constexpr bool valid = check_letters<Letters>();
    if constexpr (requires { d.dl_tensor; }) return from_dlpack<T, Letters>(d.dl_tensor, channels);
    else {
        static_assert(dlpack_tensor<D>, "fovea: from_dlpack takes a DLTensor, or what holds one as dl_tensor");
        if constexpr (dlpack_tensor<D> && is_element<std::remove_const_t<T>> && valid) {
            if (status why = refuse_dlpack<T, Letters>(d, known_size<size_type<Channels>>); !why.ok())
                throw_refusal(std::move(why));
            return view_of_dlpack<T, Letters, size_type<Channels>>(d, size_type<Channels>{});
        }
    }
}

// Fills in a view of the same element type; leaves it alone when the tensor is refused.
template <axis_letters Letters, class T, class Channels, class D>
status try_from_dlpack(D const& d, strided_view<T, Channels>& view) {
    if constexpr (requires { d.dl_tensor; }) return try_from_dlpack<Letters>(d.dl_tensor, view);
    else {
        status why = refuse_dlpack<T, Letters>(d, known_size<Channels>);
        if (why.ok()) view = view_of_dlpack<T, Letters, Channels>(d, Channels{});
        return why;
    }
}

} // namespace fovea::inline v0_1
