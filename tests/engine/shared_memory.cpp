// Memory that a call both reads and writes: refused where rows would be read after others wrote over them, and accepted
// where tensors are interleaved in one buffer and share nothing.
#include <cstdint>
#include <fovea/fovea.hpp>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using std::int64_t;

namespace {

using view = fv::strided_view<float, int64_t>;

view rows_at(float* data, fv::extents extent, int64_t channels, fv::strides stride) {
    view v = fv::tensor(data, fv::bhsd(1, 1, 1, channels));
    v.layout.extent = extent;
    v.layout.stride = stride;
    return v;
}
std::string attend(view q, view k, view v, view o) {
    return fv::try_run(fv::cpu(), o = fv::sum(fv::softmax(fv::scaled_dot(q, k)) * v)).sentence();
}
void holds(std::string const& sentence, std::initializer_list<char const*> words) {
    INFO("'" << sentence << "'");
    for (char const* word : words) CHECK(sentence.find(word) != std::string::npos);
}

constexpr int64_t n = 6, h = 2, d = 4;

} // namespace

TEST_CASE("an output on a bias tensor or a table that the expression reads is refused", "[refusals]") {
    std::vector<float> q(n * d, 0.5f), k(n * d, 0.25f), b(n * n), t(n * n), apart(n);
    const view at_q = fv::tensor(q.data(), fv::bhsd(1, 1, n, int64_t{d})),
               at_k = fv::tensor(k.data(), fv::bhsd(1, 1, n, int64_t{d})),
               bias = fv::tensor(b.data(), fv::bhqk(1, 1, n, n));
    const auto table = fv::table(t.data(), n, n);
    using fv::terms::head, fv::terms::k_pos, fv::terms::q_pos;
    const auto s = fv::scaled_dot(at_q, at_k);
    const auto rows = [](float* to) { return fv::tensor(to, fv::bhs(1, 1, n)); };
    const auto run = [](auto const&... a) { return std::string(fv::try_run(fv::cpu(), a...).sentence()); };
    holds(run(rows(b.data()) = fv::logsumexp(s + fv::bias(bias))),
          {"output 1 starts at the first element of the bias tensor", "memory of its own"});
    holds(run(rows(b.data() + 8) = fv::logsumexp(s + fv::bias(bias))),
          {"output 1 begins 8 elements of 4 bytes after the bias tensor"});
    holds(run(rows(t.data()) = fv::logsumexp(s + fv::lookup(table, q_pos, k_pos))),
          {"output 1 starts at the first element of a table", "memory of its own"});
    holds(run(rows(t.data()) = fv::logsumexp(fv::where(fv::lookup(table, q_pos, k_pos) < 1.f, s))), {"a table"});
    holds(run(rows(t.data()) = fv::sum(fv::softmax(s, fv::lookup(table, 0, head)) * k_pos)), {"a table"});
    holds(run(rows(t.data()) = fv::sum(fv::softmax(s) * fv::lookup(table, 0, k_pos))), {"a table"});
    holds(run(rows(apart.data()) = fv::logsumexp(s + fv::bias(bias)),
              rows(t.data() + 6) = fv::sum(fv::softmax(s + fv::bias(bias)) * fv::lookup(table, 0, k_pos))),
          {"output 2 begins 6 elements of 4 bytes after a table"});
    CHECK(run(rows(apart.data()) = fv::logsumexp(s + fv::bias(bias))).empty());
    for (float x : b) CHECK(x == 0);
    for (float x : t) CHECK(x == 0);
}

TEST_CASE("an output that shares rows with what other rows read is refused", "[refusals]") {
    constexpr int64_t row = h * d;
    std::vector<float> q((n + 2) * row, 0.5f), k((n + 2) * row, 0.25f), v((n + 2) * row, 2.f), o(n * row);
    const auto at = [](float* p) { return rows_at(p, {1, h, n}, d, {0, d, row, 1}); };
    const view in_q = at(q.data() + row), in_k = at(k.data() + row), in_v = at(v.data() + row);
    holds(attend(in_q, in_k, in_v, at(q.data() + 2 * row)),
          {"output 1 begins 8 elements of 4 bytes after q and shares memory", "begin where that does"});
    holds(attend(in_q, in_k, in_v, at(q.data())), {"output 1 begins 8 elements of 4 bytes before q"});
    holds(attend(in_q, in_k, in_v, at(k.data() + 2 * row)), {"output 1", "8 elements", "after k", "of its own"});
    holds(attend(in_q, in_k, in_v, at(v.data())), {"output 1", "8 elements", "before v", "of its own"});
    holds(attend(in_q, in_k, in_v, rows_at(v.data() + 2 * row, {1, h, n}, d, {0, n * d, d, 1})), {"after v"});
    CHECK(attend(in_q, in_k, in_v, in_q).empty());
    CHECK(attend(in_q, in_k, in_v, at(o.data())).empty());
    const view one_head = rows_at(k.data() + row, {1, 1, n}, d, {-7, -9, row, 1}); // k has head 1's place free
    CHECK(attend(rows_at(q.data(), {1, 1, n}, d, {-3, 5, d, 1}), one_head, one_head,
                 rows_at(k.data() + row + d, {1, 1, n}, d, {-11, 0, row, 1}))
              .empty());
}

TEST_CASE("queries, keys and values may lie in one buffer, row beside row", "[refusals]") {
    constexpr int64_t row = 3 * h * d;
    std::vector<float> qkv(n * row), apart(n * h * d);
    const auto fill = [&] {
        for (std::size_t i = 0; i < qkv.size(); ++i) qkv[i] = static_cast<float>(i * 37 % 101) * 0.02f;
    };
    const auto part = [&](int64_t i) { return rows_at(qkv.data() + i * h * d, {1, h, n}, d, {0, d, row, 1}); };
    const view o = fv::tensor(apart.data(), fv::bshd(1, n, h, int64_t{d}));
    fill();
    CHECK(attend(part(0), part(1), part(2), o).empty());
    CHECK(attend(part(0), part(1), part(2), part(0)).empty());
    for (int64_t i = 0; i < n; ++i)
        for (int64_t c = 0; c < h * d; ++c)
            CHECK(qkv[static_cast<std::size_t>(i * row + c)] == apart[static_cast<std::size_t>(i * h * d + c)]);
    holds(attend(part(0), part(1), part(1), part(2)), {});
    CHECK(attend(part(0), part(1), part(1), part(2)).empty());
    holds(attend(part(0), part(1), part(2), rows_at(qkv.data() + d, {1, h, n}, d, {0, d, row, 1})),
          {"output 1", "4 elements", "shares memory"});
}

TEST_CASE("halves of one buffer and interleaved heads share nothing", "[refusals]") {
    std::vector<float> m(8 * n * h * d, 0.5f), k(n * h * d, 0.5f);
    const view at_k = fv::tensor(k.data(), fv::bshd(1, n, h, int64_t{d}));
    const auto halves = [&](int64_t i) { return fv::tensor(m.data() + i * n * h * d, fv::bshd(1, n, h, int64_t{d})); };
    CHECK(attend(halves(0), at_k, at_k, halves(1)).empty());
    const auto heads = [&](int64_t i) { return rows_at(m.data() + i * d, {1, h, n}, d, {0, 2 * d, 2 * h * d, 1}); };
    CHECK(attend(heads(0), at_k, at_k, heads(1)).empty());
    CHECK(attend(at_k, heads(1), heads(1), heads(0)).empty());
    const auto channels = [&](int64_t i) { return rows_at(m.data() + i, {1, h, n}, d, {0, 2 * d, 2 * h * d, 2}); };
    CHECK(attend(channels(0), at_k, at_k, channels(1)).empty());
    holds(attend(channels(0), at_k, at_k, channels(2)), {"2 elements", "after q"});
}

TEST_CASE("a copy that lies across its operand is refused, and one in place or beside it is not", "[refusals]") {
    std::vector<float> m(4 * n * d);
    for (std::size_t i = 0; i < m.size(); ++i) m[i] = static_cast<float>(i);
    const std::vector<float> before = m;
    const auto at = [&](int64_t i) { return fv::tensor(m.data() + i, fv::bshd(1, n, 1, int64_t{d})); };
    const auto copy = [&](view to, view from) {
        return std::string(fv::try_run(fv::cpu(), to = fv::scale(from, 1.f)).sentence());
    };
    holds(copy(at(d), at(0)),
          {"the target of the copy begins 4 elements of 4 bytes after the operand copied", "memory of its own"});
    holds(copy(at(0), at(d)), {"the target of the copy begins 4 elements of 4 bytes before the operand copied"});
    const auto turned = fv::tensor(reinterpret_cast<fv::bf16*>(m.data()) + 2, fv::bshd(1, n, 1, int64_t{d}));
    holds(fv::try_run(fv::cpu(), turned = fv::scale(at(0), 1.f)).sentence(),
          {"the target of the copy begins 2 elements of 2 bytes after the operand copied"});
    CHECK(m == before);
    CHECK(copy(at(0), at(0)).empty());
    CHECK(copy(at(n * d), at(0)).empty());
    const auto every_other = [&](int64_t i) { return rows_at(m.data() + i * d, {1, 1, n}, d, {0, 0, 2 * d, 1}); };
    CHECK(copy(every_other(1), every_other(0)).empty());
}
