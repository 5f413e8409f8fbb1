// longest_first without a device: what it says, and that it computes nothing.
#include <fovea/describe.cuh>
#include <fovea/fovea.cuh>
#include <fovea/schedule.cuh>
#include <string>
#include <vector>

#include "support/catch.hpp"

namespace fv = fovea;
using namespace fovea::literals;

TEST_CASE("longest_first: described like its kernel, and refused with a sentence") {
    std::vector<fv::bf16> data(100 * 64);
    std::vector<float> o_data(100 * 64, -1.f);
    std::vector<std::int32_t> ids(100);
    const auto axes = fv::bshd(1, 100, 1, 64_c);
    const auto q = fv::tensor(data.data(), axes), k = fv::tensor(data.data(), fv::bshd(1, 100, 1, 64_c));
    const auto s = fv::where(fv::documents(fv::sorted(ids.data(), 1, 100)), fv::scaled_dot(q, k));
    const auto outputs = fv::tensor(o_data.data(), axes) = fv::sum(fv::softmax(s) * k);
    const auto engine = fv::longest_first(fv::cuda());

    const std::string text = to_string(fv::describe(engine, outputs));
    INFO(text);
    CHECK(text.find("cuda, sm_80, longest first (built for sm_") != std::string::npos);
    CHECK(text.find("blocks begin with those that have most live tiles") != std::string::npos);

    // No workspace: refused by a device for its size, and by none for being none.
    const std::string sentence = fv::try_run(engine, outputs).sentence();
    INFO(sentence);
    const bool device = fv::workspace_bytes(engine, outputs) > 0;
    CHECK(sentence.find(device ? "the workspace has 0 bytes but the order of 1 blocks takes "
                               : "the device refuses the sort of blocks: ") != std::string::npos);
    CHECK(o_data == std::vector<float>(100 * 64, -1.f));

    alignas(32) char memory[64];
    const auto askew = fv::longest_first(fv::cuda(), {memory + 8, 8});
    CHECK(std::string(fv::try_run(askew, outputs).sentence()).find("begins 8 bytes past") != std::string::npos);
    CHECK(fv::workspace_bytes(engine, fv::tensor(o_data.data(), fv::bshd(1, 100, 2, 32_c)) = fv::sum(
                                          fv::softmax(s) * k)) == 0); // does not fit: the call itself would be refused
}
