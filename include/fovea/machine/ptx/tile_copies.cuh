// Copies of tiles by the asynchronous proxy, for maps of 1 to 5 axes.
//
//     ptx_tile<3>::load(to, &map, barrier, {column, row, head});
//
// A block's own address in shared memory is its address in the cluster too. Source: PTX ISA 9.0, sections
// cp.async.bulk.tensor, cp.reduce.async.bulk.tensor.
#pragma once
#include <cstdint>

#include "fovea/base/integers.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <int Rank> struct ptx_tile;

template <> struct ptx_tile<1> {
    using place = std::int32_t const (&)[1];
    FOVEA_DEVICE static void load(word to, void const* map, word barrier, place at) {
        asm volatile("cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                     "[%1, {%3}], [%2];" ::"r"(to),
                     "l"(map), "r"(barrier), "r"(at[0])
                     : "memory");
    }
    FOVEA_DEVICE static void load_to_all(word to, void const* map, word barrier, place at, std::uint16_t blocks) {
        asm volatile("cp.async.bulk.tensor.1d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     ".multicast::cluster [%0], [%1, {%4}], [%2], %3;" ::"r"(to),
                     "l"(map), "r"(barrier), "h"(blocks), "r"(at[0])
                     : "memory");
    }
    FOVEA_DEVICE static void store(void const* map, place at, word from) {
        asm volatile("cp.async.bulk.tensor.1d.global.shared::cta.tile.bulk_group [%0, {%2}], [%1];" ::"l"(map),
                     "r"(from), "r"(at[0])
                     : "memory");
    }
    FOVEA_DEVICE static void add(void const* map, place at, word from) {
        asm volatile(
            "cp.reduce.async.bulk.tensor.1d.global.shared::cta.add.tile.bulk_group [%0, {%2}], [%1];" ::"l"(map),
            "r"(from), "r"(at[0])
            : "memory");
    }
};

template <> struct ptx_tile<2> {
    using place = std::int32_t const (&)[2];
    FOVEA_DEVICE static void load(word to, void const* map, word barrier, place at) {
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                     "[%1, {%3, %4}], [%2];" ::"r"(to),
                     "l"(map), "r"(barrier), "r"(at[0]), "r"(at[1])
                     : "memory");
    }
    FOVEA_DEVICE static void load_to_all(word to, void const* map, word barrier, place at, std::uint16_t blocks) {
        asm volatile("cp.async.bulk.tensor.2d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     ".multicast::cluster [%0], [%1, {%4, %5}], [%2], %3;" ::"r"(to),
                     "l"(map), "r"(barrier), "h"(blocks), "r"(at[0]), "r"(at[1])
                     : "memory");
    }
    FOVEA_DEVICE static void store(void const* map, place at, word from) {
        asm volatile("cp.async.bulk.tensor.2d.global.shared::cta.tile.bulk_group [%0, {%2, %3}], [%1];" ::"l"(map),
                     "r"(from), "r"(at[0]), "r"(at[1])
                     : "memory");
    }
    FOVEA_DEVICE static void add(void const* map, place at, word from) {
        asm volatile(
            "cp.reduce.async.bulk.tensor.2d.global.shared::cta.add.tile.bulk_group [%0, {%2, %3}], [%1];" ::"l"(map),
            "r"(from), "r"(at[0]), "r"(at[1])
            : "memory");
    }
};

template <> struct ptx_tile<3> {
    using place = std::int32_t const (&)[3];
    FOVEA_DEVICE static void load(word to, void const* map, word barrier, place at) {
        asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                     "[%1, {%3, %4, %5}], [%2];" ::"r"(to),
                     "l"(map), "r"(barrier), "r"(at[0]), "r"(at[1]), "r"(at[2])
                     : "memory");
    }
    FOVEA_DEVICE static void load_to_all(word to, void const* map, word barrier, place at, std::uint16_t blocks) {
        asm volatile("cp.async.bulk.tensor.3d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     ".multicast::cluster [%0], [%1, {%4, %5, %6}], [%2], %3;" ::"r"(to),
                     "l"(map), "r"(barrier), "h"(blocks), "r"(at[0]), "r"(at[1]), "r"(at[2])
                     : "memory");
    }
    FOVEA_DEVICE static void store(void const* map, place at, word from) {
        asm volatile("cp.async.bulk.tensor.3d.global.shared::cta.tile.bulk_group [%0, {%2, %3, %4}], [%1];" ::"l"(map),
                     "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2])
                     : "memory");
    }
    FOVEA_DEVICE static void add(void const* map, place at, word from) {
        asm volatile(
            "cp.reduce.async.bulk.tensor.3d.global.shared::cta.add.tile.bulk_group [%0, {%2, %3, %4}], [%1];" ::"l"(
                map),
            "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2])
            : "memory");
    }
};

template <> struct ptx_tile<4> {
    using place = std::int32_t const (&)[4];
    FOVEA_DEVICE static void load(word to, void const* map, word barrier, place at) {
        asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                     "[%1, {%3, %4, %5, %6}], [%2];" ::"r"(to),
                     "l"(map), "r"(barrier), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3])
                     : "memory");
    }
    FOVEA_DEVICE static void load_to_all(word to, void const* map, word barrier, place at, std::uint16_t blocks) {
        asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     ".multicast::cluster [%0], [%1, {%4, %5, %6, %7}], [%2], %3;" ::"r"(to),
                     "l"(map), "r"(barrier), "h"(blocks), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3])
                     : "memory");
    }
    FOVEA_DEVICE static void store(void const* map, place at, word from) {
        asm volatile(
            "cp.async.bulk.tensor.4d.global.shared::cta.tile.bulk_group [%0, {%2, %3, %4, %5}], [%1];" ::"l"(map),
            "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3])
            : "memory");
    }
    FOVEA_DEVICE static void add(void const* map, place at, word from) {
        asm volatile(
            "cp.reduce.async.bulk.tensor.4d.global.shared::cta.add.tile.bulk_group [%0, {%2, %3, %4, %5}], [%1];" ::"l"(
                map),
            "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3])
            : "memory");
    }
};

template <> struct ptx_tile<5> {
    using place = std::int32_t const (&)[5];
    FOVEA_DEVICE static void load(word to, void const* map, word barrier, place at) {
        asm volatile("cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes [%0], "
                     "[%1, {%3, %4, %5, %6, %7}], [%2];" ::"r"(to),
                     "l"(map), "r"(barrier), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]), "r"(at[4])
                     : "memory");
    }
    FOVEA_DEVICE static void load_to_all(word to, void const* map, word barrier, place at, std::uint16_t blocks) {
        asm volatile("cp.async.bulk.tensor.5d.shared::cluster.global.tile.mbarrier::complete_tx::bytes"
                     ".multicast::cluster [%0], [%1, {%4, %5, %6, %7, %8}], [%2], %3;" ::"r"(to),
                     "l"(map), "r"(barrier), "h"(blocks), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]), "r"(at[4])
                     : "memory");
    }
    FOVEA_DEVICE static void store(void const* map, place at, word from) {
        asm volatile(
            "cp.async.bulk.tensor.5d.global.shared::cta.tile.bulk_group [%0, {%2, %3, %4, %5, %6}], [%1];" ::"l"(map),
            "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]), "r"(at[4])
            : "memory");
    }
    FOVEA_DEVICE static void add(void const* map, place at, word from) {
        asm volatile(
            "cp.reduce.async.bulk.tensor.5d.global.shared::cta.add.tile.bulk_group [%0, {%2, %3, %4, %5, %6}], [%1];" ::
                "l"(map),
            "r"(from), "r"(at[0]), "r"(at[1]), "r"(at[2]), "r"(at[3]), "r"(at[4])
            : "memory");
    }
};

} // namespace v0_1
} // namespace fovea
