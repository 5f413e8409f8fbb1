// Shared prompt: several answers to one prompt in one sequence, blind to each other.
//
// $$j \le i \;\wedge\; (j < n \;\vee\; a_i = a_j)$$
// Source: sampling many answers; reward models with shared prompts
#include "page.hpp"

namespace fv = fovea;
using namespace fovea::terms;

void shared_prompt(gallery::page& page) {
    const auto q = page.query(), k = page.key();
    // shown
    // a prompt of 16, then answers of 16
    auto answer_of = [](auto position) { return (position - 16) / 16; };
    auto own = answer_of(q_pos) == answer_of(k_pos);
    auto mask = fv::causal && (k_pos < 16 || own);
    auto p = fv::softmax(fv::where(mask, fv::scaled_dot(q, k)));
    // end
    page.shows(p);
}
