// Variants over plain causal at head size 128.
#include "gpu/variants.cuh"

int main(int count, char** arguments) { return bench::measure_variants<128>(count, arguments); }
