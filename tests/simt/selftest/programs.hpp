// Tiny kernels for the emulator's own tests: a function object run by every thread, and faults seeded into them.
//
//     report said = run({.threads = 64, .bytes = 256}, [&] { M::sync_block(); });
//     seeded race{"a missing barrier", fault::race, {.threads = 64, .bytes = 256}, [](trial& t) { … }};   check(race);
//
// A seeded program does the wrong thing where t.spoiled, on the line it names by t.line = next_line(), and must be
// found there; its twin, not spoiled, must give no finding.
#pragma once
#include <stdexcept>

#include "simt/guarded.hpp"
#include "simt/launch.hpp"
#include "support/catch.hpp"

namespace fovea::simt {

using M = machine;

struct place_of_work {
    word threads = 32, bytes = 0;
    dimensions grid{};
    word cluster = 1;
};

template <class Body> report run(place_of_work const& where, Body const& body, options how = {.workers = 1}) {
    const auto call = [](void const* p) { (*static_cast<Body const*>(p))(); };
    return launch({where.grid, where.threads, where.bytes, where.cluster, call, &body}, how);
}

constexpr word next_line(word line = __builtin_LINE()) { return line + 1; }

// Fresh for every run. input[i] == i.
struct trial {
    bool spoiled;
    word line = 0, second_line = 0, deadlock_line = 0; // where else, by the schedule, or else a deadlock
    guarded<word> input{1024, role::input, "input"};
    guarded<word> output{1024, role::output, "output"};
    guarded<word> shared{1024, role::update, "shared"};

    explicit trial(bool wrong) : spoiled(wrong) {
        for (word i = 0; i < 1024; ++i) {
            input[i] = i;
            shared[i] = 0;
        }
    }
};

struct seeded {
    char const* name;
    fault what;
    place_of_work where;
    void (*program)(trial&);
};

// Both ends of what asynchrony may do, in several orders of the warps.
template <class Case> void with_every_schedule(Case const& one) {
    for (landing when : {landing::late, landing::early})
        for (word seed : {0u, 1u, 2u, 7u}) {
            one(options{.seed = seed, .landing = when, .workers = 1});
            if (__tsan_create_fiber) break; // the thread sanitizer makes a switch a hundred times as long
        }
}

inline void check(seeded const& one) {
    with_every_schedule([&](options const& how) {
        INFO(one.name << ", seed " << how.seed << ", landing " << (how.landing == landing::late ? "late" : "early"));
        trial right(false);
        const report clean = run(one.where, [&] { one.program(right); }, how);
        INFO(clean.text());
        CHECK(clean.ok());
        trial wrong(true);
        const report caught = run(one.where, [&] { one.program(wrong); }, how);
        INFO("line " << wrong.line << "\n" << caught.text());
        const bool elsewhere = wrong.second_line && caught.has(one.what, wrong.second_line);
        const bool stuck = wrong.deadlock_line && caught.has(fault::deadlock, wrong.deadlock_line);
        CHECK((elsewhere || stuck || caught.has(one.what, wrong.line)));
    });
}

} // namespace fovea::simt
