// Runs the blocks of a launch on one operating system thread: fibers, the schedule, warp collectives, findings.
//
//     engine e(shape, options, shared_state, worker);   e.run(number_of_the_first_cluster);
//
// Runnable lanes are one mask per warp, so the next lane is a count of zeros, and a fiber switches straight to it. A
// lane runs until a collective or a wait. A collective: each lane leaves a pointer to its arguments; the last one does
// the operation for all 32. Any other call, or the same from another line, by a lane of the warp is divergence.
#pragma once
#include <algorithm>
#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include "agents.hpp"
#include "launch_state.hpp"
#include "site_table.hpp"

namespace fovea::simt {

enum class wake : std::uint8_t { everyone, nobody };

class engine;
inline thread_local constinit engine* running = nullptr;

// What other headers add to the engine's own work.
struct hooks {
    void (*flush)(engine&, warp&) = nullptr;      // statistics of the lanes' own accesses since the last collective
    void (*warp_left)(engine&, block&) = nullptr; // its last lane has ended
    std::vector<void (*)(engine&)> ended;         // all blocks have, without a fatal finding
};

class engine {
public:
    engine(kernel_shape const& kernel, options const& chosen, launch_state& all, std::size_t number, hooks added)
        : shape(kernel),
          how(chosen),
          launch(all),
          worker(number),
          hook(std::move(added)),
          agents{shape.threads},
          clocks(std::size_t{agents.per_block()} * shape.cluster),
          stacks(std::size_t{shape.threads} * shape.cluster * how.resident, how.stack_bytes) {
        for (word i = 0; i < how.resident * shape.cluster; ++i)
            blocks.push_back(std::make_unique<block>(shape.threads, shape.bytes));
        for (auto& b : blocks) {
            cluster_blocks_.push_back(b.get());
            for (warp& w : b->warps) warps.push_back(&w);
        }
        for (std::size_t i = 0; i < warps.size(); ++i) warps[i]->position = i;
    }

    // As many clusters, from number `first`, as are resident at once.
    void run(std::uint64_t first) {
        const std::uint64_t all = shape.grid.count();
        running = this;
        alive = 0;
        random = how.seed * 2654435761u + static_cast<word>(first) * 40503u + 1u;
        proxies_used = failed = false;
        spins = 0;
        later.clear();
        zero = shared_clock(clocks);
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            const std::uint64_t number = first * shape.cluster + i;
            if (number < all) enter(*blocks[i], number, static_cast<word>(i) % shape.cluster, i);
            else empty(*blocks[i]);
        }
        self = &blocks[0]->threads[0];
        inside_ = true;
        host_.switch_to(self->stack);
        inside_ = false;
        try {
            for (std::size_t i = 0; !failed && i < hook.ended.size(); ++i) hook.ended[i](*this);
        } catch (stopped) {}
        running = nullptr;
    }

    // ---- schedule ----

    void block_self() {
        self->home->runnable &= ~(1u << self->lane);
        resume(next(*self->home, self->lane));
    }
    void wake_up(thread& t) { t.home->runnable |= 1u << t.lane; }

    // Lets every other fiber run first. For a thread that waits for what another block, perhaps on another worker,
    // will do: when all workers only wait, nothing will ever happen.
    void yield(place at) {
        self->doing = operation::yield;
        self->where = at;
        if (++spins > 2 * alive + 64) {
            spins = 0;
            if (!land_one()) idle();
        }
        resume(after_me());
    }
    void progressed() { spins = 0; }
    void progressed_globally() {
        spins = 0;
        launch.progress.fetch_add(1);
    }

    // What is looked at when a wave has ended without a fatal finding; once, however often it is asked for.
    void check_at_end(void (*check)(engine&)) {
        if (std::find(hook.ended.begin(), hook.ended.end(), check) == hook.ended.end()) hook.ended.push_back(check);
    }

    // An asynchronous operation to be done when nothing else can run.
    void do_later(std::function<void()> f) { later.push_back(std::move(f)); }

    // ---- collectives ----

    template <class Execute> void collective(operation what, place at, void* argument, Execute&& execute) {
        warp& w = *self->home;
        const word bit = 1u << self->lane;
        if (w.arrived == 0) {
            w.waiting_in = what;
            w.waiting_at = at;
        } else if (w.waiting_in != what || w.waiting_at != at) {
            note(fault::divergence, at,
                 spell({act(what), " while other lanes of the warp wait in ", name(w.waiting_in), " at ",
                        w.waiting_at.text()}));
            stop();
        }
        if (w.alive != w.full) {
            note(fault::left, at, lanes_left(what));
            stop();
        }
        w.argument[self->lane] = argument;
        w.arrived |= bit;
        self->doing = what;
        self->where = at;
        if (w.arrived != w.full) return block_self();
        w.arrived = 0;
        progressed();
        counted(what);
        if (how.count) hook.flush(*this, w);
        if constexpr (std::is_void_v<decltype(execute(w, w.argument))>) {
            execute(w, w.argument);
            w.runnable = w.full;
        } else {
            if (execute(w, w.argument) == wake::everyone) w.runnable = w.full;
            else if (w.runnable &= ~bit; true) resume(next(w, self->lane));
        }
    }
    void counted(operation what) { ++counts[static_cast<std::size_t>(what)]; }

    // ---- findings ----

    // Ends the wave here, after a finding that nothing can follow. The fibers are abandoned, not unwound: whoever calls
    // this has no object left that owns memory.
    [[noreturn]] void stop() {
        failed = true;
        if (!inside_) throw stopped{};
        self->stack.switch_to(host_);
        std::abort();
    }
    struct stopped {}; // outside of fibers, by a check at the end
    // Once for each {what, line, line of the other party}; then counted.
    void note(fault what, place at, std::string sentence, place other = {}) {
        if (!again(what, at, other) && found.size() < how.most_findings)
            found.push_back({{what, at, std::move(sentence)}, other});
    }
    bool again(fault what, place at, place other = {}) {
        for (auto& [f, second] : found)
            if (f.what == what && f.at == at && second == other) {
                ++f.count;
                return true;
            }
        return false;
    }
    std::string who() const { return who(*self); }
    static std::string who(thread const& t) {
        return spell({"warp ", t.home->index, " lane ", t.lane, " of ", t.block->text()});
    }
    std::string act(operation what) const { return act(what, *self); }
    static std::string act(operation what, thread const& t) { return spell({name(what), " by ", who(t)}); }
    std::uint16_t site(place at, operation what) { return sites.number(at, what); }

    kernel_shape shape;
    options how;
    launch_state& launch;
    std::size_t worker;
    hooks hook;
    agent_table agents;
    clock_pool clocks;
    stack_pool stacks;
    std::vector<std::unique_ptr<block>> blocks;
    std::vector<warp*> warps;
    thread* self = nullptr;
    word alive = 0, spins = 0, random = 1;
    bool proxies_used = false; // by this wave: whether `fenced` is worth joining
    bool failed = false;
    shared_clock zero;
    std::vector<std::pair<finding, place>> found;
    site_table sites;
    std::array<std::uint64_t, operations> counts{};
    std::uint64_t switches = 0;
    std::vector<std::function<void()>> later;
    range_cells const* last_range = nullptr;

    word draw() {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        return random;
    }

private:
    void enter(block& b, std::uint64_t number, word rank, std::size_t position) {
        const dimensions g = shape.grid;
        const auto n = static_cast<word>(number);
        b.index = {n % g.x, n / g.x % g.y, n / (g.x * g.y)};
        b.number = n;
        b.rank = rank;
        b.alive = shape.threads;
        alive += shape.threads;
        std::memset(b.memory.at(0), 0xff, b.memory.size()); // NaN in every floating-point format
        if (how.races) b.shadow.reset(b.memory.size());
        for (barrier& one : b.barriers) one = {};
        b.of_cluster = {};
        b.mbarriers.clear();
        b.named_agents = 0;
        b.cluster = &cluster_blocks_[position - rank];
        for (word i = 0; i < shape.threads; ++i) {
            thread& t = b.threads[i];
            warp& w = b.warps[i / 32];
            if (i % 32 == 0) {
                w.index = i / 32;
                w.arrived = 0;
                w.products = {};
                w.registers = 0;
                w.full = shape.threads - i >= 32 ? ~0u : (1u << (shape.threads - i)) - 1;
                w.runnable = w.alive = w.full;
            }
            w.lane[i % 32] = &t;
            t.index = i;
            t.lane = i % 32;
            t.home = &w;
            t.block = &b;
            t.done = false;
            t.knows = {zero, agents.thread(rank, i), agents.copier(rank, i), 1, 0, {}};
            t.fenced = {zero, agents.thread(rank, i), agents.copier(rank, i), 0, 0, {}};
            t.foreign = nullptr;
            t.open.clear();
            t.groups.clear();
            t.copy_tick = 1;
            t.stores = {};
            t.doing = operation::kernel;
            t.where = {};
            t.log.clear();
            // Stacks are a whole number of pages apart: without this their frames would share the same cache lines.
            t.stack.start(stacks.low(position * shape.threads + i), stacks.bytes() - i % 32 * 128, &entry);
        }
    }

    static void empty(block& b) { // of the last wave, where there are fewer blocks than places
        for (warp& w : b.warps) w.runnable = w.alive = 0;
        for (barrier& one : b.barriers) one = {};
        for (thread& t : b.threads) {
            t.open.clear();
            t.groups.clear();
            t.stores = {};
        }
        for (warp& w : b.warps) w.products = {};
        b.mbarriers.clear();
        b.of_cluster = {};
    }

    static void entry() {
        engine& e = *running;
        fiber::entered(e.host_);
        bool thrown = false;
        try {
            e.shape.body(e.shape.params);
        } catch (std::exception const& x) {
            e.note(fault::exception, e.self->where, spell({e.who(), " threw ", x.what()}));
            thrown = true;
        } catch (...) {
            e.note(fault::exception, e.self->where, spell({e.who(), " threw something"}));
            thrown = true;
        }
        if (thrown) e.stop();
        e.leave();
    }

    [[noreturn]] void leave() {
        thread& t = *self;
        warp& w = *t.home;
        t.done = true;
        if (w.arrived) {
            note(fault::left, w.waiting_at,
                 spell({who(), " left the kernel while other lanes of its warp wait in ", name(w.waiting_in)}));
            stop();
        }
        if (how.count && w.alive == 1u << t.lane) hook.flush(*this, w);
        w.alive &= ~(1u << t.lane);
        w.runnable &= ~(1u << t.lane);
        --t.block->alive;
        progressed_globally();
        if (w.alive == 0) hook.warp_left(*this, *t.block);
        if (--alive == 0) t.stack.switch_to(host_);
        else resume(next(w, t.lane));
        std::abort();
    }

    std::string lanes_left(operation what) const {
        return spell({act(what), ": lane ", std::countr_zero(self->home->full & ~self->home->alive),
                      " of the warp has left the kernel"});
    }

    thread& next(warp& first, word after) {
        for (;;) {
            const word beyond = after == 31 ? 0 : first.runnable & ~((2u << after) - 1u);
            if (const word lanes = beyond ? beyond : first.runnable) return *first.lane[std::countr_zero(lanes)];
            const std::size_t start = how.seed ? draw() % warps.size() : first.position + 1;
            for (std::size_t i = 0; i < warps.size(); ++i) {
                warp& w = *warps[(start + i) % warps.size()];
                if (w.runnable) return *w.lane[std::countr_zero(w.runnable)];
            }
            if (!land_one()) deadlock();
        }
    }
    // In a circle over all lanes, so that nobody starves while others ask again and again.
    thread& after_me() {
        warp& mine = *self->home;
        const word beyond = self->lane == 31 ? 0 : mine.runnable & ~((2u << self->lane) - 1u);
        if (beyond) return *mine.lane[std::countr_zero(beyond)];
        for (std::size_t i = 1; i < warps.size(); ++i) {
            warp& w = *warps[(mine.position + i) % warps.size()];
            if (w.runnable) return *w.lane[std::countr_zero(w.runnable)];
        }
        return *mine.lane[std::countr_zero(mine.runnable)];
    }
    void resume(thread& t) {
        thread& me = *self;
        if (&t == &me) return;
        ++switches;
        self = &t;
        me.stack.switch_to(t.stack);
    }
    bool land_one() {
        if (later.empty()) return false;
        const std::size_t i = how.seed ? draw() % later.size() : 0;
        auto f = std::move(later[i]);
        later.erase(later.begin() + static_cast<std::ptrdiff_t>(i));
        f();
        spins = 0;
        return true;
    }
    // Who waits has looked again, between two calls, at what there was at the first: only then is there nothing to do.
    void idle() {
        const std::uint64_t now = launch.progress.load();
        if (std::exchange(looked_from_, now) != now) return std::this_thread::yield();
        launch.idle_at[worker].store(now);
        bool nobody = true;
        for (auto const& other : launch.idle_at) {
            const std::uint64_t seen = other.load();
            nobody = nobody && (seen == launch_state::finished || seen == now);
        }
        if (nobody && launch.progress.load() == now) deadlock();
        std::this_thread::yield();
    }
    [[noreturn]] void deadlock() {
        say_who_waits();
        stop();
    }
    void say_who_waits() {
        std::string sentence = "no thread can go on:";
        std::vector<place> all;
        for (warp* w : warps) {
            std::map<std::string, word> waits;
            for (word i = 0; i < 32; ++i)
                if (w->alive >> i & 1) {
                    thread const& t = *w->lane[i];
                    ++waits[spell({name(t.doing), " at ", t.where.text()})];
                    if (std::find(all.begin(), all.end(), t.where) == all.end()) all.push_back(t.where);
                }
            for (auto const& [what, lanes] : waits)
                sentence += spell({" ", lanes, " lanes of warp ", w->index, " of ", w->lane[0]->block->text(),
                                   " wait in ", what, ";"});
        }
        sentence.pop_back();
        for (place at : all) note(fault::deadlock, at, sentence);
    }

    fiber host_;
    std::vector<block*> cluster_blocks_;
    std::uint64_t looked_from_ = 0; // the progress that the last one without anything to do saw
    bool inside_ = false;
};

} // namespace fovea::simt
