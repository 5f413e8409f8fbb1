// A program without exceptions and type information: runs, refusals in a status, and the sentence at its end where a
// call has none to give. POSIX.
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fovea/fovea.hpp>
#include <fovea/thread_pool.hpp>

namespace fv = fovea;

namespace {

constexpr std::int64_t length = 40, channels = 8;
float q_data[length * channels], v_data[length * channels], o_data[length * channels];
constexpr auto layout = fv::bhsd(1, 1, length, channels);

auto attention(std::int64_t keys) {
    const auto q = fv::tensor(q_data, layout), k = fv::tensor(q_data, fv::bhsd(1, 1, keys, channels));
    return fv::tensor(o_data, layout) = fv::sum(fv::softmax(fv::scaled_dot(q, k)) * fv::tensor(v_data, layout));
}

// Whether a child that calls f is aborted, with these words on standard error.
template <class F> bool aborts_with(F const& f, char const* words) {
    int ends[2];
    if (pipe(ends) != 0) return false;
    const pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        f();
        _exit(0);
    }
    close(ends[1]);
    char said[1000] = {};
    for (std::size_t at = 0; at + 1 < sizeof said;) {
        const auto n = read(ends[0], said + at, sizeof said - 1 - at);
        if (n <= 0) break;
        at += static_cast<std::size_t>(n);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT && std::strstr(said, words) != nullptr;
}

bool holds(bool true_of, char const* what) {
    if (!true_of) std::fprintf(stderr, "no_exceptions: not so: %s\n", what);
    return true_of;
}

} // namespace

int main() {
    for (float& v : v_data) v = 2;
    bool all = true;
    // before there are threads, which a child would not have
    all &= holds(
        aborts_with([] { fv::run(fv::cpu(), attention(length - 1)); }, "fovea: the number of positions of v is 40"),
        "run ends the program with the sentence");
    fv::thread_pool pool(2);
    fv::run(fv::cpu(pool), attention(length));
    all &= holds(std::fabs(o_data[5] - 2) < 1e-6f, "a run gives the mean of equal values");
    const fv::status refused = fv::try_run(fv::cpu(pool), attention(length - 1));
    all &= holds(std::strstr(refused.sentence(), "fovea: the number of positions of v is 40") != nullptr,
                 "try_run gives the sentence");
    return all ? 0 : 1;
}
