// A process that the system does not lend the matrix unit: runs of bf16 are refused and write nothing. A program of its
// own, since the unit is not taken back once it is lent.
#include <csignal>
#include <vector>

#include "fovea/fovea.hpp"
#include "support/catch.hpp"

namespace fv = fovea;

TEST_CASE("a matrix unit that the system does not lend is a refusal, until it does", "[refusal]") {
    if constexpr (fv::native_isa.bf16_tiles) {
        // Linux refuses while a signal could not store the registers on a thread's alternate stack.
        static char small_stack[2048], large_stack[1 << 16];
        stack_t before{}, small{}, large{};
        small.ss_sp = small_stack;
        small.ss_size = sizeof small_stack;
        large.ss_sp = large_stack;
        large.ss_size = sizeof large_stack;
        REQUIRE(sigaltstack(nullptr, &before) == 0);
        stack_t off{};
        off.ss_flags = SS_DISABLE;
        REQUIRE(sigaltstack(&off, nullptr) == 0);
        REQUIRE(sigaltstack(&small, nullptr) == 0);

        const fv::index rows = 40;
        std::vector<fv::bf16> data(rows * 32, fv::bf16{0.5f}), output(data.size(), fv::bf16{7.f});
        const auto axes = fv::bhsd(1, 1, rows, 32);
        const auto q = fv::tensor(data.data(), axes), o = fv::tensor(output.data(), axes);
        const auto p = fv::softmax(fv::scaled_dot(q, q));
        const fv::status refused = fv::try_run(fv::cpu(), o = fv::sum(p * q));
        REQUIRE(sigaltstack(&large, nullptr) == 0);
        const fv::status granted = fv::try_run(fv::cpu(), o = fv::sum(p * q));
        REQUIRE(sigaltstack(&before, nullptr) == 0);

        const std::string sentence = refused.sentence();
        CHECK(sentence.find("fovea: cpu(): compiled for the matrix unit (AMX)") == 0);
        CHECK(sentence.find("errno 28, a thread's alternate signal stack is too small") != sentence.npos);
        CHECK(granted.ok());
        CHECK(static_cast<float>(output[0]) == 0.5f);
    } else SUCCEED("this machine's products need no matrix unit");
}
