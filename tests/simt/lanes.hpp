// What lanes of a warp tell each other without memory. None of it orders memory: that is sync_warp's.
//
//     float x = exchange(e, mine, from_lane, operation::shuffle, at);   word bits = ballot(e, truth, at);
#pragma once
#include "engine.hpp"

namespace fovea::simt {

template <class T> T exchange(engine& e, T value, word from, operation what, place at) {
    static_assert(sizeof(T) == 4, "fovea: a shuffle moves 32 bits");
    struct arguments {
        T value;
        word from;
        T result;
    } mine{value, from, value};
    e.collective(what, at, &mine, [&](warp& w, void** all) {
        for (int i = 0; i < 32; ++i) {
            if (!all[i] || !(w.full >> i & 1)) continue;
            auto& to = *static_cast<arguments*>(all[i]);
            if (to.from > 31 || !(w.full >> to.from & 1)) {
                e.note(fault::protocol, at,
                       spell({engine::act(what, *w.lane[i]), " asks for lane ", to.from,
                              ", which the warp does not have"}));
                e.stop();
            }
            to.result = static_cast<arguments*>(all[to.from])->value;
        }
    });
    return mine.result;
}

inline word ballot(engine& e, bool truth, place at) {
    struct arguments {
        bool truth;
        word result;
    } mine{truth, 0};
    e.collective(operation::ballot, at, &mine, [&](warp& w, void** all) {
        word bits = 0;
        for (word i = 0; i < 32; ++i)
            if (w.full >> i & 1) bits |= word{static_cast<arguments*>(all[i])->truth} << i;
        for (word i = 0; i < 32; ++i)
            if (w.full >> i & 1) static_cast<arguments*>(all[i])->result = bits;
    });
    return mine.result;
}

} // namespace fovea::simt
