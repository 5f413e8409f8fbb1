"""Runs candidates alternately and takes medians of thread CPU time: bench/support/measure.hpp for Python."""

import statistics
import time

SAMPLE = 3e-3  # seconds: shorter work is repeated within one timed piece
MOST_ROUNDS = 15


def alternate(candidates, seconds):
    """{name: callable} -> {name: median seconds of one call}."""
    names, inner, whole_round = list(candidates), {}, 0.0
    for name, run in candidates.items():
        once = 0.0
        for _ in range(2):  # the first call touches memory; long work need not be tried twice
            if once < 0.3:
                begin = time.thread_time()
                run()
                once = max(time.thread_time() - begin, 1e-8)
        inner[name] = int(min(max(SAMPLE / once, 1), 1e5))
        whole_round += once * inner[name]
    samples = {name: [] for name in names}
    rounds = int(min(max(seconds / whole_round, 3), MOST_ROUNDS))
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            run = candidates[name]
            begin = time.thread_time()
            for _ in range(inner[name]):
                run()
            samples[name].append((time.thread_time() - begin) / inner[name])
    return {name: statistics.median(s) for name, s in samples.items()}
