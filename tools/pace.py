"""How slow this machine is at the moment, for budgets in seconds of CPU time: those are for a machine at its own pace.

One that shares its cores with others takes up to twice as long for the same instructions. A yardstick is a fixed
compilation with nothing of ours in it, by the compiler whose time is in question: nvcc, which starts seven programs and
maps hundreds of megabytes, suffers otherwise than g++ does.
"""

import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Run:
    """How a process ended, what it wrote, and the CPU time and the most memory of it or one of its children."""

    code: int
    said: str
    seconds: float
    megabytes: float


def run(command):
    """Runs one process to its end; others may run beside it, whose time is theirs."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        return Run(process.returncode, said.read(), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def cpu_seconds(command):
    """The CPU time of one process and its children; its failure ends the script."""
    ran = run(command)
    if ran.code != 0:
        raise SystemExit(f"{command[0]} ends with {ran.code}:\n{ran.said}")
    return ran.seconds


@dataclass
class Yardstick:
    """One source, its name and flags, and what it takes at a machine's own pace: the least of many on an idle one."""

    seconds: float
    name: str
    flags: tuple
    source: str

    def taken(self, compiler):
        """The CPU time of it now."""
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / self.name
            source.write_text(self.source)
            return cpu_seconds([compiler, "-std=c++20", *self.flags, "-c", str(source), "-o", f"{folder}/yardstick.o"])

    def pace(self, compiler):
        """What it takes now over what it takes on a machine at its own pace; at least 1."""
        return max(1.0, self.taken(compiler) / self.seconds)


# The machine of bench/results/avx2/, where the budgets were set.
CXX = Yardstick(1.08, "yardstick.cpp", ("-O2",), """
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>
void ordered(std::vector<std::string>& words) { std::stable_sort(words.begin(), words.end()); }
std::map<std::string, std::function<int(int)>> made() { return {{"a", [](int x) { return x + 1; }}}; }
""")

# The least of a dozen on an idle Xeon (Emerald Rapids). Its phases take about as long as those of an attention.
CUDA = Yardstick(3.55, "yardstick.cu", ("-arch=sm_80",), """
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <functional>
template <int Apart> __global__ void recurrence(float* x, int n) {
    float sums[64] = {};
    for (int i = 0; i < n; ++i) {
#pragma unroll
        for (int j = 0; j < 256; ++j) sums[j % 64] = exp2f(x[j] * x[i]) + sums[j % 64] * x[64 + (j ^ Apart)];
#pragma unroll
        for (int j = 0; j < 256; ++j) sums[(j ^ Apart) % 64] = fmaxf(sums[j % 64], x[i + j]) * x[128 + j];
    }
#pragma unroll
    for (int j = 0; j < 64; ++j) x[j] = sums[j];
}
template __global__ void recurrence<1>(float*, int);
template __global__ void recurrence<2>(float*, int);
""")


def at_pace(seconds, again, most, yardstick, compiler):
    """A time at the machine's own pace: where it is over `most`, the least of a few, each beside the yardstick."""
    if seconds > most:
        seconds /= yardstick.pace(compiler)
    for _ in range(12):
        if seconds > most:
            seconds = min(seconds, again() / yardstick.pace(compiler))
    return seconds
