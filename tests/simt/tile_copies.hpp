// Tile copies (TMA): boxes of tensors into shared memory and out of it, and plain runs of bytes.
//
//     tensor_map map = make_tensor_map({.base = k, …});   load_tile(e, to, map, barrier, {0, 64}, mask, what, place);
//
// A copy into shared memory reports to a barrier, whose agent it is; a store belongs to a group of its thread. Both go
// through the asynchronous proxy. With landing::late a load comes when nothing else can go on, a store reads shared
// memory when wait_tiles_read or wait_tiles asks for it and writes when wait_tiles does.
#pragma once
#include <stdexcept>

#include "fovea/machine/tensor_map.hpp"
#include "mbarriers.hpp"

namespace fovea::simt {

struct tensor_map {
    tensor_shape shape;
};
// Refuses what the driver refuses.
inline tensor_map make_tensor_map(tensor_shape const& shape) {
    if (char const* const why = check(shape)) throw std::invalid_argument(why);
    if (reinterpret_cast<std::uintptr_t>(shape.base) % 16)
        throw std::invalid_argument("a tensor map's base is a multiple of 16");
    return {shape};
}

using tile_origin = std::array<std::int64_t, 5>;

// Calls piece(global, inside, bytes, to) for every 16 bytes of a box: `inside` says which of them the tensor has, from
// and to; `to` is the offset from the box's beginning, before swizzling.
template <class Piece> void each_piece(tensor_shape const& t, tile_origin const& origin, Piece piece) {
    const auto bytes = element_bytes(t.format);
    const word row_bytes = t.box[0] * bytes, per_piece = 16 / bytes;
    word rows = 1;
    for (int axis = 1; axis < t.rank; ++axis) rows *= t.box[axis];
    for (word row = 0; row < rows; ++row) {
        std::int64_t offset = 0;
        bool exists = true;
        word rest = row;
        for (int axis = 1; axis < t.rank; ++axis) {
            const std::int64_t c = origin[static_cast<std::size_t>(axis)] + rest % t.box[axis];
            rest /= t.box[axis];
            exists = exists && c >= 0 && static_cast<std::uint64_t>(c) < t.sizes[axis];
            offset += c * static_cast<std::int64_t>(t.strides[axis]);
        }
        for (word at = 0; at < row_bytes; at += 16) {
            const std::int64_t first = origin[0] + at / bytes, size = static_cast<std::int64_t>(t.sizes[0]);
            const std::int64_t low = std::clamp<std::int64_t>(-first, 0, per_piece);
            const std::int64_t high = std::clamp<std::int64_t>(size - first, low, per_piece);
            auto const* const global = static_cast<char const*>(t.base) + (exists ? offset + first * bytes : 0);
            piece(global, exists ? static_cast<word>(low) * bytes : 0, exists ? static_cast<word>(high) * bytes : 0,
                  row * row_bytes + at);
        }
    }
}

inline tile_origin origin_of(engine& e, tensor_map const& map, std::int32_t const* at, int rank, operation what,
                             place from) {
    if (rank != map.shape.rank) {
        e.note(fault::protocol, from,
               spell({e.act(what), " with ", rank, " coordinates of a map with ", map.shape.rank, " axes"}));
        e.stop();
    }
    tile_origin origin{};
    for (int i = 0; i < rank; ++i) origin[static_cast<std::size_t>(i)] = at[i];
    return origin;
}
inline word tile_alignment(tensor_map const& map) {
    return map.shape.swizzle == swizzle::none ? 128 : 8 * swizzle_bytes(map.shape.swizzle);
}

// What a load does, prepared when it is issued: the copy engine's epoch in each block, and poison.
struct issued_load {
    block* home = nullptr;
    mbarrier* barrier = nullptr;
    word offset = 0, bytes = 0, tick = 0;
};
inline issued_load issue_load(engine& e, block& home, word to, word bytes, word alignment, word barrier, operation what,
                              place at) {
    thread& t = *e.self;
    const word offset = shared_offset(e, t, home, to, bytes, alignment, what, at);
    mbarrier& b = barrier_at(e, t, home, barrier, barrier_use::elsewhere, what, at);
    const word tick = ++b.copies;
    e.proxies_used = true;
    if (e.how.races) {
        const epoch me{tick, b.copier, e.site(at, what)};
        if (const auto found = home.shadow.write(offset, bytes, me, t.knows, t.fenced, writer::async))
            judge(e, home, found, me, [&] { return engine::who(t); });
    }
    std::memset(home.memory.at(offset), 0xff, bytes);
    return {&home, &b, offset, bytes, tick};
}
inline void land_or_later(engine& e, std::function<void()> f) {
    if (e.how.landing == landing::early) f();
    else e.do_later(std::move(f));
}

// To every block of the cluster in the mask, at the same place of each.
inline void load_tile(engine& e, word to, tensor_map const& map, word barrier, tile_origin const& origin, word mask,
                      operation what, place at) {
    thread& t = *e.self;
    e.counted(what);
    const word bytes = box_bytes(map.shape);
    std::array<issued_load, 16> all; // a cluster has at most 16 blocks
    std::size_t count = 0;
    for (word rank = 0; rank < e.shape.cluster; ++rank)
        if (mask >> rank & 1)
            all[count++] = issue_load(e, *t.block->cluster[rank], to, bytes, tile_alignment(map), barrier, what, at);
    each_piece(map.shape, origin, [&](char const* global, word low, word high, word) {
        check_global(e, t, global + low, high - low, 1, touch::reads, what, at);
    });
    const auto land = [&e, shape = map.shape, origin, all, count, to] {
        for (std::size_t i = 0; i < count; ++i) {
            issued_load const& one = all[i];
            each_piece(shape, origin, [&](char const* global, word low, word high, word piece) {
                auto* const there = one.home->memory.at(swizzled(to + piece, shape.swizzle) - shared_base_address);
                std::memset(there, 0, 16);
                if (high > low) std::memcpy(there + low, global + low, high - low);
            });
            bytes_came(e, *one.barrier, one.bytes, one.tick);
        }
    };
    land_or_later(e, land);
}
inline void load_bytes(engine& e, word to, void const* from, word bytes, word barrier, place at) {
    thread& t = *e.self;
    e.counted(operation::load_bytes);
    const issued_load one = issue_load(e, *t.block, to, bytes, 16, barrier, operation::load_bytes, at);
    if (bytes % 16)
        e.note(fault::protocol, at,
               spell({e.act(operation::load_bytes), " of ", bytes, " bytes, not 16 times something"}));
    check_global(e, t, from, bytes, 16, touch::reads, operation::load_bytes, at);
    land_or_later(e, [&e, one, from] {
        std::memcpy(one.home->memory.at(one.offset), from, one.bytes);
        bytes_came(e, *one.barrier, one.bytes, one.tick);
    });
}

// ---- out of shared memory ----

template <class T> void add_as(void* to, void const* from, word bytes) {
    for (word i = 0; i < bytes; i += sizeof(T)) {
        T more;
        std::memcpy(&more, static_cast<char const*>(from) + i, sizeof(T));
        std::atomic_ref<T>(*reinterpret_cast<T*>(static_cast<char*>(to) + i))
            .fetch_add(more, std::memory_order_relaxed);
    }
}
// 16-bit formats have no atomic of the host: one lock for all of them.
template <class T> void add_rounded(launch_state& launch, void* to, void const* from, word bytes) {
    const std::lock_guard lock(launch.mutex);
    for (word i = 0; i < bytes; i += sizeof(T)) {
        T a, b;
        std::memcpy(&a, static_cast<char const*>(to) + i, sizeof(T));
        std::memcpy(&b, static_cast<char const*>(from) + i, sizeof(T));
        const T sum(static_cast<float>(a) + static_cast<float>(b));
        std::memcpy(static_cast<char*>(to) + i, &sum, sizeof(T));
    }
}
inline void add_elements(engine& e, element_format format, void* to, void const* from, word bytes) {
    switch (format) {
    case element_format::fp32: return add_as<float>(to, from, bytes);
    case element_format::int32: return add_as<std::int32_t>(to, from, bytes);
    case element_format::fp16: return add_rounded<fp16>(e.launch, to, from, bytes);
    case element_format::bf16: return add_rounded<bf16>(e.launch, to, from, bytes);
    case element_format::uint8: break;
    }
}

inline void read_group(tile_store_group& group) {
    if (!group.was_read)
        for (tile_store& s : group.stores) s.read();
    group.was_read = true;
}
// A kernel may end before its stores have written, not before they have read.
inline void tile_stores_ended(engine& e) {
    for (auto const& b : e.blocks)
        for (thread& t : b->threads) {
            bool unread = !t.stores.open.empty();
            for (tile_store_group& group : t.stores.groups) {
                unread = unread || !group.was_read;
                read_group(group);
                e.self = &t;
                for (tile_store& s : group.stores) s.write();
            }
            if (unread)
                e.note(fault::protocol, t.where,
                       spell({engine::who(t), " left the kernel with tile stores that may still read shared memory"}));
        }
}

// The store reads `bytes` at `from` as the agent of its thread's stores; `write` then gets them, from a copy.
inline void issue_store(engine& e, word from, word bytes, word alignment,
                        std::function<void(unsigned char const*)> write, operation what, place at) {
    thread& t = *e.self;
    e.counted(what);
    const word offset = shared_offset(e, t, from, bytes, alignment, what, at);
    e.check_at_end(tile_stores_ended);
    if (t.stores.agent == 0) t.stores.agent = take_named_agent(e, *t.block, at);
    if (e.how.races) {
        const epoch me{t.stores.tick, t.stores.agent, e.site(at, what)};
        if (const auto found = t.block->shadow.read(offset, bytes, me, t.knows, t.fenced))
            judge(e, *t.block, found, me, [&] { return engine::who(t); });
    }
    auto copy = std::make_shared<std::vector<unsigned char>>(bytes);
    tile_store store{[&t, offset, bytes, copy] { std::memcpy(copy->data(), t.block->memory.at(offset), bytes); },
                     [copy, write = std::move(write)] { write(copy->data()); }};
    if (e.how.landing == landing::early) {
        store.read();
        store.write();
        store = {[] {}, [] {}};
    }
    t.stores.open.push_back(std::move(store));
}
inline void store_tile(engine& e, tensor_map const& map, tile_origin const& origin, word from, operation what,
                       place at) {
    thread& t = *e.self;
    if (what == operation::add_tile && map.shape.format == element_format::uint8)
        e.note(fault::protocol, at, spell({e.act(what), " of bytes, which cannot be added"}));
    for (int axis = 0; axis < map.shape.rank; ++axis)
        if (origin[static_cast<std::size_t>(axis)] < 0)
            e.note(fault::protocol, at,
                   spell({e.act(what), " from ", origin[static_cast<std::size_t>(axis)], " on along axis ", axis,
                          ": in front of the tensor the hardware refuses it, as an illegal instruction"}));
    const touch how = what == operation::add_tile ? touch::adds : touch::writes;
    each_piece(map.shape, origin, [&](char const* global, word low, word high, word) {
        allowed_range(e, t, global + low, high - low, 1, how, what, at);
    });
    const auto write = [&e, &t, shape = map.shape, origin, from, how, what, at](unsigned char const* copy) {
        each_piece(shape, origin, [&](char const* global, word low, word high, word piece) {
            if (high == low) return;
            auto* const to = const_cast<char*>(global) + low;
            check_global(e, t, to, high - low, 1, how, what, at);
            auto const* const source = copy + (swizzled(from + piece, shape.swizzle) - from) + low;
            if (how == touch::adds) add_elements(e, shape.format, to, source, high - low);
            else std::memcpy(to, source, high - low);
        });
        e.progressed_globally();
    };
    issue_store(e, from, box_bytes(map.shape), tile_alignment(map), write, what, at);
}
inline void add_floats(engine& e, float* to, word from, word bytes, place at) {
    thread& t = *e.self;
    if (bytes % 16)
        e.note(fault::protocol, at,
               spell({e.act(operation::add_floats), " of ", bytes, " bytes, not 16 times something"}));
    allowed_range(e, t, to, bytes, 16, touch::adds, operation::add_floats, at);
    const auto write = [&e, &t, to, bytes, at](unsigned char const* copy) {
        check_global(e, t, to, bytes, 16, touch::adds, operation::add_floats, at);
        add_elements(e, element_format::fp32, to, copy, bytes);
        e.progressed_globally();
    };
    issue_store(e, from, bytes, 16, write, operation::add_floats, at);
}
inline void commit_tiles(engine& e) {
    tile_stores& s = e.self->stores;
    e.counted(operation::commit_tiles);
    s.groups.push_back({std::move(s.open), s.tick++});
    s.open.clear();
}

enum class until : std::uint8_t { read, written };
inline void wait_tiles(engine& e, word still_under_way, until what) {
    thread& t = *e.self;
    e.counted(what == until::read ? operation::wait_tiles_read : operation::wait_tiles);
    word done = 0;
    for (std::size_t i = 0; i + still_under_way < t.stores.groups.size(); ++i) {
        read_group(t.stores.groups[i]);
        done = t.stores.groups[i].tick;
    }
    if (e.how.races && done) t.knows.base.raise(t.stores.agent, done);
    while (what == until::written && t.stores.groups.size() > still_under_way) {
        for (tile_store& s : t.stores.groups.front().stores) s.write();
        t.stores.groups.pop_front();
    }
}

} // namespace fovea::simt
