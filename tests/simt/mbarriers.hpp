// Barriers in shared memory (mbarrier): arrivals, bytes of tile copies, phases.
//
//     init_barrier(e, at, 1, place);  arrive(e, at, 0, operation::arrive, place);  wait(e, at, parity, place);
//
// A phase ends when nothing is pending and every expected byte has come; its waiters then know what the arrivals knew
// and have the tile copies that report here.
#pragma once
#include "async_copies.hpp"
#include "clusters.hpp"

namespace fovea::simt {

inline constexpr std::uint64_t barrier_bytes = 0x7fbaff1e7fbaff1eu; // what lies there, opaque to kernels

inline agent take_named_agent(engine& e, block& b, place at) {
    if (b.named_agents == agent_table::named_most) {
        e.note(fault::protocol, at,
               spell({b.text(), " has more than ", agent_table::named_most,
                      " barriers and threads that store tiles: more than the emulator knows"}));
        e.stop();
    }
    return e.agents.named(b.rank, b.named_agents++);
}

inline void mbarriers_ended(engine& e) {
    if (!e.later.empty()) e.note(fault::protocol, {}, "tile copies were under way when the kernel ended");
    for (auto const& home : e.blocks)
        for (auto const& [offset, b] : home->mbarriers)
            if (b.bytes)
                e.note(fault::protocol, b.last,
                       spell({"the barrier at byte ", offset, " of ", home->text(), " expects ", b.bytes,
                              " more bytes when the kernel ends"}));
}

inline void init_barrier(engine& e, word address, word count, place at) {
    thread& t = *e.self;
    block& b = *t.block;
    const word offset = shared_offset(e, t, address, 8, 8, operation::init_barrier, at);
    e.counted(operation::init_barrier);
    e.proxies_used = true;
    e.check_at_end(mbarriers_ended);
    shared_write(e, t, offset, 8, operation::init_barrier, at);
    std::memcpy(b.memory.at(offset), &barrier_bytes, 8);
    if (count == 0 || count >= 1u << 20)
        e.note(fault::protocol, at, spell({e.act(operation::init_barrier), " with ", count, " arrivals"}));
    mbarrier fresh;
    fresh.count = fresh.pending = count;
    fresh.copier = take_named_agent(e, b, at);
    fresh.initialised = epoch_of(e, t, operation::init_barrier, at);
    fresh.arriving.knows.sum = fresh.arriving.fenced.sum = e.zero;
    fresh.ended = fresh.arriving;
    fresh.last = at;
    b.mbarriers[offset] = std::move(fresh);
}
inline void fence_barriers(engine& e, place at) {
    thread& t = *e.self;
    e.counted(operation::fence_barriers);
    for (auto& [offset, one] : t.block->mbarriers)
        if (one.initialised.agent == t.knows.self && one.fenced.tick == 0)
            one.fenced = epoch_of(e, t, operation::fence_barriers, at);
}

// Whose use needs fence_barriers: this block's threads do not.
enum class barrier_use : std::uint8_t { here, elsewhere };

inline mbarrier& barrier_at(engine& e, thread& t, block& b, word address, barrier_use use, operation what, place at) {
    const word offset = shared_offset(e, t, b, address, 8, 8, what, at);
    const auto found = b.mbarriers.find(offset);
    if (found == b.mbarriers.end()) {
        e.note(
            fault::protocol, at,
            spell({engine::act(what, t), " at byte ", offset, " of shared memory, where no barrier was initialised"}));
        e.stop();
    }
    mbarrier& one = found->second;
    one.last = at;
    if (e.how.races && !t.knows.covers(one.initialised))
        e.note(fault::race, at,
               spell({engine::act(what, t), " of a barrier at byte ", offset, " is not ordered after init_barrier at ",
                      e.sites[one.initialised.site].at.text()}));
    else if (e.how.races && use == barrier_use::elsewhere && (one.fenced.tick == 0 || !t.knows.covers(one.fenced)))
        e.note(fault::proxy, at,
               spell({engine::act(what, t), " of a barrier at byte ", offset,
                      " that was not made visible by fence_barriers after init_barrier at ",
                      e.sites[one.initialised.site].at.text()}));
    std::uint64_t there;
    std::memcpy(&there, b.memory.at(offset), 8);
    if (there != barrier_bytes)
        e.note(fault::protocol, at,
               spell({engine::act(what, t), " of a barrier at byte ", offset, " whose bytes were overwritten"}));
    return one;
}

inline void maybe_end_phase(engine& e, mbarrier& b) {
    if (b.pending || b.bytes) return;
    ++b.phase;
    b.pending = b.count;
    e.progressed();
    if (e.how.races) {
        b.ended.knows.sum.join(b.arriving.knows.sum);
        b.ended.fenced.sum.join(b.arriving.fenced.sum);
        b.ended.foreign = joined(b.ended.foreign, b.arriving.foreign);
        b.arriving = {};
        b.arriving.knows.sum = b.arriving.fenced.sum = e.zero;
        b.knows = b.fence = {};
    }
    auto all = std::move(b.waiting);
    b.waiting.clear();
    for (auto const& one : all)
        if ((b.phase & 1) != one.parity) e.wake_up(*one.thread);
        else b.waiting.push_back(one);
}

// Bytes beyond 0 are expected in this phase.
inline void arrive(engine& e, word address, word bytes, operation what, place at) {
    thread& t = *e.self;
    block& home = block_of(e, t, address, what, at);
    const auto use = &home == t.block ? barrier_use::here : barrier_use::elsewhere;
    mbarrier& b = barrier_at(e, t, home, address, use, what, at);
    e.counted(what);
    if (b.pending == 0) {
        e.note(fault::protocol, at,
               spell({engine::act(what, t), " is one more than the ", b.count, " arrivals of the barrier's phase"}));
        e.stop();
    }
    --b.pending;
    b.bytes += bytes;
    if (e.how.races) bring(e, b.arriving, t);
    maybe_end_phase(e, b);
}

// An arrival by the thread's copies so far, when they have landed; it tells of them, not of the thread.
inline void arrive_after_copies(engine& e, word address, place at) {
    thread& t = *e.self;
    mbarrier& b = barrier_at(e, t, *t.block, address, barrier_use::here, operation::arrive_after_copies, at);
    e.counted(operation::arrive_after_copies);
    const word until = t.copy_tick++;
    const auto arrival = [&e, &t, &b, until, at] {
        land_all(t, until);
        if (b.pending == 0) {
            e.note(fault::protocol, at,
                   spell({"arrive_after_copies by ", engine::who(t), " is one more than the ", b.count,
                          " arrivals of the barrier's phase"}));
            return;
        }
        --b.pending;
        if (e.how.races) b.arriving.knows.sum.raise(t.knows.copier, until);
        maybe_end_phase(e, b);
    };
    if (e.how.landing == landing::early) arrival();
    else e.do_later(arrival);
}

inline void acquire(knowledge& k, shared_clock const& sum, acquisition& done) {
    if (!done.before || !done.before.is(k.base)) {
        done.before = done.after = k.base;
        done.after.join(sum);
    }
    k.learn(shared_clock(done.after));
}
inline void learn_ended(engine& e, mbarrier& b, thread& t) {
    if (!e.how.races) return;
    acquire(t.knows, b.ended.knows.sum, b.knows);
    acquire(t.fenced, b.ended.fenced.sum, b.fence);
    t.foreign = joined(t.foreign, b.ended.foreign);
}
inline void wait(engine& e, word address, word parity, place at) {
    thread& t = *e.self;
    mbarrier& b = barrier_at(e, t, *t.block, address, barrier_use::here, operation::wait, at);
    e.counted(operation::wait);
    while ((b.phase & 1) == (parity & 1)) {
        b.waiting.push_back({&t, parity & 1});
        t.doing = operation::wait;
        t.where = at;
        e.block_self();
    }
    learn_ended(e, b, t);
}
inline bool has_ended(engine& e, word address, word parity, place at) {
    thread& t = *e.self;
    mbarrier& b = barrier_at(e, t, *t.block, address, barrier_use::here, operation::has_ended, at);
    e.counted(operation::has_ended);
    if ((b.phase & 1) == (parity & 1)) {
        e.yield(at); // whoever asks again in a loop must let the others run
        return false;
    }
    learn_ended(e, b, t);
    return true;
}

// So many bytes of a tile copy, numbered `tick` among those that report here, have come.
inline void bytes_came(engine& e, mbarrier& b, word bytes, word tick) {
    b.bytes -= bytes;
    if (e.how.races) b.arriving.knows.sum.raise(b.copier, tick);
    maybe_end_phase(e, b);
}

} // namespace fovea::simt
