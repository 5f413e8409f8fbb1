// Blocks of a cluster: their common barrier, and each other's shared memory.
//
//     word there = peer_address(e, at, rank, place);   auto x = load_peer<float>(e, there, place);
//
// An address of another block has its rank, plus one, in the top eight bits. What a peer stored may be read after the
// cluster's barrier, not after one in shared memory: its wait is at the block's scope.
#pragma once
#include "barriers.hpp"
#include "shared_memory.hpp"

namespace fovea::simt {

inline void clusters_ended(engine& e) {
    for (auto const& b : e.blocks)
        if (b->of_cluster.arrived)
            e.note(fault::protocol, b->of_cluster.last,
                   spell({"sync_cluster of ", b->text(), " has ", b->of_cluster.arrived, " arrivals of ",
                          b->of_cluster.expected, " when the kernel ends"}));
}

inline void sync_cluster(engine& e, place at) {
    e.check_at_end(clusters_ended);
    e.collective(operation::sync_cluster, at, nullptr, [&](warp& w, void**) {
        block& home = *w.lane[0]->block;
        barrier& b = home.cluster[0]->of_cluster;
        word all = 0;
        for (word i = 0; i < e.shape.cluster; ++i) all += home.cluster[i]->alive;
        b.expected = all;
        b.last = at;
        b.arrived += static_cast<word>(std::popcount(w.full));
        for (thread* t : w.lane) {
            if (!t) continue;
            if (e.how.races) bring(e, b.meeting, *t);
            b.waiting.push_back(t);
        }
        w.runnable &= ~w.full;
        if (b.arrived == all) {
            const auto everyone = b.waiting;
            release(e, b);
            for (thread* t : everyone) t->knows.met = t->knows.base;
        }
        return w.runnable == w.full ? wake::everyone : wake::nobody;
    });
}

inline word peer_address(engine& e, word at, word rank, place from) {
    if (rank >= e.shape.cluster) {
        e.note(fault::protocol, from,
               spell({"peer_address by ", e.who(), " of block ", rank, " of a cluster of ", e.shape.cluster}));
        e.stop();
    }
    return (at & 0xffffffu) | (rank + 1) << 24;
}

// The block that an address means, which is left without the rank.
inline block& block_of(engine& e, thread const& t, word& address, operation what, place at) {
    if (address >> 24 == 0) return *t.block;
    const word rank = (address >> 24) - 1;
    address &= 0xffffffu;
    if (rank >= e.shape.cluster || t.block->cluster[rank]->alive == 0) {
        e.note(rank >= e.shape.cluster ? fault::shared_bounds : fault::left, at,
               spell({engine::act(what, t), " in block ", rank, " of its cluster, which ",
                      rank >= e.shape.cluster ? "there is not" : "has left the kernel"}));
        e.stop();
    }
    return *t.block->cluster[rank];
}

template <class T> T load_peer(engine& e, word address, place at) {
    thread& t = *e.self;
    block& b = block_of(e, t, address, operation::load_peer, at);
    const word offset = shared_offset(e, t, b, address, sizeof(T), sizeof(T), operation::load_peer, at);
    e.counted(operation::load_peer);
    if (e.how.races) {
        const epoch me = epoch_of(e, t, operation::load_peer, at);
        if (const auto found = b.shadow.read(offset, sizeof(T), me, t.knows))
            judge(e, b, found, me, [&] { return engine::who(t); });
    }
    T value;
    std::memcpy(&value, b.memory.at(offset), sizeof(T));
    return value;
}
template <class T> void store_peer(engine& e, word address, T const& value, place at) {
    thread& t = *e.self;
    block& b = block_of(e, t, address, operation::store_peer, at);
    const word offset = shared_offset(e, t, b, address, sizeof(T), sizeof(T), operation::store_peer, at);
    e.counted(operation::store_peer);
    if (e.how.races) {
        const epoch me = epoch_of(e, t, operation::store_peer, at);
        if (const auto found = b.shadow.write(offset, sizeof(T), me, t.knows, t.knows, writer::peer))
            judge(e, b, found, me, [&] { return engine::who(t); });
    }
    std::memcpy(b.memory.at(offset), &value, sizeof(T));
}

} // namespace fovea::simt
