// The emulator as an sm90_machine: machine with barriers in shared memory, tile copies, tile products and clusters.
//
//     launch<kernel<simt::hopper_machine>>(grid, params)   // Kernel::cluster: blocks to a cluster
#pragma once
#include "fovea/machine/sm90_machine.hpp"
#include "machine.hpp"
#include "tile_copies.hpp"
#include "tile_products.hpp"

namespace fovea::simt {

// Which lane is chosen is the hardware's affair; it is the same one each time.
inline bool elect(engine& e, place at) {
    e.collective(operation::elect, at, nullptr, [](warp&, void**) {});
    return e.self->lane == e.how.seed * 7 % 32;
}

enum class change : std::uint8_t { more, fewer };

inline void registers_ended(engine& e) {
    for (auto const& b : e.blocks)
        for (std::size_t i = 0; i < b->warps.size(); ++i)
            if (b->warps[i].registers != b->warps[i / 4 * 4].registers)
                e.note(fault::protocol, {},
                       spell({"warp ", static_cast<index>(i), " of ", b->text(),
                              " did not change its registers with the first warp of its group"}));
}

inline void set_registers(engine& e, word registers, change how, operation what, place at) {
    e.check_at_end(registers_ended);
    e.collective(what, at, nullptr, [&](warp& w, void**) {
        const word before = w.registers;
        if (before && (how == change::more ? registers < before : registers > before))
            e.note(fault::protocol, at, spell({e.act(what), " to ", registers, " from ", before}));
        w.registers = registers;
        word all = 0;
        for (warp const& one : w.lane[0]->block->warps) {
            if (one.registers == 0) return;
            all += 32 * one.registers;
        }
        if (all > 65536)
            e.note(fault::protocol, at,
                   spell({e.act(what), ": the block's warps now have ", all, " registers of 65536"}));
    });
}
struct hopper_machine : machine {
    using tensor_map = simt::tensor_map;

    // ---- barriers in shared memory ----
    static void init_barrier(word at, word arrivals, place from = place::here()) {
        simt::init_barrier(*running, at, arrivals, from);
    }
    static void fence_barriers(place at = place::here()) { simt::fence_barriers(*running, at); }
    static void arrive(word at, place from = place::here()) { simt::arrive(*running, at, 0, operation::arrive, from); }
    static void arrive_expecting(word at, word bytes, place from = place::here()) {
        simt::arrive(*running, at, bytes, operation::arrive_expecting, from);
    }
    static void arrive_after_copies(word at, place from = place::here()) {
        simt::arrive_after_copies(*running, at, from);
    }
    static void wait(word at, word parity, place from = place::here()) { simt::wait(*running, at, parity, from); }
    static bool has_ended(word at, word parity, place from = place::here()) {
        return simt::has_ended(*running, at, parity, from);
    }
    static void sync_named(word barrier, word threads, place at = place::here()) {
        named(barrier, threads, arrival::waits, operation::sync_named, at);
    }
    static void arrive_named(word barrier, word threads, place at = place::here()) {
        named(barrier, threads, arrival::goes_on, operation::arrive_named, at);
    }

    // ---- tile copies ----
    static void prefetch_map(tensor_map const&) { running->counted(operation::prefetch_map); }
    template <int Rank>
    static void load_tile(word to, tensor_map const& map, word barrier, std::int32_t const (&at)[Rank],
                          place from = place::here()) {
        const word self = 1u << running->self->block->rank;
        const auto origin = origin_of(*running, map, at, Rank, operation::load_tile, from);
        simt::load_tile(*running, to, map, barrier, origin, self, operation::load_tile, from);
    }
    template <int Rank>
    static void load_tile_to_all(word to, tensor_map const& map, word barrier, std::int32_t const (&at)[Rank],
                                 word blocks, place from = place::here()) {
        const auto origin = origin_of(*running, map, at, Rank, operation::load_tile_to_all, from);
        simt::load_tile(*running, to, map, barrier, origin, blocks, operation::load_tile_to_all, from);
    }
    template <int Rank>
    static void store_tile(tensor_map const& map, std::int32_t const (&at)[Rank], word from,
                           place where = place::here()) {
        const auto origin = origin_of(*running, map, at, Rank, operation::store_tile, where);
        simt::store_tile(*running, map, origin, from, operation::store_tile, where);
    }
    template <int Rank>
    static void add_tile(tensor_map const& map, std::int32_t const (&at)[Rank], word from,
                         place where = place::here()) {
        const auto origin = origin_of(*running, map, at, Rank, operation::add_tile, where);
        simt::store_tile(*running, map, origin, from, operation::add_tile, where);
    }
    static void load_bytes(word to, void const* from, word bytes, word barrier, place at = place::here()) {
        simt::load_bytes(*running, to, from, bytes, barrier, at);
    }
    static void add_floats(float* to, word from, word bytes, place at = place::here()) {
        simt::add_floats(*running, to, from, bytes, at);
    }
    static void commit_tiles() { simt::commit_tiles(*running); }
    template <word Groups> static void wait_tiles() { simt::wait_tiles(*running, Groups, until::written); }
    template <word Groups> static void wait_tiles_read() { simt::wait_tiles(*running, Groups, until::read); }
    static void fence_proxy() {
        running->counted(operation::fence_proxy);
        running->proxies_used = true;
        running->self->fenced = running->self->knows;
    }

    // ---- tile products ----
    static std::uint64_t tile_descriptor(word at, word leading, word stride, swizzle s) {
        return simt::tile_descriptor(at, leading, stride, s);
    }
    template <class Format, major A, major B, class Sum, std::size_t Count>
    static void multiply_tiles(Sum (&sums)[Count], std::uint64_t a, std::uint64_t b, bool add,
                               place at = place::here()) {
        simt::multiply_tiles<Format, A, B>(*running, sums, nullptr, a, b, add, operation::multiply_tiles, at);
    }
    template <class Format, major B, class Sum, std::size_t Count>
    static void multiply_tiles_by(Sum (&sums)[Count], word const (&a)[4], std::uint64_t b, bool add,
                                  place at = place::here()) {
        simt::multiply_tiles<Format, major::k, B>(*running, sums, a, 0, b, add, operation::multiply_tiles_by, at);
    }
    template <class Sum, std::size_t Count>
    static void fence_products(Sum (&sums)[Count], place at = place::here()) {
        simt::fence_products(*running, sums, at);
    }
    static void commit_products(place at = place::here()) { simt::commit_products(*running, at); }
    template <word Groups, class Sum, std::size_t Count>
    static void wait_products(Sum (&sums)[Count], place at = place::here()) {
        simt::wait_products(*running, Groups, sums, at);
    }

    // ---- warps and warp groups ----
    static bool elect(place at = place::here()) { return simt::elect(*running, at); }
    template <word Registers> static void more_registers(place at = place::here()) {
        static_assert(Registers % 8 == 0 && Registers >= 24 && Registers <= 256);
        set_registers(*running, Registers, change::more, operation::more_registers, at);
    }
    template <word Registers> static void fewer_registers(place at = place::here()) {
        static_assert(Registers % 8 == 0 && Registers >= 24 && Registers <= 256);
        set_registers(*running, Registers, change::fewer, operation::fewer_registers, at);
    }
    static void store_matrix_x4(word row, word const (&from)[4], place at = place::here()) {
        store_matrix<4, order::rows>(*running, row, from, operation::store_matrix_x4, at);
    }
    static void store_matrix_x4_transposed(word row, word const (&from)[4], place at = place::here()) {
        store_matrix<4, order::transposed>(*running, row, from, operation::store_matrix_x4_transposed, at);
    }
    static void store_matrix_x2(word row, word const (&from)[2], place at = place::here()) {
        store_matrix<2, order::rows>(*running, row, from, operation::store_matrix_x2, at);
    }
    static void store_matrix_x2_transposed(word row, word const (&from)[2], place at = place::here()) {
        store_matrix<2, order::transposed>(*running, row, from, operation::store_matrix_x2_transposed, at);
    }

    // ---- clusters ----
    static word cluster_rank() { return running->self->block->rank; }
    static word cluster_blocks() { return running->shape.cluster; }
    static void sync_cluster(place at = place::here()) { simt::sync_cluster(*running, at); }
    static word peer_address(word at, word rank, place from = place::here()) {
        return simt::peer_address(*running, at, rank, from);
    }
    static void arrive_at_peer(word at, place from = place::here()) {
        simt::arrive(*running, at, 0, operation::arrive_at_peer, from);
    }
    template <class T> static T load_peer(word at, place from = place::here()) {
        return simt::load_peer<T>(*running, at, from);
    }
    template <class T> static void store_peer(word at, T const& x, place from = place::here()) {
        simt::store_peer(*running, at, x, from);
    }

private:
    static void named(word barrier, word threads, arrival how, operation what, place at) {
        if (barrier > 15 || threads == 0 || threads % 32) {
            running->note(fault::protocol, at,
                          spell({running->act(what), " of barrier ", barrier, " for ", threads,
                                 " threads: barriers are 0 to 15, threads whole warps"}));
            running->stop();
        }
        simt::sync_named(*running, barrier, threads, how, what, at);
    }
};

static_assert(sm90_machine<hopper_machine>);

} // namespace fovea::simt
