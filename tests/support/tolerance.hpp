// How far a result may be from the oracle: computed from format, sizes and scores, never typed at a call.
//
//     std::string why = tests::compare(right, naive, got, tests::format::bf16);      // empty: within bounds
//
// The criterion: the error, as a root mean square over the whole output and in the worst element, is at most twice that
// of an unfused computation in the same formats. Where so few numbers are compared that the yardstick may be exact by
// luck, a floor stands in: what any computation in fp32 with a rounded result must be allowed.
#pragma once
#include <algorithm>
#include <sstream>
#include <string>

#include "support/oracle.hpp"

namespace tests {

// What came out of a run. Empty: not asked for.
struct results {
    std::vector<double> output, logsumexp, maximum, entropy, expectation;
};

struct error_size {
    double square = 0, worst = 0;
    void add(double e) {
        square += e * e;
        worst = std::max(worst, e);
    }
    double rms(std::size_t n) const { return n == 0 ? 0 : std::sqrt(square / static_cast<double>(n)); }
};

// What an engine rounds besides fp32: weights between the two products, which no statistic sees, and before the first
// operands that were rotated or, to tf32, all of them.
// score: what a score may be off by besides, such as c times the absolute error of a tanh in c tanh(s / c).
struct roundings {
    format weights = format::fp32, rotated = format::fp32;
    double score = 0;
};

// A score of size s carries about (16 + 4 s) roundings of fp32 into the exponent, and from there into weights; and one
// of its operands, where these are rounded.
inline double score_floor(double s, roundings r) {
    return r.score + unit_of(format::fp32) * (16 + 4 * s) + (r.rotated == format::fp32 ? 0 : unit_of(r.rotated) * s);
}

// The ratio of fused to unfused error where the yardstick is meaningful, for reports.
struct comparison {
    std::string why;
    double ratio = 0;
};

inline std::string at_row(std::size_t row) { return " in row " + std::to_string(row); }

inline void compare_output(answer const& right, answer const& naive, std::vector<double> const& got, roundings r,
                           format out, comparison& c) {
    const std::size_t rows = right.attended.size(), n = got.size() / std::max<std::size_t>(rows, 1);
    error_size ours, theirs, floor;
    for (std::size_t row = 0; row < rows; ++row) {
        const double fp32 = right.value_size[row] * score_floor(right.largest[row], r);
        for (std::size_t i = row * n; i < (row + 1) * n; ++i) {
            if (right.attended[row] == 0 && got[i] != 0) {
                c.why = "a row without a key is not 0" + at_row(row);
                return;
            }
            const double exact = rounded_to(right.output[i], out);
            if (std::isnan(right.output[i]) != std::isnan(got[i])) {
                c.why = (std::isnan(got[i]) ? "NaN" : "a number where NaN belongs") + at_row(row);
                return;
            }
            if (std::isnan(got[i]) || exact == got[i]) continue;
            // Rounding the result is nobody's error, and neither is a weight's own rounding where weights are 16-bit.
            const double rounding = 2 * unit_of(out) * std::abs(right.output[i]) + least_of(out);
            const double rounded_weights = r.weights == format::fp32 ? 0 : unit_of(r.weights) * right.value_size[row];
            ours.add(std::max(0.0, std::abs(got[i] - right.output[i]) - rounding));
            theirs.add(std::abs(naive.output[i] - right.output[i]));
            floor.add(fp32 + rounded_weights);
        }
    }
    const std::size_t count = got.size();
    const double worst = 2 * theirs.worst + floor.worst;
    const double rms = 2 * theirs.rms(count) + floor.rms(count) * (count < 1000 ? 1 : 0.25);
    if (ours.worst > worst || ours.rms(count) > rms) {
        std::ostringstream text;
        text << "output: worst error " << ours.worst << " of at most " << worst << ", rms " << ours.rms(count) << " of "
             << rms;
        c.why = text.str();
    }
    if (count >= 1000 && rows >= 64 && theirs.rms(count) > 0) c.ratio = ours.rms(count) / theirs.rms(count);
}

// A statistic: one number a row, kept in fp32. size(row): what its error is relative to.
template <class Size>
void compare_rows(char const* name, std::vector<double> const& right, std::vector<double> const& naive,
                  std::vector<double> const& got, answer const& all, double empty, Size size, roundings r,
                  comparison& c) {
    if (got.empty() || !c.why.empty()) return;
    for (std::size_t row = 0; row < got.size(); ++row) {
        std::ostringstream text;
        if (all.attended[row] == 0) {
            if (got[row] != empty) text << name << " of a row without a key is " << got[row] << at_row(row);
        } else {
            const double allowed = 2 * std::abs(naive[row] - right[row]) + size(row) * score_floor(all.largest[row], r);
            const double error = std::abs(got[row] - right[row]);
            if (!(error <= allowed) && !(std::isnan(right[row]) && std::isnan(got[row])))
                text << name << " is " << got[row] << ", not " << right[row] << at_row(row) << "; error " << error
                     << " of at most " << allowed;
        }
        if (c.why = text.str(); !c.why.empty()) return;
    }
}

inline comparison compare(answer const& right, answer const& naive, results const& got, roundings r, format out) {
    comparison c;
    const double none = -std::numeric_limits<double>::infinity();
    compare_output(right, naive, got.output, r, out, c);
    const auto one = [](std::size_t) { return 1.0; };
    compare_rows("logsumexp", right.logsumexp, naive.logsumexp, got.logsumexp, right, none, one, r, c);
    compare_rows("max", right.maximum, naive.maximum, got.maximum, right, none, one, r, c);
    const auto log_keys = [&](std::size_t row) { return 2 + std::log(static_cast<double>(right.attended[row])); };
    compare_rows("entropy", right.entropy, naive.entropy, got.entropy, right, 0, log_keys, r, c);
    const auto moments = [&](std::size_t row) { return right.moment_size[row]; };
    compare_rows("expectation", right.expectation, naive.expectation, got.expectation, right, 0, moments, r, c);
    return c;
}

} // namespace tests
