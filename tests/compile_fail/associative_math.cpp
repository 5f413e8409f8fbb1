// expect: fovea: -fassociative-math takes away the roundings that powers are made of; add -fno-associative-math
#ifndef FOVEA_CONTROL
#define __ASSOCIATIVE_MATH__ 1 // as g++ does with the option
#endif
#include <fovea/fovea.hpp>

int main() {}
