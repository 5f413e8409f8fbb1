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

inline void land(thread const& t, copy_request const& c) {
    auto* const to = t.block->memory.at(c.to);
    if (c.from) std::memcpy(to, c.from, c.bytes);
    else std::memset(to, 0, c.bytes);
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
        const epoch me{t.groups_closed + 1, t.knows.copier, e.site(at, operation::copy_async)};
        if (const auto found = t.block->shadow.write(offset, bytes, me, t.knows))
            judge(e, *t.block, found, me, engine::who(t));
    }
    const copy_request request{offset, bytes, exists ? from : nullptr};
    std::memset(t.block->memory.at(offset), 0xff, bytes);
    if (e.how.landing == landing::early) land(t, request);
    t.open.push_back(request);
}

inline void commit_copies(engine& e) {
    thread& t = *e.self;
    e.counted(operation::commit_copies);
    t.groups.push_back(std::move(t.open));
    t.open.clear();
    ++t.groups_closed;
}

inline void wait_copies(engine& e, word still_under_way) {
    thread& t = *e.self;
    e.counted(operation::wait_copies);
    while (t.groups.size() > still_under_way) {
        if (e.how.landing == landing::late)
            for (copy_request const& c : t.groups.front()) land(t, c);
        t.groups.pop_front();
    }
    t.knows.copies = std::max(t.knows.copies, t.groups_closed - static_cast<word>(t.groups.size()));
}

inline void copies_ended(engine& e) {
    for (auto const& b : e.blocks)
        for (thread const& t : b->threads) {
            bool any = !t.open.empty();
            for (auto const& group : t.groups) any = any || !group.empty();
            if (any)
                e.note(fault::protocol, t.where,
                       spell({engine::who(t), " left the kernel with copies under way that it never waited for"}));
        }
}

} // namespace fovea::simt
