// All memory of this program's vectors and guarded buffers is registered: the device reads it where the host does.
//
//     show_memory_to_device();   // before the first kernel; guarded buffers announce themselves
//
// The random cases were written for engines on the host; so they run unchanged. Pages come slowly over the bus, which
// matters to no test.
#pragma once
#include <cstddef>

namespace tests {

void show_memory_to_device();
void register_pages(void* at, std::size_t bytes);
void unregister_pages(void* at);

} // namespace tests
