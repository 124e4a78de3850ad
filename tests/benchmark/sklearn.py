# Times scikit-learn's BernoulliRBM on the benchmark's samples, on one thread: sklearn.py FOLDER prints lines of visible
# units, hidden units, batch and samples a second. It learns with persistent chains, PCD-1. partial_fit computes in
# float64 whatever it is given (1.2), fit in float32: the faster one counts.
# SPDX-License-Identifier: MIT

import os
import sys
import time

for library in ("OMP", "OPENBLAS", "MKL", "BLIS"):
    os.environ[library + "_NUM_THREADS"] = "1"

# This file is not the package of its name.
sys.path.pop(0)

import numpy
import sklearn
from sklearn.neural_network import BernoulliRBM


def median(values):
    return sorted(values)[len(values) // 2]


def updates(machine, samples, batch):
    """Seconds per sample by partial_fit."""
    count = len(samples) // batch
    machine.partial_fit(samples[:batch])
    times = []
    done = 0
    while sum(times) < 0.15:
        start = time.perf_counter()
        for _ in range(5):
            first = done % count * batch
            machine.partial_fit(samples[first : first + batch])
            done += 1
        times.append(time.perf_counter() - start)
    return median(times) / (5 * batch)


def epochs(machine, samples, batch):
    """Seconds per sample by fit: what more updates add, since it starts anew each time."""
    few = samples[:batch]
    most = samples[: max(1, min(len(samples) // batch, 200)) * batch]
    machine.set_params(n_iter=1)
    times = []
    while len(times) < 3 or sum(a + b for a, b in times) < 0.15:
        start = time.perf_counter()
        machine.fit(few)
        middle = time.perf_counter()
        machine.fit(most)
        times.append((middle - start, time.perf_counter() - middle))
        if sum(a + b for a, b in times) > 1:
            break
    return median([b - a for a, b in times]) / (len(most) - len(few))


print("version", sklearn.__version__)
for visible, hidden in ((64, 16), (64, 64), (784, 128), (784, 500)):
    path = os.path.join(sys.argv[1], "samples-%d" % visible)
    samples = numpy.fromfile(path, numpy.uint8).reshape(-1, visible).astype(numpy.float32)
    for batch in (1, 10, 100):
        machine = BernoulliRBM(hidden, learning_rate=0.01, batch_size=batch, random_state=1)
        seconds = min(updates(machine, samples, batch), epochs(machine, samples, batch))
        print(visible, hidden, batch, 1 / seconds, flush=True)
