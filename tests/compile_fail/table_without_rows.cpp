// expect: fovea: a table of rows is wanted: table(pointer, rows, columns), or table(pointer, n) where one row stands for all
#include <fovea/fovea.hpp>
#include <vector>

namespace fv = fovea;

int main() {
    const std::vector<int> ids(64); // of two sequences
#ifdef FOVEA_CONTROL
    auto mask = fv::documents(fv::table(ids.data(), 2, 32));
#else
    auto mask = fv::documents(ids);
#endif
    (void)mask;
}
