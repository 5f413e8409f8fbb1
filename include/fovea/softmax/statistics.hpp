// Which statistics a pass keeps besides its sums.
//
//     constexpr statistics wanted{.entropy = true};
#pragma once

namespace fovea {

struct statistics {
    bool logsumexp = false, maximum = false, entropy = false;
};

} // namespace fovea
