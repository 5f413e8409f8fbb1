// The race detector of a block's shared memory: for every 4 bytes, who wrote last and who has read since.
//
//     if (auto hit = shadow.read(offset, 16, me, thread.knows)) ...   // hit.what, hit.other, hit.offset
//
// Happens-before by vector clocks, exact for what the schedule ran, whatever its order: a kernel ordered by barriers
// that has a race has it in every schedule. The first 2-byte access splits every cell in two, so neighbours' halves
// are no race.
#pragma once
#include <cstdint>
#include <vector>

#include "clock.hpp"

namespace fovea::simt {

enum class hazard : std::uint8_t {
    none,
    unwritten,
    discarded,
    read_after_write,
    write_after_write,
    write_after_read,
    proxy,
    proxy_write
};

struct hazard_found {
    hazard what = hazard::none;
    epoch other{};
    word offset = 0;
    explicit operator bool() const { return what != hazard::none; }
};

// Who writes: a thread; the asynchronous proxy, which sees its own writes at once and a thread's after a proxy fence; a
// thread of another block, whose stores are seen after the cluster's barrier.
enum class writer : std::uint8_t { thread, async, peer };

class shadow {
public:
    void reset(word bytes) {
        shift_ = 2;
        cells_.assign((bytes + 3) >> 2, {});
        more_.clear();
        free_ = none;
    }

    // `me` reads bytes at an offset, knowing `order`; what the asynchronous proxy knows is asked of `fenced`.
    template <class Order, class Fenced>
    hazard_found read(word offset, word bytes, epoch me, Order const& order, Fenced const& fenced) {
        if (bytes < 4) refine();
        hazard_found found;
        for (word c = offset >> shift_, last = (offset + bytes - 1) >> shift_; c <= last; ++c) {
            cell& at = cells_[c];
            if (!found) {
                if (at.written.tick == 0) found = {hazard::unwritten, {}, c << shift_};
                else if (!order.covers(at.written) || (at.state == peer_write && !order.covers_peer(at.written)))
                    found = {hazard::read_after_write, at.written, c << shift_};
                else if (at.state == discarded) found = {hazard::discarded, at.gone, c << shift_};
                else if (at.state == generic_write && !fenced.covers(at.written))
                    found = {hazard::proxy, at.written, c << shift_};
            }
            add_reader(at, me, order);
        }
        return found;
    }
    template <class Order> hazard_found read(word offset, word bytes, epoch me, Order const& order) {
        return read(offset, bytes, me, order, order);
    }

    template <class Order, class Fenced>
    hazard_found write(word offset, word bytes, epoch me, Order const& order, Fenced const& fenced, writer from) {
        if (bytes < 4) refine();
        hazard_found found;
        for (word c = offset >> shift_, last = (offset + bytes - 1) >> shift_; c <= last; ++c) {
            cell& at = cells_[c];
            if (!found && at.written.tick && !order.covers(at.written))
                found = {hazard::write_after_write, at.written, c << shift_};
            if (!found) found = unfinished_reader(at, order, c << shift_);
            if (!found && from == writer::async && at.written.tick && at.state == generic_write &&
                !fenced.covers(at.written))
                found = {hazard::proxy_write, at.written, c << shift_};
            at.written = me;
            at.state = from == writer::thread ? generic_write : from == writer::async ? async_write : peer_write;
            forget_readers(at);
        }
        return found;
    }

    template <class Order> hazard_found write(word offset, word bytes, epoch me, Order const& order) {
        return write(offset, bytes, me, order, order, writer::thread);
    }

    // Declares dead what the caller knows to be written there; later writes of others, already begun, stay. Calls
    // poison(offset, bytes) for each dead cell.
    template <class Order, class Poison>
    hazard_found discard(word offset, word bytes, epoch me, Order const& order, Poison poison) {
        hazard_found found;
        for (word c = offset >> shift_, last = (offset + bytes - 1) >> shift_; c <= last; ++c) {
            cell& at = cells_[c];
            if (at.written.tick == 0 || at.state == discarded || !order.covers(at.written)) continue;
            if (!found) found = unfinished_reader(at, order, c << shift_);
            at.state = discarded;
            at.gone = me;
            poison(c << shift_, word{1} << shift_);
        }
        return found;
    }

private:
    static constexpr word none = ~word{0};
    static constexpr int inlined = 4, chunked = 8;
    enum state : std::uint8_t { generic_write, async_write, peer_write, discarded };
    struct cell {
        epoch written{}, gone{};
        epoch reader[inlined]{};
        word more = none; // readers beyond the first four: a chain of chunks
        std::uint8_t readers = 0;
        shadow::state state = generic_write;
    };
    struct chunk {
        epoch reader[chunked]{};
        word readers = 0, next = none;
    };

    template <class Order> hazard_found unfinished_reader(cell const& at, Order const& order, word offset) const {
        for (int i = 0; i < at.readers; ++i)
            if (!order.covers(at.reader[i])) return {hazard::write_after_read, at.reader[i], offset};
        for (word m = at.more; m != none; m = more_[m].next)
            for (word i = 0; i < more_[m].readers; ++i)
                if (!order.covers(more_[m].reader[i])) return {hazard::write_after_read, more_[m].reader[i], offset};
        return {};
    }

    // A reader that is ordered before this one, or is the same agent, is replaced: a later write must follow this one.
    template <class Order> void add_reader(cell& at, epoch me, Order const& order) {
        for (int i = 0; i < at.readers; ++i)
            if (at.reader[i].agent == me.agent || order.covers(at.reader[i])) {
                at.reader[i] = me;
                return drop_covered(at, i + 1, order);
            }
        if (at.readers < inlined) {
            at.reader[at.readers++] = me;
            return;
        }
        for (word m = at.more; m != none; m = more_[m].next)
            for (word i = 0; i < more_[m].readers; ++i)
                if (more_[m].reader[i].agent == me.agent || order.covers(more_[m].reader[i])) {
                    more_[m].reader[i] = me;
                    return;
                }
        if (at.more == none || more_[at.more].readers == chunked) {
            const word fresh = take_chunk();
            more_[fresh].next = at.more;
            at.more = fresh;
        }
        chunk& to = more_[at.more];
        to.reader[to.readers++] = me;
    }
    template <class Order> void drop_covered(cell& at, int first, Order const& order) {
        for (int i = first; i < at.readers;)
            if (order.covers(at.reader[i])) at.reader[i] = at.reader[--at.readers];
            else ++i;
    }

    word take_chunk() {
        if (free_ == none) {
            more_.emplace_back();
            return static_cast<word>(more_.size() - 1);
        }
        const word one = free_;
        free_ = more_[one].next;
        more_[one] = {};
        return one;
    }
    void forget_readers(cell& at) {
        at.readers = 0;
        while (at.more != none) {
            const word one = at.more;
            at.more = more_[one].next;
            more_[one].next = free_;
            free_ = one;
        }
    }

    // Cells of 2 bytes from now on. The chains of readers are copied, not shared.
    void refine() {
        if (shift_ == 1) return;
        shift_ = 1;
        std::vector<cell> halves;
        halves.reserve(cells_.size() * 2);
        for (cell const& whole : cells_) {
            halves.push_back(whole);
            halves.push_back(whole);
            word* link = &halves.back().more;
            *link = none;
            std::vector<word> chain;
            for (word m = whole.more; m != none; m = more_[m].next) chain.push_back(m);
            word next = none;
            for (auto m = chain.rbegin(); m != chain.rend(); ++m) {
                const word copy = take_chunk();
                more_[copy] = more_[*m];
                more_[copy].next = next;
                next = copy;
            }
            *link = next;
        }
        cells_ = std::move(halves);
    }

    word shift_ = 2; // log2 of a cell's bytes
    std::vector<cell> cells_;
    std::vector<chunk> more_;
    word free_ = none;
};

} // namespace fovea::simt
