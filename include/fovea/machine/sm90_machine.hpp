// What a kernel may ask of a GPU of compute capability 9.0 (sm_90a) beyond sm80_machine.hpp, as a concept.
//
//     template <sm90_machine Machine> struct kernel {
//         static void run(params const& p) { Machine::wait(full, 0); Machine::template multiply_tiles<bf16, 64>(…); }
//     };
//
// Models: machine/ptx (the hardware), tests/simt (the emulator). Models may add a defaulted last parameter to any
// function. Two orders matter here that sm_80 does not have:
// * tile copies and tile products read and write shared memory through the asynchronous proxy: what a thread wrote by
//   store_shared they see only after fence_proxy() by that thread, and a barrier;
// * a product's sums may not be touched between multiply_tiles() and the wait_products() that is given them.
// Source: PTX ISA 9.0; the section of each instruction is beside it in machine/ptx.
#pragma once
#include "fovea/machine/sm80_machine.hpp"
#include "fovea/machine/tensor_map.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

// The axis along which 16 bytes of an operand of a product are contiguous: k, the summed one, or m (of a) and n (of b).
// Formats of 4 and 1 bytes know only k.
enum class major : std::uint8_t { k, mn };

// Barriers in shared memory: 8 bytes, aligned to 8, that count arrivals and bytes. A phase ends when as many arrivals
// as init_barrier() said have come and every byte that was expected; phases have parity 0, 1, 0, ….
template <class M>
concept barrier_machine = requires(word at, word n, bool done) {
    M::init_barrier(at, n); // by one thread; then fence_barriers(), then sync_block() or sync_cluster()
    M::fence_barriers(); // initialised barriers become visible to the cluster and to tile copies
    M::arrive(at); // release
    M::arrive_expecting(at, n); // and n bytes of copies belong to this phase
    M::arrive_after_copies(at); // when this thread's copy_async so far have landed; counted among the arrivals
    M::wait(at, n); // acquire: until the phase of parity n has ended
    { M::has_ended(at, n) } -> std::same_as<bool>; // the same without waiting
    M::sync_named(n, n); // barrier 1 to 15 and threads as in sync_some, at run time
    M::arrive_named(n, n);
};

// Copies of whole tiles by the asynchronous proxy, begun by one thread. Tiles lie 128-byte aligned in shared memory, or
// 1024-byte where the map swizzles. Coordinates, as many as the map has axes, may be negative or beyond the end.
template <class M>
concept tile_copy_machine = requires(word to, word barrier, word bytes, typename M::tensor_map const& map,
                                     std::int32_t const (&at)[3], float* global, void const* from) {
    M::prefetch_map(map);
    M::load_tile(to, map, barrier, at); // expects nothing: that is arrive_expecting()'s
    M::load_tile_to_all(to, map, barrier, at, word{3}); // to the blocks of the cluster in a mask, each its barrier
    M::store_tile(map, at, to); // from shared memory, by groups:
    M::add_tile(map, at, to); // adds instead; fp32, fp16, bf16, int32
    M::load_bytes(to, from, bytes, barrier); // multiples of 16, 16-byte aligned
    M::add_floats(global, to, bytes); // fp32, from shared memory, by groups
    M::commit_tiles(); // closes a group of this thread's stores
    M::template wait_tiles<1>(); // until at most so many groups are under way
    M::template wait_tiles_read<1>(); // until they have at least read shared memory
    M::fence_proxy();
};

// Products by four warps together: sums[64][n] += a[64][k] b[k][n], of 32 bytes along k. Warp w % 4 holds rows 16 w on,
// each lane's sums as of mma.sync, 4 for every 8 columns: n / 2 of them, n a multiple of 8 up to 256. A descriptor's
// address must lie in an atom as swizzled() places it; `leading` and `stride` are the bytes between atoms as PTX
// defines them for each major.
template <class M>
concept tile_product_machine =
    requires(word at, word bytes, swizzle s, std::uint64_t a, std::uint64_t b, matrix_words const& registers,
             float (&sums)[32], std::int32_t (&counts)[32], bool add) {
        { M::tile_descriptor(at, bytes, bytes, s) } -> std::same_as<std::uint64_t>; // leading, stride
        M::template multiply_tiles<bf16, major::k, major::mn>(sums, a, b, add); // add false: the sums start from zero
        M::template multiply_tiles<fp16, major::k, major::k>(sums, a, b, add);
        M::template multiply_tiles<tf32, major::k, major::k>(sums, a, b, add);
        M::template multiply_tiles<fp8_e4m3, major::k, major::k>(sums, a, b, add);
        M::template multiply_tiles<fp8_e5m2, major::k, major::k>(sums, a, b, add);
        M::template multiply_tiles<std::int8_t, major::k, major::k>(counts, a, b, add);
        M::template multiply_tiles_by<bf16, major::mn>(sums, registers, b, add); // a as of mma.sync, rows 16 w on
        M::fence_products(sums); // before the first product, and whenever registers were written since
        M::commit_products(); // closes a group
        M::template wait_products<1>(sums); // until at most so many groups are under way; these sums are readable
    };

template <class M>
concept warp_group_machine = requires(word at, matrix_words const& four, half_matrix_words const& two) {
    { M::elect() } -> std::same_as<bool>; // true in one lane of the warp
    M::template more_registers<240>(); // by all warps of the group, from fewer
    M::template fewer_registers<24>();
    M::store_matrix_x4(at, four); // the inverse of load_matrix_x4
    M::store_matrix_x4_transposed(at, four);
    M::store_matrix_x2(at, two);
    M::store_matrix_x2_transposed(at, two);
};

// Blocks that run together. peer_address(at, rank): the same byte in another block, for the functions named peer.
template <class M>
concept cluster_machine = requires(word at, word rank, float x) {
    { M::cluster_rank() } -> std::same_as<word>;
    { M::cluster_blocks() } -> std::same_as<word>;
    M::sync_cluster();
    { M::peer_address(at, rank) } -> std::same_as<word>;
    M::arrive_at_peer(at); // release, at the cluster's scope
    { M::template load_peer<float>(at) } -> std::same_as<float>;
    M::store_peer(at, x);
};

template <class M>
concept sm90_machine = sm89_machine<M> && barrier_machine<M> && tile_copy_machine<M> && tile_product_machine<M> &&
                       warp_group_machine<M> && cluster_machine<M>;

} // namespace v0_1
} // namespace fovea
