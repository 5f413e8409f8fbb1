// Where the host puts what a kernel is launched with, and where the device looks for it: tools/check_ptx.py compares
// what this program prints with the constants of its PTX. sizeof would not do: nvcc's front end folds it as the host.
#include <cstdio>
#include <fovea/fovea.cuh>

namespace fv = fovea;
using namespace fovea::literals;

constexpr int numbers = 7;

template <class Params> FOVEA_HOST_DEVICE void lay_out(Params const& p, int* offset) {
    const auto at = [&](auto const& member) {
        return static_cast<int>(reinterpret_cast<char const*>(&member) - reinterpret_cast<char const*>(&p));
    };
    offset[0] = at(p.problem.scored);
    offset[1] = at(p.problem.outputs);
    offset[2] = at(p.plan);
    offset[3] = at(p.plan) + static_cast<int>(sizeof(p.plan));
    offset[4] = at(p.q);
    offset[5] = at(p.k);
    offset[6] = at(p.v);
}

template <int Case, class Params> __global__ void laid_out(const __grid_constant__ Params p, int* offset) {
    lay_out(p, offset);
}

// An engine that prints instead of running.
template <int Case> struct printed {
    static constexpr char const* name = "printed";
};
template <int Case, class Problem> fv::status execute(printed<Case> const&, Problem const& p) {
    using tile = typename fv::cuda_engine<>::template tile_for<Problem>;
    const auto params = fv::sm80::make_params<tile>(p);
    auto const kernel = laid_out<Case, std::remove_const_t<decltype(params)>>;
    int offset[numbers];
    lay_out(params, offset);
    std::printf("%d", Case);
    for (int x : offset) std::printf(" %d", x);
    std::printf(kernel == nullptr ? " no kernel\n" : "\n");
    return {};
}

int main() {
    static fv::bf16 memory[1 << 16];
    static float rows[1 << 12];
    const auto of = [&](int i) { return fv::tensor(memory + 4096 * i, fv::bshd(1, 8, 2, 64_c)); };
    const auto row = [&](int i) { return fv::tensor(rows + 64 * (i + 1), fv::bhs(1, 2, 8)); };
    const auto q = of(0), k = of(1), v = of(2), o = of(3), gate = of(4);
    const auto s = fv::scaled_dot(q, k);
    const auto masked = fv::where(fv::causal, s + fv::alibi(fv::table(rows, 2)));
    const auto p = fv::softmax(masked);
    fv::run(printed<0>{}, o = fv::sum(fv::softmax(s) * v));
    fv::run(printed<1>{}, o = fv::sum(p * v));
    fv::run(printed<2>{}, o = fv::sum(p * v), row(0) = fv::logsumexp(masked));
    fv::run(printed<3>{}, o = gate * fv::sum(p * v), row(0) = fv::entropy(p),
            row(1) = fv::sum(p * (fv::terms::q_pos - fv::terms::k_pos)));
    fv::run(printed<4>{}, row(0) = fv::logsumexp(masked), row(1) = fv::sum(p * (fv::terms::q_pos - fv::terms::k_pos)),
            row(2) = fv::sum(p * fv::terms::k_pos));
    fv::run(printed<5>{}, o = fv::sum(fv::softmax(fv::where(fv::sliding_window(4), fv::softcap(30.f, s))) * v));
    return 0;
}
