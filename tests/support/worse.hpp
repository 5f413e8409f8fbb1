// The larger of two errors. One that is not a number stays, and is below no bound.
#pragma once

namespace tests {

template <class T> T worse(T a, T b) { return a == a && !(b <= a) ? b : a; }

} // namespace tests
