// Accesses of global memory: bounds, alignment, who wrote what, and what blocks know of each other.
//
//     store(e, pointer, 1.5f, at);   float x = load<float>(e, pointer, operation::load_fresh, at);
//
// publish() is a store with release, observe() a load with acquire: whoever observes a published address knows what
// its publisher knew. An element may be written by two blocks only so, or atomically.
#pragma once
#include <algorithm>
#include <cstring>

#include "barriers.hpp"
#include "traffic.hpp"

namespace fovea::simt {

inline std::string near_text(engine const& e, char const* at) {
    std::string near;
    for (auto const& r : e.launch.ranges)
        if (at >= r->first - 65536 && at < r->last + 65536)
            near += spell({"; it is byte ", at - r->first, " of '", r->name, "', which has ", r->last - r->first});
    return near;
}

inline range_cells const& range_of(engine& e, thread const& t, void const* p, std::size_t bytes, operation what,
                                   place at) {
    auto const* const from = static_cast<char const*>(p);
    if (e.last_range && e.last_range->holds(from, bytes)) return *e.last_range;
    auto const& all = e.launch.ranges;
    auto after =
        std::upper_bound(all.begin(), all.end(), from, [](char const* x, auto const& r) { return x < r->first; });
    if (after != all.begin() && (*std::prev(after))->holds(from, bytes)) {
        e.last_range = std::prev(after)->get();
        return *e.last_range;
    }
    e.note(fault::global_bounds, at,
           spell({engine::act(what, t), " of ", static_cast<index>(bytes), " bytes outside every buffer",
                  near_text(e, from)}));
    e.stop();
}

inline bool knows_of(thread const& t, engine const& e, last_write w) {
    const word cluster = e.shape.cluster; // whose blocks' times are in the clock itself
    if (w.block / cluster == t.block->number / cluster)
        return t.knows.covers({w.tick, e.agents.thread(w.block % cluster, w.thread), 0});
    if (!t.foreign) return false;
    const auto found = t.foreign->find(w.block);
    return found != t.foreign->end() && found->second[w.thread] >= w.tick;
}

inline std::string element_text(range_cells const& r, std::size_t i) {
    return spell({"element ", static_cast<index>(i), " of '", r.name, "'"});
}

inline void check_written(engine& e, thread& t, range_cells const& r, std::size_t i, last_write::kind how,
                          operation what, place at) {
    const last_write mine{t.block->number, t.index, t.knows.own, how};
    const auto before = last_write::from(r.cells[i].exchange(mine.packed(), std::memory_order_relaxed));
    if (before.how == last_write::none || (before.how == last_write::atomic && how == last_write::atomic)) return;
    const auto say = [&](fault f, char const* relation) {
        e.note(f, at, spell({engine::act(what, t), " writes ", element_text(r, i), relation, before.text()}));
    };
    const bool same = before.block == t.block->number && before.thread == t.index;
    if (!same && !knows_of(t, e, before)) {
        const fault f = before.block == t.block->number ? fault::race : fault::ownership;
        say(f, " and is not ordered after the write by ");
    } else if (r.role == role::output && how == last_write::plain)
        say(fault::ownership, " a second time; the first was by ");
}

inline void check_read(engine& e, thread& t, range_cells const& r, std::size_t i, operation what, place at) {
    const auto before = last_write::from(r.cells[i].load(std::memory_order_relaxed));
    const auto say = [&](fault f, std::string const& why) {
        e.note(f, at, spell({engine::act(what, t), " reads ", element_text(r, i), why}));
    };
    if (before.how == last_write::none) {
        if (r.role == role::output) say(fault::unwritten, ", an output that nobody wrote");
    } else if (what == operation::load)
        say(fault::race, ", which the kernel writes: load() may be merged or cached; load_fresh() is not");
    else if (!knows_of(t, e, before))
        say(before.block == t.block->number ? fault::race : fault::ownership,
            spell({" and is not ordered after the write by ", before.text()}));
}

enum class touch : std::uint8_t { reads, writes, adds };

// Alignment, bounds and role; null where nothing is registered or nothing is touched.
inline range_cells const* allowed_range(engine& e, thread& t, void const* p, word bytes, word alignment, touch how,
                                        operation what, place at) {
    if (reinterpret_cast<std::uintptr_t>(p) % alignment) {
        e.note(fault::misaligned, at,
               spell({engine::act(what, t), " at a global address that is not a multiple of ", alignment}));
        e.stop();
    }
    if (e.launch.ranges.empty() || bytes == 0) return nullptr;
    range_cells const& r = range_of(e, t, p, bytes, what, at);
    if (how != touch::reads && r.role == role::input) {
        e.note(fault::global_bounds, at, spell({engine::act(what, t), " writes '", r.name, "', which is an input"}));
        e.stop();
    }
    return &r;
}
// And the order of accesses.
inline void check_global(engine& e, thread& t, void const* p, word bytes, word alignment, touch how, operation what,
                         place at) {
    range_cells const* const r = allowed_range(e, t, p, bytes, alignment, how, what, at);
    if (!r || !r->cells || !e.how.races) return;
    const auto first = static_cast<std::size_t>(static_cast<char const*>(p) - r->first);
    for (std::size_t i = first / r->granule; i <= (first + bytes - 1) / r->granule; ++i)
        if (how == touch::reads) check_read(e, t, *r, i, what, at);
        else check_written(e, t, *r, i, how == touch::adds ? last_write::atomic : last_write::plain, what, at);
}

template <class T> T load(engine& e, T const* p, operation what, place at) {
    thread& t = *e.self;
    e.counted(what);
    check_global(e, t, p, sizeof(T), alignof(T), touch::reads, what, at);
    log_access(e, t, logged_access::global, reinterpret_cast<std::uintptr_t>(p), sizeof(T), what, at);
    T value;
    std::memcpy(&value, p, sizeof(T));
    return value;
}
template <class T> void store(engine& e, T* p, T const& value, place at) {
    thread& t = *e.self;
    e.counted(operation::store);
    check_global(e, t, p, sizeof(T), alignof(T), touch::writes, operation::store, at);
    log_access(e, t, logged_access::global, reinterpret_cast<std::uintptr_t>(p), sizeof(T), operation::store, at);
    std::memcpy(p, &value, sizeof(T));
}
template <class T> void add(engine& e, T* p, T value, place at) {
    thread& t = *e.self;
    e.counted(operation::add);
    check_global(e, t, p, sizeof(T), alignof(T), touch::adds, operation::add, at);
    log_access(e, t, logged_access::global, reinterpret_cast<std::uintptr_t>(p), sizeof(T), operation::add, at);
    std::atomic_ref<T>(*p).fetch_add(value, std::memory_order_relaxed);
    e.progressed_globally();
}

// What the thread knows of its cluster's threads, beside what it knows of other blocks.
inline std::shared_ptr<foreign_knowledge const> everything_known(engine& e, thread const& t) {
    auto all = t.foreign ? std::make_shared<foreign_knowledge>(*t.foreign) : std::make_shared<foreign_knowledge>();
    for (word rank = 0; rank < e.shape.cluster; ++rank) {
        auto& times = (*all)[t.block->number - t.block->rank + rank];
        times.resize(e.shape.threads);
        for (word i = 0; i < e.shape.threads; ++i) times[i] = std::max(times[i], t.knows.of(e.agents.thread(rank, i)));
    }
    return all;
}
template <class T> void publish(engine& e, T* p, T value, place at) {
    thread& t = *e.self;
    e.counted(operation::publish);
    check_global(e, t, p, sizeof(T), sizeof(T), touch::adds, operation::publish, at);
    const std::lock_guard lock(e.launch.mutex);
    e.launch.published[p] = everything_known(e, t);
    std::atomic_ref<T>(*p).store(value, std::memory_order_release);
    ++t.knows.own;
    e.progressed_globally();
}
template <class T> T observe(engine& e, T const* p, place at) {
    thread& t = *e.self;
    e.counted(operation::observe);
    if (reinterpret_cast<std::uintptr_t>(p) % sizeof(T))
        check_global(e, t, p, sizeof(T), sizeof(T), touch::reads, operation::observe, at);
    if (!e.launch.ranges.empty()) range_of(e, t, p, sizeof(T), operation::observe, at);
    const std::lock_guard lock(e.launch.mutex);
    const T value = std::atomic_ref<T>(*const_cast<T*>(p)).load(std::memory_order_acquire);
    const auto found = e.launch.published.find(p);
    if (found != e.launch.published.end()) {
        t.foreign = joined(t.foreign, found->second);
        for (word rank = 0; rank < e.shape.cluster; ++rank) {
            const auto times = found->second->find(t.block->number - t.block->rank + rank);
            if (times == found->second->end()) continue;
            for (word i = 0; i < e.shape.threads; ++i)
                if (rank != t.block->rank || i != t.index)
                    t.knows.base.raise(e.agents.thread(rank, i), times->second[i]);
        }
    }
    return value;
}

} // namespace fovea::simt
