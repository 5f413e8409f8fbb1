// Vector clocks: what a thread knows to have happened, agent by agent.
//
//     if (!thread.knows.covers(write)) ...   // the write is not ordered before what the thread does now
//
// Agents are the threads and their asynchronous engines. After a barrier all its threads know the same, so they share
// one clock (`base`) and keep apart only what is newer: their own time and their copy engine's. A barrier of 128
// threads then costs one clock, not 128.
#pragma once
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "fovea/base/integers.hpp"

namespace fovea::simt {

using agent = std::uint16_t;

// An agent's time when it did something, and where in the source.
struct epoch {
    word tick = 0;
    simt::agent agent = 0;
    std::uint16_t site = 0;
};

class clock_pool;

struct clock_ticks {
    clock_pool* home;
    word uses = 0;
    std::vector<word> ticks;
};

class clock_pool {
public:
    explicit clock_pool(std::size_t agents) : agents_(agents) {}
    std::size_t agents() const { return agents_; }
    clock_ticks* take() {
        if (free_.empty()) {
            all_.push_back(std::make_unique<clock_ticks>(clock_ticks{this, 0, std::vector<word>(agents_)}));
            return all_.back().get();
        }
        clock_ticks* const one = free_.back();
        free_.pop_back();
        return one;
    }
    void give(clock_ticks* one) { free_.push_back(one); }

private:
    std::size_t agents_;
    std::vector<std::unique_ptr<clock_ticks>> all_;
    std::vector<clock_ticks*> free_;
};

// A clock that several share; whoever changes it makes it its own first.
class shared_clock {
public:
    shared_clock() = default;
    explicit shared_clock(clock_pool& pool) : at_(pool.take()) {
        at_->uses = 1;
        std::fill(at_->ticks.begin(), at_->ticks.end(), 0u);
    }
    shared_clock(shared_clock const& other) : at_(other.at_) {
        if (at_) ++at_->uses;
    }
    shared_clock(shared_clock&& other) noexcept : at_(std::exchange(other.at_, nullptr)) {}
    shared_clock& operator=(shared_clock other) noexcept {
        std::swap(at_, other.at_);
        return *this;
    }
    ~shared_clock() {
        if (at_ && --at_->uses == 0) at_->home->give(at_);
    }

    word operator[](std::size_t i) const { return at_->ticks[i]; }
    bool is(shared_clock const& other) const { return at_ == other.at_; }
    explicit operator bool() const { return at_ != nullptr; }

    word* own() {
        if (at_->uses > 1) {
            clock_ticks* const copy = at_->home->take();
            copy->uses = 1;
            copy->ticks = at_->ticks;
            --at_->uses;
            at_ = copy;
        }
        return at_->ticks.data();
    }
    void join(shared_clock const& other) {
        if (is(other)) return;
        word const* const from = other.at_->ticks.data();
        word* const to = own();
        for (std::size_t i = 0, n = at_->ticks.size(); i < n; ++i) to[i] = to[i] > from[i] ? to[i] : from[i];
    }
    void raise(std::size_t i, word tick) {
        if (at_->ticks[i] < tick) own()[i] = tick;
    }

private:
    clock_ticks* at_ = nullptr;
};

// A thread's. Its own agent is `self`, its copy engine's `copier`.
struct knowledge {
    shared_clock base;
    agent self = 0, copier = 0;
    word own = 0, copies = 0;

    shared_clock met; // what base was at the cluster's last barrier: the stores of peers that may be read

    word of(agent a) const { return a == self ? own : a == copier ? copies : base[a]; }
    bool covers(epoch e) const { return of(e.agent) >= e.tick; }
    bool covers_peer(epoch e) const { return met && met[e.agent] >= e.tick; }
    // Learns what `sum` holds; it may lag behind in the two that are the thread's own.
    void learn(shared_clock const& sum) {
        base = sum;
        own = own > sum[self] ? own : sum[self];
        copies = copies > sum[copier] ? copies : sum[copier];
    }
};

// What every one of up to 32 lanes knows: for an operation that a warp does as one.
struct common_knowledge {
    knowledge const* lane[32] = {};
    int lanes = 0;
    bool same_base = true;

    void add(knowledge const& k) {
        same_base = same_base && (lanes == 0 || k.base.is(lane[0]->base));
        lane[lanes++] = &k;
    }
    bool covers(epoch e) const {
        if (same_base && lane[0]->base[e.agent] >= e.tick) return true;
        for (int i = 0; i < lanes; ++i)
            if (!lane[i]->covers(e)) return false;
        return true;
    }
    bool covers_peer(epoch e) const {
        for (int i = 0; i < lanes; ++i)
            if (!lane[i]->covers_peer(e)) return false;
        return true;
    }
};

} // namespace fovea::simt
