// Where threads wait for each other, and what they then know: sync_warp, sync_block, and the sixteen named barriers.
//
//     sync_block(*running, at);   sync_named(*running, 3, 128, arrival::waits, operation::sync_some, at);
#pragma once
#include "engine.hpp"

namespace fovea::simt {

enum class arrival : std::uint8_t { waits, goes_on };

inline std::shared_ptr<foreign_knowledge const> joined(std::shared_ptr<foreign_knowledge const> const& a,
                                                       std::shared_ptr<foreign_knowledge const> const& b) {
    if (!a || a == b) return b;
    if (!b) return a;
    auto sum = std::make_shared<foreign_knowledge>(*a);
    for (auto const& [number, ticks] : *b) {
        auto& mine = (*sum)[number];
        mine.resize(std::max(mine.size(), ticks.size()));
        for (std::size_t i = 0; i < ticks.size(); ++i) mine[i] = std::max(mine[i], ticks[i]);
    }
    return sum;
}

// A thread brings what it knows; what it does from now on is later.
inline void bring(engine& e, meeting& to, thread& t) {
    to.knows.add(t.knows);
    if (e.proxies_used) to.fenced.add(t.fenced);
    to.foreign = joined(to.foreign, t.foreign);
    ++t.knows.own;
}
inline void take(engine& e, meeting const& from, thread& t) {
    t.knows.learn(from.knows.sum);
    if (e.proxies_used && from.fenced.sum) t.fenced.learn(from.fenced.sum);
    t.foreign = joined(t.foreign, from.foreign);
}

inline void sync_warp(engine& e, place at) {
    e.collective(operation::sync_warp, at, nullptr, [&](warp& w, void**) {
        if (!e.how.races) return;
        meeting all;
        for (thread* t : w.lane)
            if (t) bring(e, all, *t);
        for (thread* t : w.lane)
            if (t) take(e, all, *t);
    });
}

inline void release(engine& e, barrier& b) {
    for (thread* t : b.waiting) {
        if (e.how.races) take(e, b.meeting, *t);
        e.wake_up(*t);
    }
    b.waiting.clear();
    b.arrived = 0;
    b.meeting = {};
    e.progressed();
}

// count 0: every thread of the block that has not left.
inline void sync_named(engine& e, word id, word count, arrival how, operation what, place at) {
    e.collective(what, at, nullptr, [&](warp& w, void**) {
        block& home = *w.lane[0]->block;
        barrier& b = home.barriers[id];
        const auto say = [&](std::string const& sentence) {
            e.note(fault::protocol, at, spell({"barrier ", id, " of ", home.text(), sentence}));
        };
        if (b.arrived && b.expected != count) {
            say(spell({" is used with ", b.expected, " and with ", count, " threads"}));
            e.stop();
        }
        b.expected = count;
        b.last = at;
        const word all = count ? count : home.alive;
        b.arrived += static_cast<word>(std::popcount(w.full));
        if (b.arrived > all) {
            say(spell({" has ", b.arrived, " arrivals and awaits ", all}));
            e.stop();
        }
        for (thread* t : w.lane) {
            if (!t) continue;
            if (e.how.races) bring(e, b.meeting, *t);
            if (how == arrival::waits) b.waiting.push_back(t);
        }
        w.runnable &= ~w.full;
        if (b.arrived == all) release(e, b);
        if (how == arrival::goes_on) w.runnable = w.full;
        return w.runnable == w.full ? wake::everyone : wake::nobody;
    });
}
inline void sync_block(engine& e, place at) { sync_named(e, 0, 0, arrival::waits, operation::sync_block, at); }

// Barrier 0 without a count waits for those that are still there.
inline void warp_left(engine& e, block& b) {
    barrier& all = b.barriers[0];
    if (all.arrived && all.expected == 0 && all.arrived == b.alive) release(e, all);
}

inline void barriers_ended(engine& e) {
    for (auto const& home : e.blocks)
        for (std::size_t id = 0; id < home->barriers.size(); ++id) {
            barrier const& b = home->barriers[id];
            if (b.arrived)
                e.note(fault::protocol, b.last,
                       spell({"barrier ", static_cast<index>(id), " of ", home->text(), " has ", b.arrived,
                              " arrivals of ", b.expected, " when the kernel ends"}));
        }
}

} // namespace fovea::simt
