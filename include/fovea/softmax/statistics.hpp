// Which statistics a pass keeps besides its sums.
//
//     constexpr statistics wanted{.entropy = true};
#pragma once

namespace [[gnu::visibility("hidden")]] fovea {
inline namespace v0_1 {

struct statistics {
    bool logsumexp = false, maximum = false, entropy = false;
};
inline constexpr statistics every_statistic{true, true, true};

} // namespace v0_1
} // namespace fovea
