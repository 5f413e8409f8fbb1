// Every named mask under the laws of its readings, with several parameters; and where it can be, its tiles are exact.
#include "support/any_width.hpp"

#include <fovea/mask/block_sparse.hpp>
#include <fovea/mask/causal.hpp>
#include <fovea/mask/dilated.hpp>
#include <fovea/mask/documents.hpp>
#include <fovea/mask/everything.hpp>
#include <fovea/mask/neighbourhood.hpp>
#include <fovea/mask/padding.hpp>
#include <fovea/mask/prefix.hpp>
#include <fovea/mask/sink_tokens.hpp>
#include <fovea/mask/sliding_window.hpp>
#include <limits>

#include "laws/law.hpp"
#include "support/catch.hpp"

namespace fv = fovea;

namespace {

// Sharp: no tile whose elements agree is called `some`.
enum class sharpness { any, sharp };

template <class E> void check(char const* name, E const& e, sharpness wanted) {
    for (std::int64_t batch : {0, 2}) {
        const tests::law_report r = tests::run_laws_everywhere(e, batch, 3);
        INFO(name << ", batch " << batch << ": " << r.first);
        CHECK(r.broken() == 0);
        CHECK(r.tiles > 1000);
        if (wanted == sharpness::sharp) CHECK(r.undecided == 0);
    }
}

// 3 rows of documents over 200 positions, rising; and the same shuffled.
std::vector<std::int32_t> document_ids(bool rising) {
    tests::draws draw{21};
    std::vector<std::int32_t> ids;
    for (int row = 0; row < 3; ++row) {
        std::int32_t id = 0;
        for (int i = 0; i < 200; ++i) {
            if (draw.one_in(9)) ++id;
            ids.push_back(rising ? id : static_cast<std::int32_t>(draw.between(0, 2)));
        }
    }
    return ids;
}

} // namespace

TEST_CASE("causal, window, band, sink and prefix keep the laws and classify exactly", "[laws]") {
    check("everything", fv::everything, sharpness::sharp);
    check("causal", fv::causal, sharpness::sharp);
    for (std::int64_t n : {1, 2, 8, 33, 1000}) {
        check("sliding_window", fv::sliding_window(n), sharpness::sharp);
        check("sink_tokens", fv::sink_tokens(n), sharpness::sharp);
        check("prefix", fv::prefix(n), sharpness::any);
    }
    check("sliding_window(0)", fv::sliding_window(0), sharpness::any);
    for (std::int64_t left : {0, 3, 17})
        for (std::int64_t right : {0, 5, 40}) check("band", fv::band(left, right), sharpness::sharp);
}

TEST_CASE("a mask drawn by a hash of positions, which wraps around, keeps the laws", "[laws]") {
    using fv::terms::k_pos, fv::terms::q_pos;
    const auto drawn = (q_pos * 6364136223846793005 + k_pos * 1442695040888963407) >> 60;
    check("three of four pairs", (drawn & 3) != 0, sharpness::any);
    check("half of the blocks", ((q_pos / 8 * -7046029254386353131 - k_pos / 8 << 7) & 0x4000) != 0, sharpness::any);
    check("half of the keys", -(k_pos * 3935559000370003845) > 0, sharpness::any);
}

TEST_CASE("sums of positions and numbers that leave 64 bits inside a tile wrap around in every reading", "[laws]") {
    using fv::terms::k_pos, fv::terms::q_pos;
    for (std::int64_t less : {0, 1, 20, 71, 90, 120}) { // the origin's keys, and those of other places, leave 64 bits
        const std::int64_t most = fv::index_max - less, least = fv::index_min + less;
        check("keys that wrap, beside queries", q_pos < k_pos + most, sharpness::any);
        check("queries that wrap, beside keys", q_pos + most >= k_pos, sharpness::any);
        check("keys that wrap downwards", least - k_pos > q_pos, sharpness::any);
        check("both wrap", k_pos + most <= q_pos + most, sharpness::any);
        check("beside a number", k_pos + most > 5, sharpness::any);
        check("equal to a number", k_pos + most == least + 3 || k_pos + most != most, sharpness::any);
        check("a difference", q_pos - k_pos + most < 0, sharpness::any);
        check("an opposite", -(k_pos + most) < q_pos - most, sharpness::any);
        check("as a real number", (k_pos + most) * 1.f > 0.f, sharpness::any);
    }
}

TEST_CASE("padding and documents keep the laws and classify exactly", "[laws]") {
    const std::vector<std::int64_t> lengths{30, 0, 17};
    const std::vector<std::int32_t> short_lengths{1, 2, 100};
    check("padding", fv::padding(fv::table(lengths)), sharpness::sharp);
    check("padding of 32-bit lengths", fv::padding(fv::table(short_lengths)), sharpness::sharp);
    const auto rising = document_ids(true), shuffled = document_ids(false);
    check("documents, sorted", fv::documents(fv::sorted(rising.data(), 3, 200)), sharpness::sharp);
    check("documents, one row for all batches", fv::documents(fv::sorted(rising.data(), 200)), sharpness::sharp);
    check("documents, in any order", fv::documents(fv::table(shuffled.data(), 3, 200)), sharpness::any);
    check("documents, not said to be sorted", fv::documents(fv::table(rising.data(), 3, 200)), sharpness::sharp);
}

TEST_CASE("block_sparse keeps the laws and classifies exactly", "[laws]") {
    tests::draws draw{22};
    std::vector<unsigned char> bits(20 * 20);
    for (auto& bit : bits) bit = static_cast<unsigned char>(draw.one_in(2) ? draw.between(1, 255) : 0);
    const auto map = fv::table(bits.data(), 20, 20);
    check("8 x 8", fv::block_sparse(map, 8, 8), sharpness::any);
    check("4 x 16", fv::block_sparse(map, 4, 16), sharpness::any);
    check("7 x 5", fv::block_sparse(map, 7, 5), sharpness::any);
    // Whole blocks are decided; a tile over several blocks is the range of its bits.
    const auto mask = fv::block_sparse(map, 8, 8);
    int undecided = 0;
    for (std::int64_t q = 0; q < 20; ++q)
        for (std::int64_t k = 0; k < 20; ++k) {
            const auto c = covers(mask(tests::tile{.query = {8 * q, 8 * q + 7}, .key = {8 * k, 8 * k + 7}}));
            undecided += c != (bits[static_cast<std::size_t>(20 * q + k)] ? fv::coverage::all : fv::coverage::none);
        }
    CHECK(undecided == 0);
}

TEST_CASE("a window without end keeps the laws", "[laws]") {
    check("window", fv::sliding_window(SIZE_MAX), sharpness::sharp);
    check("band", fv::band(SIZE_MAX, 0), sharpness::sharp);
}

TEST_CASE("dilated and neighbourhood keep the laws", "[laws]") {
    for (std::int64_t n : {1, 2, 4, 7, 64}) check("dilated", fv::dilated(n), sharpness::any);
    check("neighbourhood 8", fv::neighbourhood(8, 1, 1), sharpness::any);
    check("neighbourhood 10", fv::neighbourhood(10, 2, 3), sharpness::any);
    check("neighbourhood 64", fv::neighbourhood(64, 0, 5), sharpness::any);
}

TEST_CASE("combinations of masks keep the laws", "[laws]") {
    using namespace fovea::terms;
    const std::vector<std::int64_t> lengths{30, 0, 17};
    const auto ids = document_ids(true);
    const auto documents = fv::documents(fv::sorted(ids.data(), 3, 200));
    check("streaming", fv::causal && (fv::sliding_window(9) || fv::sink_tokens(4)), sharpness::any);
    check("packed", fv::causal && documents, sharpness::any);
    check("packed window", fv::sliding_window(12) && documents && fv::padding(fv::table(lengths)), sharpness::any);
    check("not causal", !fv::causal, sharpness::sharp);
    check("a hole", !fv::band(3, 3) || q_pos == k_pos, sharpness::any);
    check("a head's own window", q_pos - k_pos < 4 * (head + 1) && k_pos <= q_pos, sharpness::sharp);
    check("one batch only", batch == 2 && fv::causal, sharpness::sharp);
    check("prefix by batch", fv::prefix(fv::lookup(fv::table(lengths), batch)), sharpness::any);
    check("strided", q_pos - k_pos < 8 || k_pos % 8 == 7, sharpness::any);
    check("bits", ((q_pos ^ k_pos) & 3) == 0, sharpness::any);
    check("shifts", (q_pos >> 3) == (k_pos >> 3), sharpness::any);
    check("selected", fv::select(head == 3, k_pos, q_pos - k_pos) < 10, sharpness::any);
    check("constant", fv::everything && fv::causal, sharpness::sharp);
}

TEST_CASE("masks of numbers that may be NaN keep the laws", "[laws]") {
    using namespace fovea::terms;
    const float nan = std::numeric_limits<float>::quiet_NaN(), inf = fv::infinity;
    const std::vector<float> numbers{0, 1, nan, -2, inf, 3, 0, 0, 0, 0, 0, 0, -inf, 0, 0, nan};
    const auto x = fv::lookup(fv::table(numbers), k_pos % 16);
    check("from -inf", x >= -inf, sharpness::any);
    check("up to inf", x <= inf, sharpness::any);
    check("abs", fv::abs(x) >= 0.f, sharpness::any);
    check("exp", fv::exp(x) >= 0.f, sharpness::any);
    check("tanh", fv::tanh(x) <= 1.f, sharpness::any);
    check("max, NaN first", fv::max(x, 0.f) >= 0.f, sharpness::any);
    check("max, NaN last", fv::max(0.f, x) >= 0.f, sharpness::any);
    check("min, NaN first", fv::min(x, 0.f) <= 0.f, sharpness::any);
    check("not below", !(fv::abs(x) < 0.f), sharpness::any);
}
