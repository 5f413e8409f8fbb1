// The emulator as a machine: a second model of the concepts that kernels are written against.
//
//     launch<kernel<simt::machine>>(grid, params)   // kernel<ptx_machine> on the hardware
//
// Every function that can go wrong has the place of its call as a defaulted last parameter.
#pragma once
#include <bit>
#include <cmath>

#include "async_copies.hpp"
#include "fovea/machine/sm80_machine.hpp"
#include "lanes.hpp"
#include "matrix.hpp"

namespace fovea::simt {

struct machine {
    // ---- who ----
    static word thread() { return running->self->index; }
    static word lane() { return running->self->lane; }
    static word warp() { return running->self->index / 32; }
    static word block(int axis) { return running->self->block->index.along(axis); }
    static word blocks(int axis) { return running->shape.grid.along(axis); }

    // ---- lanes of a warp, threads of a block ----
    template <class T> static T uniform(T x, place at = place::here()) {
        return exchange(*running, x, 0, operation::uniform, at);
    }
    template <class T> static T shuffle(T x, int from, place at = place::here()) {
        return exchange(*running, x, static_cast<word>(from), operation::shuffle, at);
    }
    template <class T> static T shuffle_xor(T x, int mask, place at = place::here()) {
        return exchange(*running, x, lane() ^ static_cast<word>(mask), operation::shuffle_xor, at);
    }
    static word ballot(bool truth, place at = place::here()) { return simt::ballot(*running, truth, at); }
    static int first_bit(word x, place at = place::here()) {
        if (x == 0) {
            running->note(fault::protocol, at, spell({running->act(operation::first_bit), " of a word that is 0"}));
            running->stop();
        }
        return std::countr_zero(x);
    }
    static int count_bits(word x) { return std::popcount(x); }
    template <class T> static T opaque(T x) { return x; }
    static void sync_warp(place at = place::here()) { simt::sync_warp(*running, at); }
    static void sync_block(place at = place::here()) { simt::sync_block(*running, at); }
    template <word Barrier, word Threads> static void sync_some(place at = place::here()) {
        static_assert(Barrier >= 1 && Barrier <= 15 && Threads % 32 == 0 && Threads > 0);
        sync_named(*running, Barrier, Threads, arrival::waits, operation::sync_some, at);
    }
    template <word Barrier, word Threads> static void arrive_some(place at = place::here()) {
        static_assert(Barrier >= 1 && Barrier <= 15 && Threads % 32 == 0 && Threads > 0);
        sync_named(*running, Barrier, Threads, arrival::goes_on, operation::arrive_some, at);
    }

    // ---- memory ----
    static word shared_base() { return shared_base_address; }
    template <class T> static T load_shared(word at, place from = place::here()) {
        return simt::load_shared<T>(*running, at, from);
    }
    template <class T> static void store_shared(word to, T const& x, place at = place::here()) {
        simt::store_shared(*running, to, x, at);
    }
    template <class T> static T load(T const* from, place at = place::here()) {
        return simt::load(*running, from, operation::load, at);
    }
    template <class T> static T load_fresh(T const* from, place at = place::here()) {
        return simt::load(*running, from, operation::load_fresh, at);
    }
    template <class T> static void store(T* to, std::type_identity_t<T> const& x, place at = place::here()) {
        simt::store(*running, to, x, at);
    }
    template <class T> static void add(T* to, std::type_identity_t<T> x, place at = place::here()) {
        simt::add(*running, to, x, at);
    }
    template <class T> static void publish(T* to, std::type_identity_t<T> x, place at = place::here()) {
        simt::publish(*running, to, x, at);
    }
    template <class T> static T observe(T const* from, place at = place::here()) {
        return simt::observe(*running, from, at);
    }
    static void yield(place at = place::here()) { running->yield(at); }

    // ---- copies ----
    template <word Bytes, word Offset = 0>
    static void copy_async(word to, void const* from, bool exists = true, place at = place::here()) {
        static_assert(Bytes == 4 || Bytes == 8 || Bytes == 16);
        simt::copy_async(*running, to + Offset, from, Bytes, exists, at);
    }
    static void commit_copies() { simt::commit_copies(*running); }
    template <word Groups> static void wait_copies() { simt::wait_copies(*running, Groups); }
    static void discard_shared(word first, word bytes, place at = place::here()) {
        simt::discard_shared(*running, first, bytes, at);
    }

    // ---- matrices ----
    static void load_matrix_x4(word (&to)[4], word row, place at = place::here()) {
        load_matrix<4, order::rows>(*running, to, row, operation::load_matrix_x4, at);
    }
    static void load_matrix_x4_transposed(word (&to)[4], word row, place at = place::here()) {
        load_matrix<4, order::transposed>(*running, to, row, operation::load_matrix_x4_transposed, at);
    }
    static void load_matrix_x2(word (&to)[2], word row, place at = place::here()) {
        load_matrix<2, order::rows>(*running, to, row, operation::load_matrix_x2, at);
    }
    static void load_matrix_x2_transposed(word (&to)[2], word row, place at = place::here()) {
        load_matrix<2, order::transposed>(*running, to, row, operation::load_matrix_x2_transposed, at);
    }
    template <class Format, class Sum>
    static void multiply(Sum (&sums)[4], word const (&a)[4], word const (&b)[2], place at = place::here()) {
        static_assert(
            std::is_same_v<Sum, std::conditional_t<std::is_same_v<Format, std::int8_t>, std::int32_t, float>>);
        multiply_16x8<Format>(*running, sums, a, b, at);
    }

    // ---- arithmetic: exact where the hardware approximates; denormals are flushed as it does ----
    static float exp2(float x) { return flushed(std::exp2(flushed(x))); }
    static float log2(float x) { return std::log2(flushed(x)); }
    static float reciprocal(float x) { return flushed(1.0f / flushed(x)); }
    static float tanh_approximate(float x) { return std::tanh(x); }
    template <class Format> static word pair(float low, float high) {
        if constexpr (std::is_same_v<Format, fp16>) return fp16_word(low) | fp16_word(high) << 16;
        else {
            static_assert(std::is_same_v<Format, bf16>);
            return bf16_word(low) | bf16_word(high) << 16;
        }
    }
    template <class Format> static float low(word both) {
        return static_cast<float>(std::bit_cast<Format>(static_cast<std::uint16_t>(both)));
    }
    template <class Format> static float high(word both) { return low<Format>(both >> 16); }
    static word rounded_tf32(float x) { return tf32_word(x); }
};

static_assert(sm89_machine<machine>);

} // namespace fovea::simt
