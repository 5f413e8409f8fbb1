// Number formats that only matrix products know, as types to name them by.
//
//     Machine::template multiply<tf32>(sums, a, b);
#pragma once

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct tf32 {};     // 8 exponent bits, 11 significant, in a 32-bit word whose low 13 bits are not read
struct fp8_e4m3 {}; // 4 exponent bits, 4 significant, bias 7; no infinity, 0x7f and 0xff are NaN
struct fp8_e5m2 {}; // 5 exponent bits, 3 significant, bias 15; IEEE infinity and NaN

} // namespace v0_1
} // namespace fovea
