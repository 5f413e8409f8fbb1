// The hardware as an sm90_machine: ptx_sm89_machine with barriers, tile copies, tile products and clusters.
//
//     fovea::ptx_sm90_machine::wait(barrier, parity);
//
// Compiled for sm_90a: -gencode arch=compute_90a,code=sm_90a (-arch=sm_90a also asks for code that cannot have wgmma).
// Source: PTX ISA 9.0; a section bears the name of its instruction, which stands above each function.
#pragma once
#include <cuda.h>

#include "fovea/machine/ptx/peer_access.cuh"
#include "fovea/machine/ptx/sm89.cuh"
#include "fovea/machine/ptx/tile_copies.cuh"
#include "fovea/machine/ptx/tile_products.cuh"
#include "fovea/machine/sm90_machine.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct ptx_sm90_machine : ptx_sm89_machine {
    using tensor_map = CUtensorMap;

    // ---- barriers in shared memory ----

    // mbarrier.init, fence.mbarrier_init
    FOVEA_DEVICE static void init_barrier(word at, word arrivals) {
        asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(at), "r"(arrivals) : "memory");
    }
    FOVEA_DEVICE static void fence_barriers() { asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory"); }
    // mbarrier.arrive, cp.async.mbarrier.arrive
    FOVEA_DEVICE static void arrive(word at) {
        asm volatile("mbarrier.arrive.release.cta.shared::cta.b64 _, [%0];" ::"r"(at) : "memory");
    }
    FOVEA_DEVICE static void arrive_expecting(word at, word bytes) {
        asm volatile("mbarrier.arrive.expect_tx.release.cta.shared::cta.b64 _, [%0], %1;" ::"r"(at), "r"(bytes)
                     : "memory");
    }
    FOVEA_DEVICE static void arrive_after_copies(word at) {
        asm volatile("cp.async.mbarrier.arrive.noinc.shared::cta.b64 [%0];" ::"r"(at) : "memory");
    }
    // mbarrier.try_wait, mbarrier.test_wait. At the block's scope: at the cluster's, every wait would empty the L1
    // cache. What a peer left by store_peer is therefore read after sync_cluster, not after a wait.
    FOVEA_DEVICE static void wait(word at, word parity) {
        word ended;
        do
            asm volatile("{\n.reg .pred ended;\n"
                         "mbarrier.try_wait.parity.acquire.cta.shared::cta.b64 ended, [%1], %2;\n"
                         "selp.b32 %0, 1, 0, ended;\n}"
                         : "=r"(ended)
                         : "r"(at), "r"(parity)
                         : "memory");
        while (ended == 0);
    }
    FOVEA_DEVICE static bool has_ended(word at, word parity) {
        word ended;
        asm volatile("{\n.reg .pred ended;\n"
                     "mbarrier.test_wait.parity.acquire.cta.shared::cta.b64 ended, [%1], %2;\n"
                     "selp.b32 %0, 1, 0, ended;\n}"
                     : "=r"(ended)
                     : "r"(at), "r"(parity)
                     : "memory");
        return ended != 0;
    }
    // barrier.cta
    FOVEA_DEVICE static void sync_named(word barrier, word threads) {
        asm volatile("barrier.cta.sync.aligned %0, %1;" ::"r"(barrier), "r"(threads) : "memory");
    }
    FOVEA_DEVICE static void arrive_named(word barrier, word threads) {
        asm volatile("barrier.cta.arrive.aligned %0, %1;" ::"r"(barrier), "r"(threads) : "memory");
    }

    // ---- copies by the asynchronous proxy ----

    // prefetch.tensormap
    FOVEA_DEVICE static void prefetch_map(tensor_map const& map) {
        asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
    }
    // cp.async.bulk.tensor, cp.reduce.async.bulk.tensor
    template <int Rank>
    FOVEA_DEVICE static void load_tile(word to, tensor_map const& map, word barrier, std::int32_t const (&at)[Rank]) {
        ptx_tile<Rank>::load(to, &map, barrier, at);
    }
    template <int Rank>
    FOVEA_DEVICE static void load_tile_to_all(word to, tensor_map const& map, word barrier,
                                              std::int32_t const (&at)[Rank], word blocks) {
        ptx_tile<Rank>::load_to_all(to, &map, barrier, at, static_cast<std::uint16_t>(blocks));
    }
    template <int Rank>
    FOVEA_DEVICE static void store_tile(tensor_map const& map, std::int32_t const (&at)[Rank], word from) {
        ptx_tile<Rank>::store(&map, at, from);
    }
    template <int Rank>
    FOVEA_DEVICE static void add_tile(tensor_map const& map, std::int32_t const (&at)[Rank], word from) {
        ptx_tile<Rank>::add(&map, at, from);
    }
    // cp.async.bulk, cp.reduce.async.bulk
    FOVEA_DEVICE static void load_bytes(word to, void const* from, word bytes, word barrier) {
        asm volatile(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], %2, [%3];" ::"r"(to),
            "l"(from), "r"(bytes), "r"(barrier)
            : "memory");
    }
    FOVEA_DEVICE static void add_floats(float* to, word from, word bytes) {
        asm volatile("cp.reduce.async.bulk.global.shared::cta.bulk_group.add.f32 [%0], [%1], %2;" ::"l"(to), "r"(from),
                     "r"(bytes)
                     : "memory");
    }
    // cp.async.bulk.commit_group, cp.async.bulk.wait_group
    FOVEA_DEVICE static void commit_tiles() { asm volatile("cp.async.bulk.commit_group;" ::: "memory"); }
    template <int Groups> FOVEA_DEVICE static void wait_tiles() {
        asm volatile("cp.async.bulk.wait_group %0;" ::"n"(Groups) : "memory");
    }
    template <int Groups> FOVEA_DEVICE static void wait_tiles_read() {
        asm volatile("cp.async.bulk.wait_group.read %0;" ::"n"(Groups) : "memory");
    }
    // membar, fence
    FOVEA_DEVICE static void fence_proxy() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

    // ---- products of tiles ----

    // Asynchronous Warpgroup Level Matrix Shared Memory Layout: Matrix Descriptor
    //
    //     63 62 | 61 .. 46 | 45 ..... 32 | 31 30 | 29 ...... 16 | 15 14 | 13 ...... 0
    //     swizzle          | stride / 16 |       | leading / 16 |       | address / 16      none 0, 128 1, 64 2, 32 3
    FOVEA_DEVICE static std::uint64_t tile_descriptor(word at, word leading, word stride, swizzle s) {
        const auto field = [](word bytes) { return static_cast<std::uint64_t>(bytes >> 4 & 0x3fffu); };
        const auto pattern = static_cast<std::uint64_t>((4 - static_cast<word>(s)) & 3);
        return field(at) | field(leading) << 16 | field(stride) << 32 | pattern << 62;
    }
    // wgmma.mma_async
    template <class T, major A, major B, class Sum, int Sums>
        requires(ptx_is_tile_product<T, Sum, 2 * Sums> && (ptx_has_orders<T> || (A == major::k && B == major::k)))
    FOVEA_DEVICE static void multiply_tiles(Sum (&sums)[Sums], std::uint64_t a, std::uint64_t b, bool add) {
        using end = ptx_tile_end<T, A, B>;
        ptx_tile_product<2 * Sums>::template multiply<ptx_tile_format<T>, end>(sums, a, b, add);
    }
    template <class T, major B, class Sum, int Sums>
        requires(ptx_is_tile_product<T, Sum, 2 * Sums> && (ptx_has_orders<T> || B == major::k))
    FOVEA_DEVICE static void multiply_tiles_by(Sum (&sums)[Sums], matrix_words const& a, std::uint64_t b, bool add) {
        using end = ptx_tile_end<T, B>;
        ptx_tile_product<2 * Sums>::template multiply<ptx_tile_format<T>, end>(sums, a, b, add);
    }
    // wgmma.fence, wgmma.commit_group, wgmma.wait_group. The compiler knows nothing of products under way: that it may
    // not move an access to the sums across a fence or a wait is said by taking them as operands there.
    template <class Sum, int Sums> FOVEA_DEVICE static void fence_products(Sum (&sums)[Sums]) {
        pin(sums);
        asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
        pin(sums);
    }
    FOVEA_DEVICE static void commit_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }
    template <int Groups, class Sum, int Sums> FOVEA_DEVICE static void wait_products(Sum (&sums)[Sums]) {
        asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(Groups) : "memory");
        pin(sums);
    }

    // ---- warps and warp groups ----

    // elect.sync
    FOVEA_DEVICE static bool elect() {
        word chosen;
        asm volatile("{\n.reg .pred chosen;\nelect.sync _|chosen, 0xffffffff;\nselp.b32 %0, 1, 0, chosen;\n}"
                     : "=r"(chosen));
        return chosen != 0;
    }
    // setmaxnreg
    template <int Registers>
        requires(Registers % 8 == 0 && Registers >= 24 && Registers <= 256)
    FOVEA_DEVICE static void more_registers() {
        asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(Registers));
    }
    template <int Registers>
        requires(Registers % 8 == 0 && Registers >= 24 && Registers <= 256)
    FOVEA_DEVICE static void fewer_registers() {
        asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(Registers));
    }
    // stmatrix
    FOVEA_DEVICE static void store_matrix_x4(word at, matrix_words const& a) {
        asm volatile("stmatrix.sync.aligned.m8n8.x4.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(a[0]), "r"(a[1]),
                     "r"(a[2]), "r"(a[3])
                     : "memory");
    }
    FOVEA_DEVICE static void store_matrix_x4_transposed(word at, matrix_words const& a) {
        asm volatile("stmatrix.sync.aligned.m8n8.x4.trans.shared.b16 [%0], {%1, %2, %3, %4};" ::"r"(at), "r"(a[0]),
                     "r"(a[1]), "r"(a[2]), "r"(a[3])
                     : "memory");
    }
    FOVEA_DEVICE static void store_matrix_x2(word at, half_matrix_words const& b) {
        asm volatile("stmatrix.sync.aligned.m8n8.x2.shared.b16 [%0], {%1, %2};" ::"r"(at), "r"(b[0]), "r"(b[1])
                     : "memory");
    }
    FOVEA_DEVICE static void store_matrix_x2_transposed(word at, half_matrix_words const& b) {
        asm volatile("stmatrix.sync.aligned.m8n8.x2.trans.shared.b16 [%0], {%1, %2};" ::"r"(at), "r"(b[0]), "r"(b[1])
                     : "memory");
    }

    // ---- clusters ----

    // Special Registers: %cluster_ctarank, %cluster_nctarank
    FOVEA_DEVICE static word cluster_rank() {
        word rank;
        asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
        return rank;
    }
    FOVEA_DEVICE static word cluster_blocks() {
        word blocks;
        asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(blocks));
        return blocks;
    }
    // barrier.cluster
    FOVEA_DEVICE static void sync_cluster() {
        asm volatile("barrier.cluster.arrive.release.aligned;\nbarrier.cluster.wait.acquire.aligned;" ::: "memory");
    }
    // mapa
    FOVEA_DEVICE static word peer_address(word at, word rank) {
        word there;
        asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(at), "r"(rank));
        return there;
    }
    // mbarrier.arrive
    FOVEA_DEVICE static void arrive_at_peer(word at) {
        asm volatile("mbarrier.arrive.release.cluster.shared::cluster.b64 _, [%0];" ::"r"(at) : "memory");
    }
    // ld, st
    template <class T> FOVEA_DEVICE static T load_peer(word at) {
        return __builtin_bit_cast(T, ptx_peer_access<sizeof(T)>::load(at));
    }
    template <class T> FOVEA_DEVICE static void store_peer(word at, T const& x) {
        ptx_peer_access<sizeof(T)>::store(at, __builtin_bit_cast(typename ptx_access<sizeof(T)>::bits, x));
    }

private:
    template <class Sum, int Sums> FOVEA_DEVICE static void pin(Sum (&sums)[Sums]) {
        FOVEA_UNROLL for (int i = 0; i < Sums; ++i) {
            if constexpr (std::same_as<Sum, float>) asm volatile("" : "+f"(sums[i])::"memory");
            else asm volatile("" : "+r"(sums[i])::"memory");
        }
    }
};

static_assert(sm90_machine<ptx_sm90_machine>);

} // namespace v0_1
} // namespace fovea
