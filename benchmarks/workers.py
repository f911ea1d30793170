"""Steps per second of one worker and of two, and the share spent in the reduction.

    python -m benchmarks.workers

The network is 784-512-60. Strong scaling: a global batch of 256 on one worker and on two. Weak:
256 rows for each worker. Two workers are two processes of this machine, of one thread each, as
one worker is. The share of the reduction is that of a step with nothing but the reduction of as
many numbers. Then a model on paper: see `on_paper`.
"""
import argparse
import json
import os
import pathlib
import socket
import subprocess
import sys
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "workers.json"
FEATURES, LATENT, HIDDEN, BATCH = 784, 60, 512, 256


def worker(batch_size, steps):
    """Seconds of a training step, and of a reduction alone, of this worker; printed as JSON."""
    import numpy as np
    import tensorflow as tf

    import vsc_tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    if "TF_CONFIG" in os.environ:
        vsc_tf.workers.connect()
    x = np.random.default_rng(0).random((2048, FEATURES), np.float32)
    model = vsc_tf.VSC(LATENT, seed=0, likelihood="gaussian", recipe=None,
                       encoder=vsc_tf.networks.mlp(HIDDEN), decoder=vsc_tf.networks.mlp(HIDDEN))
    model.compile(optimizer="adam", jit_compile=False, steps_per_execution=5)
    plan = {"batch_size": batch_size, "steps_per_epoch": steps, "verbose": 0}
    model.fit(x, **plan)  # Traces.
    started = time.perf_counter()
    model.fit(x, **plan)
    step = (time.perf_counter() - started) / steps
    numbers = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)

    @tf.function
    def reduce(values):
        for _ in tf.range(steps):
            values = vsc_tf.workers.sum_over(values) / 2.
        return values

    values = tf.ones([numbers])
    reduce(values)
    started = time.perf_counter()
    reduce(values).numpy()
    print(json.dumps({"step": step, "numbers": numbers,
                      "reduction": (time.perf_counter() - started) / steps}))


def measured(count, batch_size, steps):
    """What the chief of so many workers prints."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    cluster = {"worker": [f"localhost:{s.getsockname()[1]}" for s in sockets]}
    for s in sockets:
        s.close()
    processes = []
    for rank in range(count):
        environment = {**os.environ, "OMP_NUM_THREADS": "1"}
        if count > 1:
            environment["TF_CONFIG"] = json.dumps(
                {"cluster": cluster, "task": {"type": "worker", "index": rank}})
        processes.append(subprocess.Popen(
            [sys.executable, "-m", "benchmarks.workers", "--worker", str(batch_size), str(steps)],
            stdout=subprocess.PIPE, text=True, env=environment))
    printed = [process.communicate(timeout=500)[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit("a worker failed")
    return json.loads(printed[0].splitlines()[-1])


def on_paper(flops, numbers, rate, bandwidth, workers):
    """Steps a second of `workers`, times those of one: what more machines are worth.

    A step of one takes flops / rate seconds. On n workers the batch is shared, so the products
    take 1/n of that; a ring moves 2 (n - 1) / n of the numbers, 4 bytes each, through each
    worker's wire, and nothing is computed meanwhile.

    Args:
        flops: Of one step of the global batch.
        numbers: Of trainable weights.
        rate: FLOP/s of a worker.
        bandwidth: Bytes/s between two.
        workers: n.

    >>> round(on_paper(1e12, 5e6, 1e12, 1e9, 4), 2)
    3.57
    """
    alone = flops / rate
    shared = alone / workers + 2 * (workers - 1) / workers * 4 * numbers / bandwidth
    return alone / shared


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workers", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--steps", type=int, default=100, help="steps that are timed")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    add("--worker", type=int, nargs=2, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if args.worker:
        return worker(*args.worker)
    rows = [("1 worker", 1, BATCH), ("2, strong", 2, BATCH), ("2, weak", 2, 2 * BATCH)]
    found = {name: measured(count, batch, args.steps) for name, count, batch in rows}
    one = BATCH / found["1 worker"]["step"]
    print(f"{'':<12}{'batch':>6}{'steps/s':>9}{'rows/s':>9}{'of one':>8}{'reduction':>11}")
    for name, count, batch in rows:
        step, share = found[name]["step"], found[name]["reduction"] / found[name]["step"]
        found[name] |= {"batch": batch, "rows_per_s": batch / step, "times_one": batch / step / one,
                        "share_of_reduction": share if count > 1 else 0.}
        print(f"{name:<12}{batch:>6}{1 / step:>9.1f}{batch / step:>9,.0f}"
              f"{batch / step / one:>8.2f}{f'{share:.0%}' if count > 1 else '-':>11}")
    print(f"\nOn paper, of {os.cpu_count()} cores shared by all nothing can be gained. On machines of "
          "their own, steps/s of n workers by those of one:\n"
          f"{'':<34}" + "".join(f"{f'n = {n}':>9}" for n in (2, 4, 8, 16)))
    numbers = found["1 worker"]["numbers"]
    for label, size, rate, bandwidth in [
            ("this network, 2 cores, 1 Gbit/s", numbers, 4e11, 1.25e8),
            ("this network, 2 cores, 25 Gbit/s", numbers, 4e11, 3.1e9),
            ("30 times it, 2 cores, 1 Gbit/s", 30 * numbers, 4e11, 1.25e8),
            ("this network, a GPU, 25 Gbit/s", numbers, 1e13, 3.1e9),
            ("30 times it, a GPU, 100 Gbit/s", 30 * numbers, 1e13, 1.25e10)]:
        # Forward and back are six FLOP for each weight and row; the batch is 4,096.
        gain = [on_paper(6 * size * 4096, size, rate, bandwidth, n) for n in (2, 4, 8, 16)]
        print(f"{label:<34}" + "".join(f"{g:>9.2f}" for g in gain))
    args.output.write_text(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
