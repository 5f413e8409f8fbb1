// Accesses of shared memory: bounds, alignment, races, poison.
//
//     store_shared(e, address, 1.5f, at);   float x = load_shared<float>(e, address, at);
#pragma once
#include <cstring>

#include "traffic.hpp"

namespace fovea::simt {

inline constexpr word shared_base_address = 1024; // not 0: an address without its base is out of bounds

// The offset of an address in the shared memory of b, for what t does there.
inline word shared_offset(engine& e, thread const& t, block const& b, word address, word bytes, word alignment,
                          operation what, place at) {
    if (address < shared_base_address || std::uint64_t{address} - shared_base_address + bytes > b.memory.size()) {
        e.note(fault::shared_bounds, at,
               spell({engine::act(what, t), " of ", bytes, " bytes at byte ", index{address} - shared_base_address,
                      " of shared memory, which has ", b.memory.size()}));
        e.stop();
    }
    if (address % alignment) {
        e.note(fault::misaligned, at,
               spell({engine::act(what, t), " at byte ", address - shared_base_address,
                      " of shared memory, not a multiple of ", alignment}));
        e.stop();
    }
    return address - shared_base_address;
}
inline word shared_offset(engine& e, thread const& t, word address, word bytes, word alignment, operation what,
                          place at) {
    return shared_offset(e, t, *t.block, address, bytes, alignment, what, at);
}

inline fault fault_of(engine const& e, hazard_found const& found) {
    switch (found.what) {
    case hazard::unwritten: return fault::unwritten;
    case hazard::discarded: return fault::stale;
    case hazard::proxy:
    case hazard::proxy_write: return fault::proxy;
    case hazard::read_after_write: return e.agents.is_thread(found.other.agent) ? fault::race : fault::in_flight;
    default: return fault::race;
    }
}

// Turns what the shadow found into a finding. `me` did it, by `who`.
template <class Who>
void judge(engine& e, block const& b, hazard_found const& found, epoch me, Who const& who) {
    if (!found) return;
    const auto here = e.sites[me.site], there = e.sites[found.other.site];
    const fault what = fault_of(e, found);
    const place against = found.what == hazard::unwritten ? place{} : there.at;
    if (e.again(what, here.at, against)) return;
    const std::string byte = spell({" byte ", found.offset, " of shared memory"});
    const std::string other =
        spell({name(there.what), " by ", e.agents.text(b.rank, found.other.agent), " at ", there.at.text()});
    std::string did;
    switch (found.what) {
    case hazard::unwritten: did = spell({" reads", byte, ", which nobody wrote"}); break;
    case hazard::discarded: did = spell({" reads", byte, " after ", other}); break;
    case hazard::read_after_write: did = spell({" reads", byte, " and is not ordered after ", other}); break;
    case hazard::write_after_write: did = spell({" writes", byte, " and is not ordered after ", other}); break;
    case hazard::write_after_read:
        did = spell(
            {here.what == operation::discard_shared ? " discards" : " writes", byte, ", still being read: ", other});
        break;
    case hazard::proxy: did = spell({" reads", byte, " without a proxy fence after ", other}); break;
    case hazard::proxy_write: did = spell({" writes", byte, " without a proxy fence after ", other}); break;
    case hazard::none: break;
    }
    e.note(what, here.at, spell({name(here.what), " by ", who(), did}), against);
}

inline epoch epoch_of(engine& e, thread const& t, operation what, place at) {
    return {t.knows.own, t.knows.self, e.site(at, what)};
}
inline void shared_read(engine& e, thread& t, word offset, word bytes, operation what, place at) {
    if (!e.how.races) return;
    const epoch me = epoch_of(e, t, what, at);
    if (const auto found = t.block->shadow.read(offset, bytes, me, t.knows))
        judge(e, *t.block, found, me, [&] { return engine::who(t); });
}
inline void shared_write(engine& e, thread& t, word offset, word bytes, operation what, place at) {
    if (!e.how.races) return;
    const epoch me = epoch_of(e, t, what, at);
    if (const auto found = t.block->shadow.write(offset, bytes, me, t.knows))
        judge(e, *t.block, found, me, [&] { return engine::who(t); });
}

template <class T> T load_shared(engine& e, word address, place at) {
    static_assert(sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 16);
    thread& t = *e.self;
    const word offset = shared_offset(e, t, address, sizeof(T), sizeof(T), operation::load_shared, at);
    e.counted(operation::load_shared);
    shared_read(e, t, offset, sizeof(T), operation::load_shared, at);
    log_access(e, t, logged_access::shared, offset, sizeof(T), operation::load_shared, at);
    T value;
    std::memcpy(&value, t.block->memory.at(offset), sizeof(T));
    return value;
}
template <class T> void store_shared(engine& e, word address, T const& value, place at) {
    static_assert(sizeof(T) == 2 || sizeof(T) == 4 || sizeof(T) == 8 || sizeof(T) == 16);
    thread& t = *e.self;
    const word offset = shared_offset(e, t, address, sizeof(T), sizeof(T), operation::store_shared, at);
    e.counted(operation::store_shared);
    shared_write(e, t, offset, sizeof(T), operation::store_shared, at);
    log_access(e, t, logged_access::shared, offset, sizeof(T), operation::store_shared, at);
    std::memcpy(t.block->memory.at(offset), &value, sizeof(T));
}

// What this thread knows to be written there is dead: poison from now on. A refill already begun by others is spared,
// so that every thread may discard the whole of a stage; one for each stage is enough, and quicker.
inline void discard_shared(engine& e, word address, word bytes, place at) {
    thread& t = *e.self;
    const word offset = shared_offset(e, t, address, bytes, 4, operation::discard_shared, at);
    e.counted(operation::discard_shared);
    if (!e.how.races || bytes == 0) return;
    const epoch me = epoch_of(e, t, operation::discard_shared, at);
    const auto poison = [&](word first, word n) { std::memset(t.block->memory.at(first), 0xff, n); };
    if (const auto found = t.block->shadow.discard(offset, bytes, me, t.knows, poison))
        judge(e, *t.block, found, me, [&] { return engine::who(t); });
}

} // namespace fovea::simt
