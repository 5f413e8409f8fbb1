"""Runs candidates alternately on a device and takes medians: bench/peers/measure.py for CUDA events."""

import statistics
import time

import torch

SAMPLE = 2e-3   # seconds: shorter work is repeated within one timed piece
MOST_ROUNDS = 25


class DeviceClock:
    """Seconds between two points of the current stream."""
    def __call__(self, work, repeats):
        begin, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        begin.record()
        for _ in range(repeats):
            work()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / 1e3


class HostClock:
    """For trying the script out without a GPU."""
    def __call__(self, work, repeats):
        begin = time.perf_counter()
        for _ in range(repeats):
            work()
        return time.perf_counter() - begin


def alternate(clock, candidates, seconds):
    """{name: callable} -> {name: median seconds of one call}. Turns are taken in both orders."""
    names, repeats, whole_round = list(candidates), {}, 0.0
    for name, work in candidates.items():
        clock(work, 2)  # the first calls load code and settle the clocks
        once = max(clock(work, 3) / 3, 1e-7)
        repeats[name] = int(min(max(SAMPLE / once, 1), 1000))
        whole_round += once * repeats[name]
    samples = {name: [] for name in names}
    for number in range(int(min(max(seconds / whole_round, 3), MOST_ROUNDS))):
        for name in names if number % 2 == 0 else reversed(names):
            samples[name].append(clock(candidates[name], repeats[name]) / repeats[name])
    return {name: statistics.median(s) for name, s in samples.items()}
