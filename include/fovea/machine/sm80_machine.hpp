// What a kernel may ask of a GPU of compute capability 8.0 and later, as a concept.
//
//     template <sm80_machine Machine> struct kernel { static void run(params const& p) { Machine::sync_block(); } };
//
// Models: machine/ptx (the hardware, one function per instruction), tests/simt (the emulator). A kernel calls nothing
// of the hardware but these: no threadIdx, no __shared__, no pointer into shared memory, no asm.
//
// Shared memory is a 32-bit address from shared_base(), in bytes, aligned to 1024. Models may add a defaulted last
// parameter to any function (the emulator's is the place of the call).
// Laws: tests/simt/selftest holds the emulator to them, tests/gpu the hardware to the emulator, bit for bit.
// Source: PTX ISA 9.0; the section of each instruction is beside it in machine/ptx.
#pragma once
#include <concepts>
#include <cstdint>

#include "fovea/base/integers.hpp"
#include "fovea/dtype/formats.hpp"
#include "fovea/machine/matrix_formats.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// Four words of a lane: a 16 x 16 tile of 16-bit elements; two: 8 x 16.
using matrix_words = word[4];
using half_matrix_words = word[2];
using matrix_sums = float[4];
using matrix_counts = std::int32_t[4];

// Who asks, and for whom. block(axis), blocks(axis): axis 0, 1, 2 is x, y, z.
template <class M>
concept thread_machine = requires(word x, bool truth, float f) {
    { M::thread() } -> std::same_as<word>; // in its block
    { M::lane() } -> std::same_as<word>; // in its warp, 0 to 31
    { M::warp() } -> std::same_as<word>; // in its block
    { M::block(0) } -> std::same_as<word>;
    { M::blocks(0) } -> std::same_as<word>;
    { M::uniform(x) } -> std::same_as<word>; // lane 0's x, in a register that the warp shares
    { M::shuffle(f, 0) } -> std::same_as<float>; // x of the given lane; word, float and std::int32_t
    { M::shuffle_xor(f, 1) } -> std::same_as<float>; // x of lane ^ mask
    { M::ballot(truth) } -> std::same_as<word>; // bit i: lane i's truth
    { M::first_bit(x) } -> std::same_as<int>; // of a word that is not 0
    { M::count_bits(x) } -> std::same_as<int>;
    { M::opaque(x) } -> std::same_as<word>; // x, of which the compiler knows nothing: 4 or 8 bytes
    M::sync_warp(); // orders the memory of the warp's lanes
    M::sync_block();
    M::template sync_some<1, 128>(); // barrier 1 to 15, of so many threads (whole warps)
    M::template arrive_some<1, 128>(); // the same without waiting
};

// Memory that is read and written by the thread itself. T: 4, 8 or 16 bytes, trivially copyable; 2 for global and
// shared.
template <class M>
concept memory_machine = requires(word at, float* to, float const* from, float x) {
    { M::shared_base() } -> std::same_as<word>;
    { M::template load_shared<float>(at) } -> std::same_as<float>;
    M::store_shared(at, x);
    { M::load(from) } -> std::same_as<float>; // not written while the kernel runs: equal loads may merge
    { M::load_fresh(from) } -> std::same_as<float>; // written by another block before: not cached in L1
    M::store(to, x);
    M::add(to, x); // atomically, relaxed
    M::publish(to, x); // store with release, at the device's scope
    { M::observe(from) } -> std::same_as<float>; // load with acquire, at the device's scope
    M::yield(); // inside a loop that waits for observe()
};

// Copies that run while the thread goes on: 4, 8 or 16 bytes each, both sides aligned to that; `exists` false: zeros.
template <class M>
concept copy_machine = requires(word to, void const* from, bool exists) {
    M::template copy_async<16>(to, from, exists); // 16 bytes pass by L1
    M::template copy_async<16, 64>(to, from, exists); // 64 bytes behind `to`, a constant
    M::commit_copies(); // closes a group
    M::template wait_copies<1>(); // until at most so many of this thread's groups are under way
    M::discard_shared(to, word{16}); // a stage's bytes may no longer be read: nothing on hardware
};

// 8 x 8 tiles of 16-bit elements: lane l gives the address of row l % 8 of tile l / 8, and holds elements
// (l / 4, 2 (l % 4)) and the next of each tile; transposed, (2 (l % 4), l / 4) and the one below it.
template <class M>
concept matrix_machine =
    requires(word at, matrix_words& a, half_matrix_words& b, matrix_sums& sums, matrix_counts& counts) {
        M::load_matrix_x4(a, at);
        M::load_matrix_x4_transposed(a, at);
        M::load_matrix_x2(b, at);
        M::load_matrix_x2_transposed(b, at);
        // sums += a b, row by column: 16 x 8 x 16 of 16-bit elements, 16 x 8 x 8 of tf32, 16 x 8 x 32 of int8
        M::template multiply<fp16>(sums, a, b);
        M::template multiply<bf16>(sums, a, b);
        M::template multiply<tf32>(sums, a, b);
        M::template multiply<std::int8_t>(counts, a, b);
    };

// Approximations of the special function unit. tanh: within 2^-10.9 of tanh.approx where a model has it as
// tanh_approximate, otherwise from exp2 and reciprocal.
template <class M>
concept arithmetic_machine = requires(float x, word both) {
    { M::exp2(x) } -> std::same_as<float>;
    { M::log2(x) } -> std::same_as<float>;
    { M::reciprocal(x) } -> std::same_as<float>;
    { M::tanh_approximate(x) } -> std::same_as<float>;
    { M::template pair<fp16>(x, x) } -> std::same_as<word>; // low half first, round to nearest even
    { M::template pair<bf16>(x, x) } -> std::same_as<word>;
    { M::template low<fp16>(both) } -> std::same_as<float>; // the first and the second of a pair; bf16 too
    { M::template high<fp16>(both) } -> std::same_as<float>;
    { M::rounded_tf32(x) } -> std::same_as<word>; // round to nearest, ties away
};

template <class M>
concept sm80_machine =
    thread_machine<M> && memory_machine<M> && copy_machine<M> && matrix_machine<M> && arithmetic_machine<M>;

// 8.9 adds products of fp8: 16 x 8 x 32.
template <class M>
concept sm89_machine = sm80_machine<M> && requires(matrix_words& a, half_matrix_words& b, matrix_sums& sums) {
    M::template multiply<fp8_e4m3>(sums, a, b);
    M::template multiply<fp8_e5m2>(sums, a, b);
};

} // namespace v0_1
} // namespace fovea
