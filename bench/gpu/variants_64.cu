// Variants over plain causal at head size 64.
#include "gpu/variants.cuh"

int main(int count, char** arguments) { return bench::measure_variants<64>(count, arguments); }
