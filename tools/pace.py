"""How slow this machine is at the moment, for budgets in seconds of CPU time: those are for a machine at its own pace.

One that shares its cores with others takes up to twice as long for the same instructions. The yardstick is a fixed
compilation of the standard library, with nothing of ours in it.
"""

import resource
import subprocess
import tempfile
from pathlib import Path

# CPU time of the yardstick with g++ 12 on the machine of bench/results/avx2/, where the budgets were set.
SECONDS = 1.08
YARDSTICK = """
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>
void ordered(std::vector<std::string>& words) { std::stable_sort(words.begin(), words.end()); }
std::map<std::string, std::function<int(int)>> made() { return {{"a", [](int x) { return x + 1; }}}; }
"""


def cpu_seconds(command):
    """The CPU time of one process and its children; its failure ends the script."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def pace(compiler="g++"):
    """What the yardstick takes now over what it takes on a machine at its own pace; at least 1."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "yardstick.cpp"
        source.write_text(YARDSTICK)
        command = [compiler, "-std=c++20", "-O2", "-c", str(source), "-o", str(Path(folder) / "yardstick.o")]
        return max(1.0, cpu_seconds(command) / SECONDS)


def at_pace(seconds, again, most):
    """A time at the machine's own pace: where it is over `most`, the least of a few, each beside the yardstick."""
    for _ in range(5):
        if seconds > most:
            seconds = min(seconds, again() / pace())
    return seconds
