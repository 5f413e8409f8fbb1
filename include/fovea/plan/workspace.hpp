// Memory that a run may use and leaves in any state; the caller owns it.
//
//     fovea::workspace scratch{pointer, bytes};      // of the device, where a device runs
//
// Not shared by runs that may overlap in time.
#pragma once
#include <cstdint>

#include "fovea/base/refusal.hpp"

namespace fovea::inline v0_1 {

// Empty: {}, which every engine that takes a workspace can do without.
struct workspace {
    void* data = nullptr;
    index bytes = 0;
};

inline constexpr index workspace_alignment = 32;

// Too little is no error; what cannot be memory is.
inline status refusal_of_workspace(workspace const& w) {
    if (w.bytes < 0) return status({"the workspace has ", w.bytes, " bytes but 0 is the least; {} is none"});
    if (w.bytes > 0 && w.data == nullptr)
        return status({"the workspace has ", w.bytes, " bytes but no memory: its data is null; {} is none"});
    const auto past = static_cast<index>(reinterpret_cast<std::uintptr_t>(w.data) % workspace_alignment);
    if (w.bytes > 0 && past != 0)
        return status({"the workspace begins ", past, " bytes past a multiple of ", workspace_alignment,
                       "; what cudaMalloc returns is aligned"});
    return {};
}

} // namespace fovea::inline v0_1
