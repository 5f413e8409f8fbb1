// Included before everything else by tests that use vectors wider than the machine's: no such vector crosses a call
// between two sources, so the compiler's warning about how it would be passed does not concern us.
#pragma once
#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wpsabi"
#endif
