// Faults that the emulator must go on finding, each with its clean twin: the primitives of sm_80.
#include "simt/selftest/programs.hpp"

using namespace fovea;
using namespace fovea::simt;

namespace {

word base() { return M::shared_base(); }
word mine() { return base() + M::thread() * 4; }
word opposite() { return base() + (63 - M::thread()) * 4; }
word neighbour() { return base() + (M::thread() ^ 1) * 4; }

const seeded memory_order[]{
    {"a store is read by another warp without a barrier",
     fault::race,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         if (!t.spoiled || M::warp() == 0) M::sync_warp();
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::load_shared<word>(opposite());
     }},
    {"a value is overwritten while others read it",
     fault::race,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         M::sync_block();
         M::load_shared<word>(opposite());
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::store_shared(mine(), 2u);
     }},
    {"two threads store to one word",
     fault::race,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         t.line = next_line();
         M::store_shared(t.spoiled ? base() + M::lane() * 4 : mine(), 1u);
     }},
    {"two lanes store to one half of a word",
     fault::race,
     {.threads = 32, .bytes = 256},
     [](trial& t) {
         t.line = next_line();
         M::store_shared(base() + (t.spoiled ? M::lane() / 2 : M::lane()) * 2, std::uint16_t{1});
     }},
    {"lanes exchange through memory without sync_warp",
     fault::race,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         if (!t.spoiled) M::sync_warp();
         t.line = next_line();
         M::load_shared<word>(neighbour());
     }},
    {"a shuffle is taken for a fence",
     fault::race,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         if (t.spoiled) M::shuffle_xor(1u, 1);
         else M::sync_warp();
         t.line = next_line();
         M::load_shared<word>(neighbour());
     }},
    {"a product is taken for a fence",
     fault::race,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         float sums[4] = {};
         M::store_shared(mine(), 1u);
         M::multiply<fp16>(sums, {0, 0, 0, 0}, {0, 0});
         if (!t.spoiled) M::sync_warp();
         t.line = next_line();
         M::load_shared<word>(neighbour());
     }},
    {"a producer arrives before it has written",
     fault::race,
     {.threads = 64, .bytes = 128},
     [](trial& t) {
         if (M::warp() == 0) M::store_shared(mine(), 0u);
         M::sync_block();
         if (M::warp() == 0) {
             if (t.spoiled) M::arrive_some<3, 64>();
             t.line = next_line();
             M::store_shared(mine(), 1u);
             if (!t.spoiled) M::arrive_some<3, 64>();
         } else {
             M::sync_some<3, 64>();
             t.second_line = next_line();
             M::load_shared<word>(base() + M::lane() * 4);
         }
     }},
    {"nobody wrote what is read",
     fault::unwritten,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         if (!t.spoiled || M::lane() != 9) M::store_shared(mine(), 1u);
         M::sync_warp();
         t.line = next_line();
         M::load_shared<word>(neighbour());
     }},
    {"ldmatrix reads a row that nobody wrote",
     fault::unwritten,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         word got[4];
         for (word i = 0; i < (t.spoiled ? 3u : 4u); ++i) M::store_shared(base() + M::lane() * 16 + i * 4, i);
         M::sync_warp();
         t.line = next_line();
         M::load_matrix_x4(got, base() + M::lane() * 16);
     }},
};

const seeded copies[]{
    {"a copy is not waited for",
     fault::in_flight,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         M::copy_async<16>(base() + M::lane() * 16, &t.input[M::lane() * 4]);
         M::commit_copies();
         if (!t.spoiled) M::wait_copies<0>();
         t.line = next_line();
         M::load_shared<word>(base() + M::lane() * 16);
         M::wait_copies<0>();
     }},
    {"a wait leaves one group too many",
     fault::in_flight,
     {.threads = 32, .bytes = 1024},
     [](trial& t) {
         for (word stage = 0; stage < 2; ++stage) {
             M::copy_async<16>(base() + stage * 512 + M::lane() * 16, &t.input[M::lane() * 4]);
             M::commit_copies();
         }
         if (t.spoiled) M::wait_copies<1>();
         else M::wait_copies<0>();
         t.line = next_line();
         M::load_shared<word>(base() + 512 + M::lane() * 16);
         M::wait_copies<0>();
     }},
    {"a copy was never put in a group",
     fault::in_flight,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         M::copy_async<4>(mine(), &t.input[M::lane()]);
         if (!t.spoiled) M::commit_copies();
         M::wait_copies<0>();
         t.line = next_line();
         M::load_shared<word>(mine());
     }},
    {"each thread waits for its copies, and none for the others'",
     fault::in_flight,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::copy_async<4>(mine(), &t.input[M::thread()]);
         M::commit_copies();
         M::wait_copies<0>();
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::load_shared<word>(opposite());
     }},
    {"the barrier comes before the wait",
     fault::in_flight,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::copy_async<4>(mine(), &t.input[M::thread()]);
         M::commit_copies();
         if (t.spoiled) M::sync_block();
         M::wait_copies<0>();
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::load_shared<word>(opposite());
     }},
    {"a stage is filled again while others read it",
     fault::race,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         M::sync_block();
         M::load_shared<word>(opposite());
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::copy_async<4>(mine(), &t.input[0]);
         M::commit_copies();
         M::wait_copies<0>();
     }},
    {"a store lands beside a copy to the same place",
     fault::race,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         M::copy_async<4>(mine(), &t.input[0]);
         M::commit_copies();
         if (!t.spoiled) M::wait_copies<0>();
         t.line = next_line();
         M::store_shared(mine(), 1u);
         M::wait_copies<0>();
     }},
    {"the kernel ends with copies under way",
     fault::protocol,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         M::copy_async<4>(mine(), &t.input[0]);
         M::commit_copies();
         if (!t.spoiled) M::wait_copies<0>();
         t.line = next_line();
         M::sync_warp();
     }},
    {"a stage is read after it was released",
     fault::stale,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         M::sync_block();
         M::load_shared<word>(opposite());
         M::sync_block();
         M::discard_shared(mine(), 4);
         M::sync_block();
         if (!t.spoiled) M::store_shared(mine(), 2u);
         M::sync_block();
         t.line = next_line();
         M::load_shared<word>(opposite());
     }},
    {"a stage is released while others read it",
     fault::race,
     {.threads = 64, .bytes = 256},
     [](trial& t) {
         M::store_shared(mine(), 1u);
         M::sync_block();
         M::load_shared<word>(opposite());
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::discard_shared(mine(), 4);
     }},
};

const seeded collectives[]{
    {"half a warp shuffles, the other synchronises",
     fault::divergence,
     {},
     [](trial& t) {
         if (t.spoiled && M::lane() < 16) M::ballot(true);
         t.line = next_line();
         M::sync_warp();
     }},
    {"one shuffle on two lines",
     fault::divergence,
     {},
     [](trial& t) {
         if (t.spoiled && M::lane() < 16) M::shuffle_xor(1, 1);
         t.line = next_line();
         M::shuffle_xor(1, 1);
     }},
    {"a lane has left the kernel",
     fault::left,
     {},
     [](trial& t) {
         t.line = next_line() + 1;
         if (t.spoiled && M::lane() == 5) return;
         M::sync_warp();
     }},
    {"a warp skips the barrier",
     fault::deadlock,
     {.threads = 96},
     [](trial& t) {
         if (t.spoiled && M::warp() == 1) M::sync_some<1, 64>();
         t.line = next_line();
         M::sync_block();
     }},
    {"a named barrier is used with two counts",
     fault::protocol,
     {.threads = 64},
     [](trial& t) {
         if (t.spoiled && M::warp() == 0) M::arrive_some<2, 96>();
         t.line = next_line();
         M::sync_some<2, 64>();
     }},
    {"a fourth warp arrives at a barrier of three",
     fault::protocol,
     {.threads = 128},
     [](trial& t) {
         t.line = next_line();
         if (t.spoiled || M::warp() < 3) M::arrive_some<2, 96>();
     }},
    {"a named barrier waits for a warp that does not come",
     fault::deadlock,
     {.threads = 64},
     [](trial& t) {
         if (t.spoiled && M::warp() == 1) return;
         t.line = next_line();
         M::sync_some<4, 64>();
     }},
    {"a shuffle from a lane that is not there",
     fault::protocol,
     {},
     [](trial& t) {
         t.line = next_line();
         M::shuffle(1.0f, t.spoiled ? 32 : 31);
     }},
    {"the first bit of nothing",
     fault::protocol,
     {},
     [](trial& t) {
         t.line = next_line();
         M::first_bit(t.spoiled ? 0 : 8);
     }},
    {"a kernel throws",
     fault::exception,
     {},
     [](trial& t) {
         t.line = next_line();
         M::sync_warp();
         if (t.spoiled && M::lane() == 3) throw std::runtime_error("a fault of the test");
     }},
};

const seeded addresses[]{
    {"shared memory beyond its end",
     fault::shared_bounds,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         t.line = next_line();
         M::store_shared(mine() + (t.spoiled ? 4 : 0), 1u);
     }},
    {"a shared address without its base",
     fault::shared_bounds,
     {.threads = 32, .bytes = 128},
     [](trial& t) {
         t.line = next_line();
         M::store_shared((t.spoiled ? 0 : base()) + M::lane() * 4, 1u);
     }},
    {"a shared address that is not aligned",
     fault::misaligned,
     {.threads = 32, .bytes = 260},
     [](trial& t) {
         t.line = next_line();
         M::store_shared(base() + M::lane() * 8 + (t.spoiled ? 4 : 0), std::uint64_t{1});
     }},
    {"ldmatrix from half a row on",
     fault::misaligned,
     {.threads = 32, .bytes = 520},
     [](trial& t) {
         word got[4];
         for (word i = 0; i < 4; ++i) M::store_shared(base() + M::lane() * 16 + i * 4, i);
         M::sync_warp();
         t.line = next_line();
         M::load_matrix_x4(got, base() + M::lane() * 16 + (t.spoiled ? 8 : 0));
     }},
    {"ldmatrix beyond the end",
     fault::shared_bounds,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         word got[4];
         for (word i = 0; i < 4; ++i) M::store_shared(base() + M::lane() * 16 + i * 4, i);
         M::sync_warp();
         t.line = next_line();
         M::load_matrix_x4(got, base() + M::lane() * 16 + (t.spoiled ? 512 : 0));
     }},
    {"a copy beyond the end of shared memory",
     fault::shared_bounds,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         t.line = next_line();
         M::copy_async<16>(base() + M::lane() * 16 + (t.spoiled ? 16 : 0), &t.input[0]);
         M::commit_copies();
         M::wait_copies<0>();
     }},
    {"a copy from an address that is not aligned",
     fault::misaligned,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         t.line = next_line();
         M::copy_async<16>(base() + M::lane() * 16, &t.input[t.spoiled ? 1 : 0]);
         M::commit_copies();
         M::wait_copies<0>();
     }},
    {"a copy from beyond the end of a buffer",
     fault::global_bounds,
     {.threads = 32, .bytes = 512},
     [](trial& t) {
         t.line = next_line();
         M::copy_async<16>(base() + M::lane() * 16, t.input.data() + 1024, !t.spoiled ? false : true);
         M::commit_copies();
         M::wait_copies<0>();
     }},
    {"a load from beyond the end of a buffer",
     fault::global_bounds,
     {},
     [](trial& t) {
         t.line = next_line();
         M::load(t.input.data() + (t.spoiled ? 1024 : 1023));
     }},
    {"a load from before a buffer",
     fault::global_bounds,
     {},
     [](trial& t) {
         t.line = next_line();
         M::load(t.input.data() - (t.spoiled ? 1 : 0));
     }},
    {"a store to an input",
     fault::global_bounds,
     {},
     [](trial& t) {
         t.line = next_line();
         M::store(t.spoiled ? &t.input[M::lane()] : &t.output[M::lane()], 1u);
     }},
    {"a global address that is not aligned",
     fault::misaligned,
     {},
     [](trial& t) {
         auto const* const at = reinterpret_cast<char const*>(t.input.data()) + (t.spoiled ? 2 : 4);
         t.line = next_line();
         M::load(static_cast<word const*>(static_cast<void const*>(at)));
     }},
};

const seeded ownership[]{
    {"two blocks write one element",
     fault::ownership,
     {.threads = 32, .grid = {2}},
     [](trial& t) {
         t.line = next_line();
         M::store(&t.output[M::lane() + (t.spoiled ? 0 : M::block(0) * 32)], 1u);
     }},
    {"two threads write one element",
     fault::race,
     {.threads = 64},
     [](trial& t) {
         t.line = next_line();
         M::store(&t.output[t.spoiled ? M::lane() : M::thread()], 1u);
     }},
    {"an output is written twice",
     fault::ownership,
     {},
     [](trial& t) {
         M::store(&t.output[M::lane()], 1u);
         t.line = next_line();
         M::store(&t.output[M::lane() + (t.spoiled ? 0 : 32)], 1u);
     }},
    {"a plain store beside another block's sums",
     fault::ownership,
     {.threads = 32, .grid = {2}},
     [](trial& t) {
         if (t.spoiled && M::block(0) == 1) {
             t.line = next_line();
             M::store(&t.shared[M::lane()], 1u);
         } else M::add(&t.shared[M::lane()], 1u);
     }},
    {"an output is read before it is written",
     fault::unwritten,
     {},
     [](trial& t) {
         if (!t.spoiled) M::store(&t.output[M::lane()], 1u);
         t.line = next_line();
         M::load_fresh(&t.output[M::lane()]);
     }},
    {"load() of what the kernel writes",
     fault::race,
     {},
     [](trial& t) {
         M::store(&t.shared[M::lane()], 1u);
         M::load_fresh(&t.shared[M::lane()]);
         t.line = next_line();
         M::load(&t.shared[M::lane() + (t.spoiled ? 0 : 32)]);
     }},
    {"a thread reads what its block wrote, without a barrier",
     fault::race,
     {.threads = 64},
     [](trial& t) {
         M::store(&t.shared[M::thread()], 1u);
         if (!t.spoiled) M::sync_block();
         t.line = next_line();
         M::load_fresh(&t.shared[63 - M::thread()]);
     }},
};

// Blocks that pass a turn to the next one: `turn` is shared[1000].
void add_in_turn(trial& t, bool gathered, bool observed) {
    word* const turn = &t.shared[1000];
    if (observed && M::thread() == 0)
        while (M::observe(turn) != M::block(0)) M::yield();
    if (observed) M::sync_block();
    t.line = next_line();
    const word before = M::load_fresh(&t.shared[M::thread()]);
    M::store(&t.shared[M::thread()], before + 1);
    if (gathered) M::sync_block();
    if (M::thread() == 0) M::publish(turn, M::block(0) + 1);
}

const seeded turns[]{
    {"a block reads what another wrote without observing its turn",
     fault::ownership,
     {.threads = 64, .grid = {3}},
     [](trial& t) { add_in_turn(t, true, !t.spoiled); }},
    {"a turn is published before all threads have written",
     fault::ownership,
     {.threads = 64, .grid = {3}},
     [](trial& t) { add_in_turn(t, !t.spoiled, true); }},
    {"a turn that nobody will publish is waited for",
     fault::deadlock,
     {.threads = 32, .grid = {2}},
     [](trial& t) {
         word* const turn = &t.shared[1000];
         t.line = next_line();
         while (M::thread() == 0 && M::observe(turn) != (t.spoiled ? 7 : M::block(0))) M::yield();
         M::sync_block();
         if (M::thread() == 0) M::publish(turn, M::block(0) + 1);
     }},
};

} // namespace

TEST_CASE("faults in the order of shared memory are found on their line") {
    for (seeded const& one : memory_order) check(one);
}
TEST_CASE("faults with asynchronous copies are found on their line") {
    for (seeded const& one : copies) check(one);
}
TEST_CASE("faults with collectives and barriers are found on their line") {
    for (seeded const& one : collectives) check(one);
}
TEST_CASE("faults of addresses are found on their line") {
    for (seeded const& one : addresses) check(one);
}
TEST_CASE("faults of who writes what are found on their line") {
    for (seeded const& one : ownership) check(one);
}
TEST_CASE("faults between blocks are found on their line") {
    for (seeded const& one : turns) check(one);
}
