// Products of tiles by four warps, one instruction for every number of columns.
//
//     using product = ptx_tile_product<64>;
//     product::multiply<ptx_tile_format<bf16>, ptx_tile_end<bf16, major::k, major::mn>>(sums, a, b, add);
//
// asm wants the sums named one by one, in the text of the instruction and as operands. It takes characters that were
// computed, but no operands that were: hence the one table of this library that is made by macros. They end with this
// file. Formats and orders are computed characters, so that one row of the table serves all of them.
// Source: PTX ISA 9.0, section wgmma.mma_async.
#pragma once
#include <concepts>
#include <cstdint>
#include <type_traits>

#include "fovea/machine/sm90_machine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// What follows the number of columns in the instruction's name: the depth of a product and its formats.
template <class T> struct ptx_tile_format;
template <> struct ptx_tile_format<fp16> {
    static constexpr char text[] = "k16.f32.f16.f16";
};
template <> struct ptx_tile_format<bf16> {
    static constexpr char text[] = "k16.f32.bf16.bf16";
};
template <> struct ptx_tile_format<tf32> {
    static constexpr char text[] = "k8.f32.tf32.tf32";
};
template <> struct ptx_tile_format<fp8_e4m3> {
    static constexpr char text[] = "k32.f32.e4m3.e4m3";
};
template <> struct ptx_tile_format<fp8_e5m2> {
    static constexpr char text[] = "k32.f32.e5m2.e5m2";
};
template <> struct ptx_tile_format<std::int8_t> {
    static constexpr char text[] = "k32.s32.s8.s8";
};

// What ends the instruction: for sums in floating point the signs of a and b, for 16-bit elements also the orders of
// those operands that lie in shared memory.
struct ptx_tile_no_signs {
    static constexpr char text[] = "";
};
template <major... Order> struct ptx_tile_orders;
template <> struct ptx_tile_orders<> {
    static constexpr char text[] = ", 1, 1";
};
template <major B> struct ptx_tile_orders<B> {
    static constexpr char text[] = {',', ' ', '1', ',', ' ', '1', ',', ' ', B == major::mn ? '1' : '0', 0};
};
template <major A, major B> struct ptx_tile_orders<A, B> {
    static constexpr char text[] = {
        ',', ' ', '1', ',', ' ', '1', ',', ' ', A == major::mn ? '1' : '0', ',', ' ', B == major::mn ? '1' : '0', 0};
};

template <class T> inline constexpr bool ptx_has_orders = std::same_as<T, fp16> || std::same_as<T, bf16>;

template <class T, major... Order>
using ptx_tile_end =
    std::conditional_t<std::same_as<T, std::int8_t>, ptx_tile_no_signs,
                       std::conditional_t<ptx_has_orders<T>, ptx_tile_orders<Order...>, ptx_tile_orders<>>>;

// Sums of int8 come by 16 columns beyond 32.
template <class T, class Sum, int Columns>
inline constexpr bool ptx_is_tile_product =
    Columns % 8 == 0 && Columns <= 256 &&
    (std::same_as<T, std::int8_t> ? std::same_as<Sum, std::int32_t> && (Columns <= 32 || Columns % 16 == 0)
                                  : std::same_as<Sum, float>);

template <int Columns> struct ptx_tile_product;

// clang-format off
// The sums of so many columns, as text and as operands: four for each eight columns.
#define FOVEA_SUMS(of, i) of(sums[i]), of(sums[i + 1]), of(sums[i + 2]), of(sums[i + 3])
#define FOVEA_TEXT_8 "%0, %1, %2, %3"
#define FOVEA_SUMS_8(of) FOVEA_SUMS(of, 0)
#define FOVEA_TEXT_16 FOVEA_TEXT_8 ", %4, %5, %6, %7"
#define FOVEA_SUMS_16(of) FOVEA_SUMS_8(of), FOVEA_SUMS(of, 4)
#define FOVEA_TEXT_24 FOVEA_TEXT_16 ", %8, %9, %10, %11"
#define FOVEA_SUMS_24(of) FOVEA_SUMS_16(of), FOVEA_SUMS(of, 8)
#define FOVEA_TEXT_32 FOVEA_TEXT_24 ", %12, %13, %14, %15"
#define FOVEA_SUMS_32(of) FOVEA_SUMS_24(of), FOVEA_SUMS(of, 12)
#define FOVEA_TEXT_40 FOVEA_TEXT_32 ", %16, %17, %18, %19"
#define FOVEA_SUMS_40(of) FOVEA_SUMS_32(of), FOVEA_SUMS(of, 16)
#define FOVEA_TEXT_48 FOVEA_TEXT_40 ", %20, %21, %22, %23"
#define FOVEA_SUMS_48(of) FOVEA_SUMS_40(of), FOVEA_SUMS(of, 20)
#define FOVEA_TEXT_56 FOVEA_TEXT_48 ", %24, %25, %26, %27"
#define FOVEA_SUMS_56(of) FOVEA_SUMS_48(of), FOVEA_SUMS(of, 24)
#define FOVEA_TEXT_64 FOVEA_TEXT_56 ", %28, %29, %30, %31"
#define FOVEA_SUMS_64(of) FOVEA_SUMS_56(of), FOVEA_SUMS(of, 28)
#define FOVEA_TEXT_72 FOVEA_TEXT_64 ", %32, %33, %34, %35"
#define FOVEA_SUMS_72(of) FOVEA_SUMS_64(of), FOVEA_SUMS(of, 32)
#define FOVEA_TEXT_80 FOVEA_TEXT_72 ", %36, %37, %38, %39"
#define FOVEA_SUMS_80(of) FOVEA_SUMS_72(of), FOVEA_SUMS(of, 36)
#define FOVEA_TEXT_88 FOVEA_TEXT_80 ", %40, %41, %42, %43"
#define FOVEA_SUMS_88(of) FOVEA_SUMS_80(of), FOVEA_SUMS(of, 40)
#define FOVEA_TEXT_96 FOVEA_TEXT_88 ", %44, %45, %46, %47"
#define FOVEA_SUMS_96(of) FOVEA_SUMS_88(of), FOVEA_SUMS(of, 44)
#define FOVEA_TEXT_104 FOVEA_TEXT_96 ", %48, %49, %50, %51"
#define FOVEA_SUMS_104(of) FOVEA_SUMS_96(of), FOVEA_SUMS(of, 48)
#define FOVEA_TEXT_112 FOVEA_TEXT_104 ", %52, %53, %54, %55"
#define FOVEA_SUMS_112(of) FOVEA_SUMS_104(of), FOVEA_SUMS(of, 52)
#define FOVEA_TEXT_120 FOVEA_TEXT_112 ", %56, %57, %58, %59"
#define FOVEA_SUMS_120(of) FOVEA_SUMS_112(of), FOVEA_SUMS(of, 56)
#define FOVEA_TEXT_128 FOVEA_TEXT_120 ", %60, %61, %62, %63"
#define FOVEA_SUMS_128(of) FOVEA_SUMS_120(of), FOVEA_SUMS(of, 60)
#define FOVEA_TEXT_136 FOVEA_TEXT_128 ", %64, %65, %66, %67"
#define FOVEA_SUMS_136(of) FOVEA_SUMS_128(of), FOVEA_SUMS(of, 64)
#define FOVEA_TEXT_144 FOVEA_TEXT_136 ", %68, %69, %70, %71"
#define FOVEA_SUMS_144(of) FOVEA_SUMS_136(of), FOVEA_SUMS(of, 68)
#define FOVEA_TEXT_152 FOVEA_TEXT_144 ", %72, %73, %74, %75"
#define FOVEA_SUMS_152(of) FOVEA_SUMS_144(of), FOVEA_SUMS(of, 72)
#define FOVEA_TEXT_160 FOVEA_TEXT_152 ", %76, %77, %78, %79"
#define FOVEA_SUMS_160(of) FOVEA_SUMS_152(of), FOVEA_SUMS(of, 76)
#define FOVEA_TEXT_168 FOVEA_TEXT_160 ", %80, %81, %82, %83"
#define FOVEA_SUMS_168(of) FOVEA_SUMS_160(of), FOVEA_SUMS(of, 80)
#define FOVEA_TEXT_176 FOVEA_TEXT_168 ", %84, %85, %86, %87"
#define FOVEA_SUMS_176(of) FOVEA_SUMS_168(of), FOVEA_SUMS(of, 84)
#define FOVEA_TEXT_184 FOVEA_TEXT_176 ", %88, %89, %90, %91"
#define FOVEA_SUMS_184(of) FOVEA_SUMS_176(of), FOVEA_SUMS(of, 88)
#define FOVEA_TEXT_192 FOVEA_TEXT_184 ", %92, %93, %94, %95"
#define FOVEA_SUMS_192(of) FOVEA_SUMS_184(of), FOVEA_SUMS(of, 92)
#define FOVEA_TEXT_200 FOVEA_TEXT_192 ", %96, %97, %98, %99"
#define FOVEA_SUMS_200(of) FOVEA_SUMS_192(of), FOVEA_SUMS(of, 96)
#define FOVEA_TEXT_208 FOVEA_TEXT_200 ", %100, %101, %102, %103"
#define FOVEA_SUMS_208(of) FOVEA_SUMS_200(of), FOVEA_SUMS(of, 100)
#define FOVEA_TEXT_216 FOVEA_TEXT_208 ", %104, %105, %106, %107"
#define FOVEA_SUMS_216(of) FOVEA_SUMS_208(of), FOVEA_SUMS(of, 104)
#define FOVEA_TEXT_224 FOVEA_TEXT_216 ", %108, %109, %110, %111"
#define FOVEA_SUMS_224(of) FOVEA_SUMS_216(of), FOVEA_SUMS(of, 108)
#define FOVEA_TEXT_232 FOVEA_TEXT_224 ", %112, %113, %114, %115"
#define FOVEA_SUMS_232(of) FOVEA_SUMS_224(of), FOVEA_SUMS(of, 112)
#define FOVEA_TEXT_240 FOVEA_TEXT_232 ", %116, %117, %118, %119"
#define FOVEA_SUMS_240(of) FOVEA_SUMS_232(of), FOVEA_SUMS(of, 116)
#define FOVEA_TEXT_248 FOVEA_TEXT_240 ", %120, %121, %122, %123"
#define FOVEA_SUMS_248(of) FOVEA_SUMS_240(of), FOVEA_SUMS(of, 120)
#define FOVEA_TEXT_256 FOVEA_TEXT_248 ", %124, %125, %126, %127"
#define FOVEA_SUMS_256(of) FOVEA_SUMS_248(of), FOVEA_SUMS(of, 124)

// x0 to x7 number the operands that follow the sums: a, b, add, format, end; or four words of a, b, add, format, end.
#define FOVEA_PRODUCT_OF(sum, of, columns, x0, x1, x2, x3, x4, x5, x6, x7)                                             \
    template <class Format, class End>                                                                                 \
    FOVEA_DEVICE static void multiply(sum (&sums)[columns / 2], std::uint64_t a, std::uint64_t b, int add) {           \
        asm volatile("{\n.reg .pred add;\nsetp.ne.b32 add, %" #x2 ", 0;\nwgmma.mma_async.sync.aligned.m64n" #columns   \
                     "%" #x3 " {" FOVEA_TEXT_##columns "}, %" #x0 ", %" #x1 ", add%" #x4 ";\n}"                        \
                     : FOVEA_SUMS_##columns(of)                                                                        \
                     : "l"(a), "l"(b), "r"(add), "C"(Format::text), "C"(End::text));                                   \
    }                                                                                                                  \
    template <class Format, class End>                                                                                 \
    FOVEA_DEVICE static void multiply(sum (&sums)[columns / 2], matrix_words const& a, std::uint64_t b, int add) {     \
        asm volatile("{\n.reg .pred add;\nsetp.ne.b32 add, %" #x5 ", 0;\nwgmma.mma_async.sync.aligned.m64n" #columns   \
                     "%" #x6 " {" FOVEA_TEXT_##columns "}, {%" #x0 ", %" #x1 ", %" #x2 ", %" #x3 "}, %" #x4            \
                     ", add%" #x7 ";\n}"                                                                               \
                     : FOVEA_SUMS_##columns(of)                                                                        \
                     : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "r"(add), "C"(Format::text),                \
                       "C"(End::text));                                                                                \
    }
#define FOVEA_REAL(x) "+f"(x)
#define FOVEA_COUNT(x) "+r"(x)
#define FOVEA_PRODUCT(columns, ...)                                                                                    \
    template <> struct ptx_tile_product<columns> {                                                                     \
        FOVEA_PRODUCT_OF(float, FOVEA_REAL, columns, __VA_ARGS__)                                                      \
        FOVEA_PRODUCT_OF(std::int32_t, FOVEA_COUNT, columns, __VA_ARGS__)                                              \
    };
FOVEA_PRODUCT(8, 4, 5, 6, 7, 8, 9, 10, 11)
FOVEA_PRODUCT(16, 8, 9, 10, 11, 12, 13, 14, 15)
FOVEA_PRODUCT(24, 12, 13, 14, 15, 16, 17, 18, 19)
FOVEA_PRODUCT(32, 16, 17, 18, 19, 20, 21, 22, 23)
FOVEA_PRODUCT(40, 20, 21, 22, 23, 24, 25, 26, 27)
FOVEA_PRODUCT(48, 24, 25, 26, 27, 28, 29, 30, 31)
FOVEA_PRODUCT(56, 28, 29, 30, 31, 32, 33, 34, 35)
FOVEA_PRODUCT(64, 32, 33, 34, 35, 36, 37, 38, 39)
FOVEA_PRODUCT(72, 36, 37, 38, 39, 40, 41, 42, 43)
FOVEA_PRODUCT(80, 40, 41, 42, 43, 44, 45, 46, 47)
FOVEA_PRODUCT(88, 44, 45, 46, 47, 48, 49, 50, 51)
FOVEA_PRODUCT(96, 48, 49, 50, 51, 52, 53, 54, 55)
FOVEA_PRODUCT(104, 52, 53, 54, 55, 56, 57, 58, 59)
FOVEA_PRODUCT(112, 56, 57, 58, 59, 60, 61, 62, 63)
FOVEA_PRODUCT(120, 60, 61, 62, 63, 64, 65, 66, 67)
FOVEA_PRODUCT(128, 64, 65, 66, 67, 68, 69, 70, 71)
FOVEA_PRODUCT(136, 68, 69, 70, 71, 72, 73, 74, 75)
FOVEA_PRODUCT(144, 72, 73, 74, 75, 76, 77, 78, 79)
FOVEA_PRODUCT(152, 76, 77, 78, 79, 80, 81, 82, 83)
FOVEA_PRODUCT(160, 80, 81, 82, 83, 84, 85, 86, 87)
FOVEA_PRODUCT(168, 84, 85, 86, 87, 88, 89, 90, 91)
FOVEA_PRODUCT(176, 88, 89, 90, 91, 92, 93, 94, 95)
FOVEA_PRODUCT(184, 92, 93, 94, 95, 96, 97, 98, 99)
FOVEA_PRODUCT(192, 96, 97, 98, 99, 100, 101, 102, 103)
FOVEA_PRODUCT(200, 100, 101, 102, 103, 104, 105, 106, 107)
FOVEA_PRODUCT(208, 104, 105, 106, 107, 108, 109, 110, 111)
FOVEA_PRODUCT(216, 108, 109, 110, 111, 112, 113, 114, 115)
FOVEA_PRODUCT(224, 112, 113, 114, 115, 116, 117, 118, 119)
FOVEA_PRODUCT(232, 116, 117, 118, 119, 120, 121, 122, 123)
FOVEA_PRODUCT(240, 120, 121, 122, 123, 124, 125, 126, 127)
FOVEA_PRODUCT(248, 124, 125, 126, 127, 128, 129, 130, 131)
FOVEA_PRODUCT(256, 128, 129, 130, 131, 132, 133, 134, 135)

#undef FOVEA_SUMS
#undef FOVEA_TEXT_8
#undef FOVEA_SUMS_8
#undef FOVEA_TEXT_16
#undef FOVEA_SUMS_16
#undef FOVEA_TEXT_24
#undef FOVEA_SUMS_24
#undef FOVEA_TEXT_32
#undef FOVEA_SUMS_32
#undef FOVEA_TEXT_40
#undef FOVEA_SUMS_40
#undef FOVEA_TEXT_48
#undef FOVEA_SUMS_48
#undef FOVEA_TEXT_56
#undef FOVEA_SUMS_56
#undef FOVEA_TEXT_64
#undef FOVEA_SUMS_64
#undef FOVEA_TEXT_72
#undef FOVEA_SUMS_72
#undef FOVEA_TEXT_80
#undef FOVEA_SUMS_80
#undef FOVEA_TEXT_88
#undef FOVEA_SUMS_88
#undef FOVEA_TEXT_96
#undef FOVEA_SUMS_96
#undef FOVEA_TEXT_104
#undef FOVEA_SUMS_104
#undef FOVEA_TEXT_112
#undef FOVEA_SUMS_112
#undef FOVEA_TEXT_120
#undef FOVEA_SUMS_120
#undef FOVEA_TEXT_128
#undef FOVEA_SUMS_128
#undef FOVEA_TEXT_136
#undef FOVEA_SUMS_136
#undef FOVEA_TEXT_144
#undef FOVEA_SUMS_144
#undef FOVEA_TEXT_152
#undef FOVEA_SUMS_152
#undef FOVEA_TEXT_160
#undef FOVEA_SUMS_160
#undef FOVEA_TEXT_168
#undef FOVEA_SUMS_168
#undef FOVEA_TEXT_176
#undef FOVEA_SUMS_176
#undef FOVEA_TEXT_184
#undef FOVEA_SUMS_184
#undef FOVEA_TEXT_192
#undef FOVEA_SUMS_192
#undef FOVEA_TEXT_200
#undef FOVEA_SUMS_200
#undef FOVEA_TEXT_208
#undef FOVEA_SUMS_208
#undef FOVEA_TEXT_216
#undef FOVEA_SUMS_216
#undef FOVEA_TEXT_224
#undef FOVEA_SUMS_224
#undef FOVEA_TEXT_232
#undef FOVEA_SUMS_232
#undef FOVEA_TEXT_240
#undef FOVEA_SUMS_240
#undef FOVEA_TEXT_248
#undef FOVEA_SUMS_248
#undef FOVEA_TEXT_256
#undef FOVEA_SUMS_256
#undef FOVEA_PRODUCT_OF
#undef FOVEA_REAL
#undef FOVEA_COUNT
#undef FOVEA_PRODUCT
// clang-format on

} // namespace v0_1
} // namespace fovea
