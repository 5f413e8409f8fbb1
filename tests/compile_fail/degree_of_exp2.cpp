// expect: fovea: exp2_terms::degree is 3 or 5
#include <fovea/fovea.hpp>

#ifdef FOVEA_CONTROL
constexpr int degree = 3;
#else
constexpr int degree = 4;
#endif

int main() { (void)fovea::exp2<fovea::exp2_terms{degree}>(fovea::splat<4>(1.f)); }
