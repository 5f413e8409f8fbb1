// Copies of whole tiles: the cases of tile_copy_machine.
#pragma once
#include "fovea/machine/tensor_map.hpp"
#include "gpu/conformance/instruction.hpp"

namespace tests {

// What kernels with tensor maps are given. They say of what: static tensor_shape from(words in memory), to(...).
template <class Machine> struct mapped_buffers {
    word const* in;
    word* out;
    typename Machine::tensor_map from{}, to{};
};

// Tensors of words: 20 along axis 0, 3 along axis 1, 2 along each other, in boxes of 8, 2, 1, 1, 1.
template <int Rank> struct small_tensor {
    static constexpr int size(int axis) { return axis >= Rank ? 1 : axis == 0 ? 20 : axis == 1 ? 3 : 2; }
    static constexpr int box(int axis) { return axis >= Rank ? 1 : axis == 0 ? 8 : axis == 1 ? 2 : 1; }
    static constexpr int elements = size(0) * size(1) * size(2) * size(3) * size(4);
    static constexpr int box_elements = box(0) * box(1);

    static fovea::tensor_shape shape(void const* base) {
        fovea::tensor_shape t{.base = base, .format = fovea::element_format::int32, .rank = Rank};
        std::uint64_t stride = 4;
        for (int axis = 0; axis < Rank; ++axis) {
            t.sizes[axis] = static_cast<std::uint64_t>(size(axis));
            t.box[axis] = static_cast<word>(box(axis));
            t.strides[axis] = stride;
            stride *= t.sizes[axis];
        }
        return t;
    }
    // Where element `i` of the box at `at` lies in the tensor; -1 outside it.
    static int place(std::int32_t const (&at)[5], int i) {
        const int step[5] = {i % box(0), i / box(0), 0, 0, 0};
        int place = 0;
        for (int axis = 4; axis >= 0; --axis) {
            const int coordinate = (axis < Rank ? at[axis] : 0) + step[axis];
            if (coordinate < 0 || coordinate >= size(axis)) return -1;
            place = place * size(axis) + coordinate;
        }
        return place;
    }
};

// Boxes that hang over the low and over the high end of axes 0 and 1, and one past the end of the last axis.
inline constexpr std::int32_t box_places[3][5] = {{-4, -1, 1, 0, 1}, {16, 2, 1, 1, 0}, {8, 1, 2, 2, 2}};

template <int Rank> FOVEA_DEVICE void box_place(std::int32_t (&to)[Rank], int which) {
    for (int axis = 0; axis < Rank; ++axis)
        to[axis] = axis == 0   ? (which == 0 ? -4 : 24 - 8 * which)
                   : axis == 1 ? (which == 0 ? -1 : 3 - which)
                   : axis == 2 ? (which == 2 ? 2 : 1)
                   : axis == 3 ? which
                               : (which == 0   ? 1
                                  : which == 1 ? 0
                                               : 2);
}

template <class Machine, int Rank> struct tile_loads {
    using tensor = small_tensor<Rank>;
    static constexpr char const* name = Rank == 1   ? "prefetch_map, load_tile: 1 axis"
                                        : Rank == 2 ? "load_tile: 2 axes"
                                        : Rank == 3 ? "load_tile: 3 axes"
                                        : Rank == 4 ? "load_tile: 4 axes"
                                                    : "load_tile: 5 axes";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word box_bytes = 4 * tensor::box_elements, shared_bytes = 128 + 3 * 128;
    static constexpr layout shape{};
    using params = mapped_buffers<Machine>;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), to = Machine::shared_base(), barrier = to + 3 * 128;
        if (t == 0) {
            Machine::prefetch_map(p.from);
            Machine::init_barrier(barrier, 1);
        }
        Machine::fence_barriers();
        Machine::sync_block();
        if (t == 0) {
            Machine::arrive_expecting(barrier, 3 * box_bytes); // what lies outside counts too
            for (int which = 0; which < 3; ++which) {
                std::int32_t at[Rank];
                box_place(at, which);
                Machine::load_tile(to + static_cast<word>(which) * 128, p.from, barrier, at);
            }
        }
        Machine::wait(barrier, 0);
        for (word which = 0; which < 3; ++which)
            if (t < tensor::box_elements)
                Machine::store(p.out + which * tensor::box_elements + t,
                               Machine::template load_shared<word>(to + which * 128 + t * 4));
    }
    static fovea::tensor_shape from(void const* in) { return tensor::shape(in); }
    static fovea::tensor_shape to(void* out) { return whole(out, 3 * tensor::box_elements); }
    static fovea::tensor_shape whole(void* out, int elements) { // a map that this kernel does not use
        return {.base = out,
                .format = fovea::element_format::int32,
                .sizes = {static_cast<std::uint64_t>(elements)},
                .box = {4}};
    }
    static words in() { return drawn(tensor::elements, 14); }
    static words out(words const& in) {
        return filled(3 * tensor::box_elements, [&](int i) {
            const int place = tensor::place(box_places[i / tensor::box_elements], i % tensor::box_elements);
            return place < 0 ? 0 : in[static_cast<std::size_t>(place)];
        });
    }
};

// How a swizzled tile lies: shared memory as it is, against chunk ^ (byte / 128) modulo the chunks of a row.
template <class Machine, fovea::swizzle Swizzle> struct swizzled_loads {
    static constexpr char const* name = Swizzle == fovea::swizzle::none       ? "load_tile: not swizzled"
                                        : Swizzle == fovea::swizzle::bytes_32 ? "load_tile: swizzle of 32 bytes"
                                        : Swizzle == fovea::swizzle::bytes_64 ? "load_tile: swizzle of 64 bytes"
                                                                              : "load_tile: swizzle of 128 bytes";
    static constexpr int threads = 128, blocks = 1, row = static_cast<int>(fovea::swizzle_bytes(Swizzle)) / 4;
    static constexpr int rows = 24, elements = rows * row;
    static constexpr word shared_bytes = 4096;
    static constexpr layout shape{};
    using params = mapped_buffers<Machine>;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), to = Machine::shared_base(), barrier = to + 3072;
        if (t == 0) Machine::init_barrier(barrier, 1);
        Machine::fence_barriers();
        Machine::sync_block();
        if (t == 0) {
            Machine::arrive_expecting(barrier, elements * 4);
            const std::int32_t at[2] = {0, 0};
            Machine::load_tile(to, p.from, barrier, at);
        }
        Machine::wait(barrier, 0);
        for (word i = t; i < elements; i += threads)
            Machine::store(p.out + i, Machine::template load_shared<word>(to + i * 4));
    }
    static fovea::tensor_shape from(void const* in) {
        return {.base = in,
                .format = fovea::element_format::int32,
                .rank = 2,
                .sizes = {row, rows},
                .strides = {4, 4 * row},
                .box = {row, rows},
                .swizzle = Swizzle};
    }
    static fovea::tensor_shape to(void* out) { return tile_loads<Machine, 1>::whole(out, elements); }
    static words in() { return drawn(elements, 15); }
    static words out(words const& in) {
        words all(elements);
        for (int i = 0; i < elements; ++i) {
            const int byte = 4 * i, chunks = row / 4, chunk = byte / 16 % chunks;
            const int moved = (chunk ^ (byte / 128 % chunks)) - chunk;
            all[static_cast<std::size_t>((byte + 16 * moved) / 4)] = in[static_cast<std::size_t>(i)];
        }
        return all;
    }
};

// Boxes that hang over the high ends of axes 0 and 1: on an H100 a store that begins in front of a tensor is an illegal
// instruction.
inline constexpr std::int32_t store_places[2][5] = {{16, 2, 1, 1, 0}, {16, 1, 1, 1, 0}};

template <int Rank> FOVEA_DEVICE void store_place(std::int32_t (&to)[Rank], int which) {
    for (int axis = 0; axis < Rank; ++axis) to[axis] = axis == 0 ? 16 : axis == 1 ? 2 - which : axis == 4 ? 0 : 1;
}

// One box is stored, another added, each hanging over an end; the tensor held 1000 everywhere.
template <class Machine, int Rank> struct tile_stores {
    using tensor = small_tensor<Rank>;
    static constexpr char const* name = Rank == 1   ? "fence_proxy, store_tile, add_tile: 1 axis"
                                        : Rank == 2 ? "store_tile, add_tile: 2 axes"
                                        : Rank == 3 ? "store_tile, add_tile: 3 axes"
                                        : Rank == 4 ? "store_tile, add_tile: 4 axes"
                                                    : "store_tile, add_tile: 5 axes";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 128;
    static constexpr layout shape{.before = 1000, .updated = true};
    using params = mapped_buffers<Machine>;

    FOVEA_DEVICE static void fill(params const& p, word first) {
        const word t = Machine::thread();
        if (t < tensor::box_elements)
            Machine::store_shared(Machine::shared_base() + t * 4, Machine::load(p.in + first + t));
        Machine::fence_proxy();
        Machine::sync_block();
    }
    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), from = Machine::shared_base();
        fill(p, 0);
        if (t == 0) {
            std::int32_t at[Rank];
            store_place(at, 0);
            Machine::store_tile(p.to, at, from);
            Machine::commit_tiles();
            Machine::template wait_tiles_read<0>();
        }
        Machine::sync_block();
        fill(p, 16);
        if (t == 0) {
            std::int32_t at[Rank];
            store_place(at, 1);
            Machine::add_tile(p.to, at, from);
            Machine::commit_tiles();
            Machine::template wait_tiles<0>();
        }
    }
    static fovea::tensor_shape from(void const* in) {
        return {.base = in, .format = fovea::element_format::int32, .sizes = {32}, .box = {4}};
    }
    static fovea::tensor_shape to(void* out) { return tensor::shape(out); }
    static words in() { return drawn(32, 16); }
    static words out(words const& in) {
        words all(tensor::elements, 1000);
        for (int which = 0; which < 2; ++which)
            for (int i = 0; i < tensor::box_elements; ++i) {
                const int place = tensor::place(store_places[which], i);
                if (place < 0) continue;
                word& to = all[static_cast<std::size_t>(place)];
                to = in[static_cast<std::size_t>(16 * which + i)] + (which == 0 ? 0 : to);
            }
        return all;
    }
};

// Four blocks add a row of whole numbers to the same floats.
template <class Machine> struct float_additions {
    static constexpr char const* name = "add_floats";
    static constexpr int threads = 32, blocks = 1;
    static constexpr word shared_bytes = 128;
    static constexpr layout shape{.x = 4, .before = 0, .updated = true};
    using params = buffers;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), from = Machine::shared_base();
        const word x = Machine::load(p.in + Machine::block(0) * threads + t) % 1000;
        Machine::store_shared(from + t * 4, static_cast<float>(x));
        Machine::fence_proxy();
        Machine::sync_block();
        if (t == 0) {
            Machine::add_floats(reinterpret_cast<float*>(p.out), from, 128);
            Machine::commit_tiles();
            Machine::template wait_tiles<0>();
        }
    }
    static words in() { return drawn(128, 17); }
    static words out(words const& in) {
        return filled(32, [&](int t) {
            word sum = 0;
            for (int block = 0; block < 4; ++block) sum += in[static_cast<std::size_t>(32 * block + t)] % 1000;
            return as_word(static_cast<float>(sum));
        });
    }
};

// The first block of a pair loads a tile for both.
template <class Machine> struct multicasts {
    static constexpr char const* name = "load_tile_to_all";
    static constexpr int threads = 64, blocks = 1, cluster = 2;
    static constexpr word shared_bytes = 512;
    static constexpr layout shape{.x = 2};
    using params = mapped_buffers<Machine>;

    FOVEA_DEVICE static void run(params const& p) {
        const word t = Machine::thread(), to = Machine::shared_base(), barrier = to + 256;
        if (t == 0) {
            Machine::init_barrier(barrier, 1);
            Machine::fence_barriers();
            Machine::arrive_expecting(barrier, 256);
        }
        Machine::sync_cluster();
        if (t == 0 && Machine::cluster_rank() == 0) {
            const std::int32_t at[2] = {0, 1};
            Machine::load_tile_to_all(to, p.from, barrier, at, 3);
        }
        Machine::wait(barrier, 0);
        Machine::store(p.out + Machine::block(0) * threads + t, Machine::template load_shared<word>(to + t * 4));
        Machine::sync_cluster();
    }
    static fovea::tensor_shape from(void const* in) {
        return {.base = in,
                .format = fovea::element_format::int32,
                .rank = 2,
                .sizes = {32, 4},
                .strides = {4, 128},
                .box = {32, 2}};
    }
    static fovea::tensor_shape to(void* out) { return tile_loads<Machine, 1>::whole(out, 128); }
    static words in() { return drawn(128, 18); }
    static words out(words const& in) {
        return filled(128, [&](int i) { return in[static_cast<std::size_t>(32 + i % 64)]; });
    }
};

} // namespace tests
