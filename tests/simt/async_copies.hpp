// cp.async: copies that land when their thread waits for their group, and are poison in shared memory until then.
//
//     copy_async(e, to, from, 16, true, at);   commit_copies(e);   wait_copies(e, 0, at);
//
// The copies of a thread are an agent of their own, whose time is the number of the group: a wait lets the thread know
// of them, a barrier after it the others. With landing::early they land at once, the other end of what may happen.
#pragma once
#include "global_memory.hpp"
#include "shared_memory.hpp"

namespace fovea::simt {

inline void land(thread const& t, copy_request& c) {
    if (c.landed) return;
    auto* const to = t.block->memory.at(c.to);
    if (c.from) std::memcpy(to, c.from, c.bytes);
    else std::memset(to, 0, c.bytes);
    c.landed = true;
}

inline void copy_async(engine& e, word to, void const* from, word bytes, bool exists, place at) {
    thread& t = *e.self;
    const word offset = shared_offset(e, t, to, bytes, bytes, operation::copy_async, at);
    e.counted(operation::copy_async);
    if (exists) {
        check_global(e, t, from, bytes, bytes, touch::reads, operation::copy_async, at);
        log_access(e, t, logged_access::global, reinterpret_cast<std::uintptr_t>(from), bytes, operation::copy_async,
                   at);
    }
    log_access(e, t, logged_access::shared, offset, bytes, operation::copy_async, at);
    if (e.how.races) {
        const epoch me{t.copy_tick, t.knows.copier, e.site(at, operation::copy_async)};
        if (const auto found = t.block->shadow.write(offset, bytes, me, t.knows))
            judge(e, *t.block, found, me, [&] { return engine::who(t); });
    }
    std::memset(t.block->memory.at(offset), 0xff, bytes);
    t.open.push_back({offset, bytes, exists ? from : nullptr, t.copy_tick});
    if (e.how.landing == landing::early) land(t, t.open.back());
}

inline void commit_copies(engine& e) {
    thread& t = *e.self;
    e.counted(operation::commit_copies);
    t.groups.push_back({std::move(t.open), t.copy_tick++});
    t.open.clear();
}

inline void wait_copies(engine& e, word still_under_way) {
    thread& t = *e.self;
    e.counted(operation::wait_copies);
    while (t.groups.size() > still_under_way) {
        for (copy_request& c : t.groups.front().copies) land(t, c);
        t.knows.copies = std::max(t.knows.copies, t.groups.front().tick);
        t.groups.pop_front();
    }
}

// Those issued so far: for a barrier that they arrive at.
inline void land_all(thread& t, word until) {
    const auto land_some = [&](std::vector<copy_request>& copies) {
        for (copy_request& c : copies)
            if (c.tick <= until) {
                land(t, c);
                c.awaited = true;
            }
    };
    for (copy_group& group : t.groups) land_some(group.copies);
    land_some(t.open);
}

inline void copies_ended(engine& e) {
    const auto under_way = [](std::vector<copy_request> const& copies) {
        return std::any_of(copies.begin(), copies.end(), [](copy_request const& c) { return !c.awaited; });
    };
    for (auto const& b : e.blocks)
        for (thread const& t : b->threads) {
            bool any = under_way(t.open);
            for (auto const& group : t.groups) any = any || under_way(group.copies);
            if (any)
                e.note(fault::protocol, t.where,
                       spell({engine::who(t), " left the kernel with copies under way that it never waited for"}));
        }
}

} // namespace fovea::simt
