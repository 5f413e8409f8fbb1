// The reference engine: attention as the definition says it, in double, one element after the other.
//
//     fovea::run(fovea::reference(), o = fovea::sum(p * v));      // what every other engine is checked against
//
// It shares no code with attend/, softmax/ or another engine. Cost: scalar, every key of every row, O(outputs) memory.
// Empty: a row in which no key has weight gives 0, logsumexp and max -inf, entropy 0.
// Error: a table read outside its entries at an attended element is refused, and nothing is written.
#pragma once
#include "fovea/base/refusal.hpp"
#include "fovea/engine/reference/element.hpp"
#include "fovea/engine/reference/operand_rows.hpp"
#include "fovea/plan/problem.hpp"

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct [[gnu::visibility("default")]] reference_engine {
    static constexpr char const* name = "reference";
};
constexpr reference_engine reference() { return {}; }

struct attended_key {
    index key;
    double product, score, weight;
};

// The rows of one head of attention, one at a time.
template <class Problem> class reference_head {
    using q_type = decltype(decltype(Problem::operand)::q);
    using k_type = decltype(decltype(Problem::operand)::k);
    static constexpr bool normalised = Problem::normalised;

public:
    reference_head(Problem const& p, index batch, index head)
        : p_(p),
          batch_(batch),
          head_(head),
          kv_head_(head / p.group()),
          queries_(p.operand.q, batch, head),
          keys_(p.operand.k, batch, kv_head_),
          attended_(p.k().positions()),
          value_(p.operand.v.channels()),
          values_(p.operand.v.channels()),
          moments_(decltype(p.moments)::count) {}

    reference_row row(index i, table_fault& fault) {
        const index count = find_attended(i, fault);
        double top = -static_cast<double>(infinity), sum = 0;
        for (index n = 0; n < count; ++n) { // a NaN stays
            const double s = attended_[n].score;
            if (s != s || s > top) top = s;
        }
        for (index n = 0; n < count; ++n) sum += attended_[n].weight = weight(attended_[n].score, top);
        double denominator = sum;
        if constexpr (decltype(p_.scored.normaliser)::has_sink)
            denominator +=
                __builtin_exp(static_cast<double>(as_real(p_.scored.normaliser.sink(element(i, 0, fault)))) - top);
        const bool weightless = sum == 0;
        const double scale = !normalised ? 1 : weightless ? 0 : 1 / denominator;

        for (index c = 0; c < p_.operand.v.channels(); ++c) values_[c] = 0;
        for (int m = 0; m < decltype(p_.moments)::count; ++m) moments_[m] = 0;
        double entropy = 0;
        for (index n = 0; n < count; ++n) {
            attended_key const& a = attended_[n];
            const double probability = a.weight * scale;
            if (probability != 0) entropy -= probability * (a.score - top - __builtin_log(denominator));
            add_values(a.key, probability);
            reference_element at = element(i, a.key, fault);
            at.score = a.product;
            each(p_.moments, [&](auto m, auto const& f) {
                moments_[decltype(m)::value] += probability * static_cast<double>(as_real(f(at)));
            });
        }
        const double logsumexp = weightless ? -static_cast<double>(infinity) : top + __builtin_log(sum);
        return {values_.data(), moments_.data(), logsumexp, top, entropy};
    }

private:
    reference_element element(index i, index j, table_fault& fault) const {
        const index first_query = p_.q().first, first_key = p_.k().first;
        return {batch_, head_, kv_head_, first_query + i, first_key + j, first_query, first_key, 0, &fault};
    }

    // The keys that row i attends, their scores beside them. What a masked key holds is not looked at.
    index find_attended(index i, table_fault& fault) {
        auto const& mask = p_.scored.mask;
        index count = 0;
        for (index j = 0; j < p_.k().positions() && fault.size == 0; ++j) {
            reference_element at = element(i, j, fault);
            const auto product = [&] {
                double dot = 0;
                for (index c = 0; c < p_.q().channels(); ++c) dot += queries_[i][c] * keys_[j][c];
                return dot;
            };
            if constexpr (std::remove_cvref_t<decltype(mask)>::depends.score) at.score = product();
            if (!mask(at)) {
                fault = {};
                continue;
            }
            at.score = product();
            attended_[count++] = {j, at.score, static_cast<double>(as_real(p_.scored.score(at))), 0};
        }
        return count;
    }

    // A score of -inf has no weight, also where there is nothing but such scores.
    static double weight(double score, double top) {
        if constexpr (!normalised) return 1 / (1 + __builtin_exp(-score));
        else return score == -static_cast<double>(infinity) ? 0 : __builtin_exp(score - top);
    }

    void add_values(index key, double probability) {
        if constexpr (Problem::has_values) {
            read_row(p_.operand.v, batch_, kv_head_, key, value_.data());
            for (index c = 0; c < p_.operand.v.channels(); ++c) values_[c] += probability * value_[c];
        }
    }

    Problem const& p_;
    index batch_, head_, kv_head_;
    operand_rows<q_type> queries_;
    operand_rows<k_type> keys_;
    owned_array<attended_key> attended_;
    owned_array<double> value_, values_, moments_;
};

// Everything is computed before anything is written: a refusal leaves the outputs as they were.
template <class Problem> status execute(reference_engine const&, Problem const& p) {
    auto const& q = p.q();
    const index rows = q.batches() * q.heads() * q.positions();
    index channels = 0; // of all outputs together
    each(p.outputs, [&](auto, auto const& output) { channels += output.target.channels(); });
    owned_array<float> results(rows * channels);
    float* next = results.data();
    table_fault fault;
    for (index batch = 0; batch < q.batches(); ++batch)
        for (index head = 0; head < q.heads(); ++head) {
            reference_head<Problem> here(p, batch, head);
            for (index i = 0; i < q.positions(); ++i) {
                const reference_row finished = here.row(i, fault);
                if (fault.size != 0)
                    return status({"a table of ", fault.size, " entries is read at index ", fault.at,
                                   " for an attended key (batch ", batch, ", head ", head, ", query row ", i,
                                   "); clamp the index or lengthen the table"});
                each(p.outputs, [&](auto, auto const& output) {
                    for (index c = 0; c < output.target.channels(); ++c)
                        *next++ = static_cast<float>(
                            as_real(output.expression(reference_output{finished, batch, head, i, c})));
                });
            }
        }
    float const* from = results.data();
    for (index row = 0; row < rows; ++row)
        each(p.outputs, [&](auto, auto const& output) {
            const index i = row % q.positions(), head = row / q.positions() % q.heads();
            for (index c = 0; c < output.target.channels(); ++c) {
                auto& place = output.target.at(row / q.positions() / q.heads(), head, i, c);
                place = static_cast<std::remove_reference_t<decltype(place)>>(*from++);
            }
        });
    return status();
}

// An operand written to a view: k_slot = rope_pairs(k_new, frequency).
template <view V, operand O> void execute_copy(reference_engine const&, assignment<V, O> const& copy) {
    auto const& source = source_of(copy.expression);
    owned_array<double> row(source.channels());
    for (index batch = 0; batch < source.batches(); ++batch)
        for (index head = 0; head < source.heads(); ++head)
            for (index i = 0; i < source.positions(); ++i) {
                read_row(copy.expression, batch, head, i, row.data());
                for (index c = 0; c < source.channels(); ++c)
                    copy.target.at(batch, head, i, c) = static_cast<typename V::element>(static_cast<float>(row[c]));
            }
}

} // namespace v0_1
} // namespace fovea
