// Streaming: a window, and the first keys for ever.
//
// $$j \le i \;\wedge\; (i - j < n \;\vee\; j < m)$$
// Source: StreamingLLM (2023)
// Measured: variants/window(700) || sink(4)
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void streaming(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    auto mask = fv::causal && (fv::sliding_window(12) || fv::sink_tokens(4));
    auto s = fv::where(mask, fv::scaled_dot(q, k));
    auto p = fv::softmax(s);
    // end
    page.shows(p);
}
