"""Steps per second of one worker and of two, and the share spent in the reduction.

    python -m benchmarks.workers

The networks are 784-512-60 and 784-3000-60. Strong scaling: a global batch of 256 on one worker
and on two. Weak: 256 rows for each worker. Two workers are two processes of this machine, of one
thread each, as one worker is. The share of the reduction is that of a step with nothing but the
reduction of as many numbers. Then a model on paper: see `on_paper`.
"""
import argparse
import json
import os
import pathlib
import time

from benchmarks import local_workers

RESULTS = pathlib.Path(__file__).parent / "results" / "workers.json"
FEATURES, LATENT, BATCH = 784, 60, 256
HIDDEN = (512, 3000)  # Units of the hidden layer, of each network that is tried.


def worker(batch_size, steps, hidden):
    """Seconds of a training step, and of a reduction alone, of this worker; printed as JSON."""
    import numpy as np
    import tensorflow as tf

    import vsc_tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    if "TF_CONFIG" in os.environ:
        vsc_tf.workers.connect()
    x = np.random.default_rng(0).random((2048, FEATURES), np.float32)
    model = vsc_tf.VSC(LATENT, seed=0, likelihood="gaussian", recipe=None,
                       encoder=vsc_tf.networks.mlp(hidden), decoder=vsc_tf.networks.mlp(hidden))
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


def measured(count, batch_size, steps, hidden):
    """What the chief of so many workers prints."""
    where = local_workers.addresses(count)
    found = local_workers.finished([local_workers.start(
        ["-m", "benchmarks.workers", "--worker", batch_size, steps, hidden],
        rank if count > 1 else None, where) for rank in range(count)], timeout=500)
    if any(status for status, _, _ in found):
        raise SystemExit(f"a worker failed: {found[0][2][-2000:]}")
    return json.loads(found[0][1].splitlines()[-1])


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


def measured_all(steps, hidden):
    """What the workers print, and what it is worth, name of the row -> numbers."""
    rows = [("1 worker", 1, BATCH), ("2, strong", 2, BATCH), ("2, weak", 2, 2 * BATCH)]
    found = {name: measured(count, batch, steps, hidden) for name, count, batch in rows}
    one = BATCH / found["1 worker"]["step"]
    for name, count, batch in rows:
        each = found[name]
        each |= {"batch": batch, "rows_per_s": batch / each["step"],
                 "times_one": batch / each["step"] / one,
                 "share_of_reduction": each["reduction"] / each["step"] if count > 1 else 0.}
    return found


def print_measured(found):
    """The table of what was measured."""
    print(f"{'':<14}{'':<12}{'batch':>6}{'steps/s':>9}{'rows/s':>9}{'of one':>8}{'reduction':>11}")
    for network, rows in found.items():
        for name, each in rows.items():
            share = f"{each['share_of_reduction']:.0%}" if each["share_of_reduction"] else "-"
            print(f"{network:<14}{name:<12}{each['batch']:>6}{1 / each['step']:>9.1f}"
                  f"{each['rows_per_s']:>9,.0f}{each['times_one']:>8.2f}{share:>11}")


def print_on_paper(batch=4096, workers=(2, 4, 8, 16)):
    """The table of what n machines are worth on paper, for a global batch of so many rows.

    Forward and back are six FLOP for each weight and row, and each weight travels: how many there
    are makes no difference. (Convolutions do more for each weight, and gain more.)
    """
    print(f"\nOn paper, of {os.cpu_count()} cores shared by all nothing can be gained. On machines "
          f"of their own, steps/s of n workers by those of one, for a batch of {batch:,}:\n"
          f"{'':<22}" + "".join(f"{f'n = {n}':>8}" for n in workers)
          + f"{'at most':>10}{'2 pay from':>14}")
    for label, rate, bandwidth in [("2 cores, 1 Gbit/s", 4e11, 1.25e8),
                                   ("2 cores, 25 Gbit/s", 4e11, 3.1e9),
                                   ("a GPU, 25 Gbit/s", 1e13, 3.1e9),
                                   ("a GPU, 100 Gbit/s", 1e13, 1.25e10)]:
        gains = [on_paper(6. * batch, 1., rate, bandwidth, n) for n in workers]
        limit = on_paper(6. * batch, 1., rate, bandwidth, 1e9)
        least = 8 * rate / (6 * bandwidth)  # Then half of the products take what the numbers do.
        print(f"{label:<22}" + "".join(f"{gain:>8.2f}" for gain in gains)
              + f"{limit:>10.1f}{f'{least:,.0f} rows':>14}")


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.workers", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--steps", type=int, default=100, help="steps that are timed")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    add("--worker", type=int, nargs=3, default=None, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if args.worker:
        return worker(*args.worker)
    found = {f"784-{hidden}-60": measured_all(args.steps, hidden) for hidden in HIDDEN}
    print_measured(found)
    print_on_paper()
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(found) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
