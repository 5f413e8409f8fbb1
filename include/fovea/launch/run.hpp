// run: assignments become one fused pass on the engine given.
//
//     fovea::run(fovea::cpu(), o = fovea::sum(p * v), l = fovea::logsumexp(s));
//     fovea::status s = fovea::try_run(engine, ...);         // never throws a refusal
//
// An engine brings execute(engine, problem) and execute_copy(engine, assignment), found by its own namespace.
// An output may stand at q's place, row for row, if both have one shape. Otherwise it shares no memory with what the
// call reads or with another output, nor a copy with its operand unless it is made in place: plan/overlap.hpp says
// which strides are looked into; of others a shared element may pass unnoticed.
// Error: a call that cannot run is refused before anything is written; run throws fovea::error with the sentence.
#pragma once
#include "fovea/base/refusal.hpp"
#include "fovea/plan/check.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

template <class A> inline constexpr bool is_copy = false;
template <class V, class E> inline constexpr bool is_copy<assignment<V, E>> = operand<E>;

// Engines run as they are given; one that is const is copied, since its executor need not be.
template <class Engine> Engine& usable(Engine& engine) { return engine; }
template <class Engine> Engine usable(Engine const& engine) { return engine; }

template <class Engine, class... Assignments>
status try_run(Engine&& given, Assignments const&... assignments) {
    static_assert(sizeof...(Assignments) > 0,
                  "fovea: run takes an engine and at least one assignment, such as o = sum(p * v)");
    static_assert((is_assignment<Assignments> && ...),
                  "fovea: run takes assignments of outputs to views, such as o = sum(p * v)");
    if constexpr (sizeof...(Assignments) > 0 && (is_assignment<Assignments> && ...)) {
        auto&& engine = usable(given);
        static_assert((is_copy<Assignments> && ...) || !(is_copy<Assignments> || ...),
                      "fovea: a run is either copies of operands or one attention; give the copies a run of their own");
        if constexpr ((is_copy<Assignments> && ...)) {
            status why;
            ((why.ok() ? static_cast<void>(why = refusal_of_copy(assignments)) : void()), ...);
            if (!why.ok()) return why;
            const auto copy = [&](auto const& assignment) {
                if constexpr (std::is_same_v<decltype(execute_copy(engine, assignment)), status>)
                    why = execute_copy(engine, assignment);
                else execute_copy(engine, assignment);
            };
            ((why.ok() ? copy(assignments) : void()), ...);
            return why;
        } else {
            const auto problem = make_problem(assignments...);
            if (status why = refusal(problem, assignments...); !why.ok()) return why;
            if constexpr (std::is_same_v<decltype(execute(engine, problem)), status>) return execute(engine, problem);
            else execute(engine, problem);
        }
    }
    return status();
}

template <class Engine, class... Assignments> void run(Engine&& engine, Assignments const&... assignments) {
    if (status s = try_run(engine, assignments...); !s.ok()) throw_refusal(std::move(s));
}

} // namespace v0_1
} // namespace fovea
