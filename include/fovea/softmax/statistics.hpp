// Which statistics a pass keeps besides its sums.
//
//     constexpr statistics wanted{.entropy = true};
#pragma once

namespace [[gnu::visibility("hidden")]] fovea {

struct statistics {
    bool logsumexp = false, maximum = false, entropy = false;
};

} // namespace fovea
