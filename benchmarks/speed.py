"""Time of a training step against its matrix products alone, and memory against U.

    python -m benchmarks.speed            # table of times, then of memory
    python -m benchmarks.speed --features 784 --batch-size 500

Every time is the median over rounds in which the step and the products take turns, so that
other work on the machine slows both. The products are those a step cannot do without: forward
x W, gradient x^T g of every weight, gradient g W^T of every input that leads to a weight. The
table also shows products of the same sizes with neither side transposed, which no step could use.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = pathlib.Path(__file__).parent / "results" / "speed.json"


def products(features, hidden, latents, pseudo_inputs, batch, outputs):
    """(rows, inner, columns, transpose_a, transpose_b) of every matrix product of a step.

    Each layer takes three: forward, gradient of its weights, and gradient of its input where
    that leads to a weight. The observations have none; the pseudo-inputs are weights.
    """
    def layer(rows, inner, columns, to_input=True):
        shapes = [(rows, inner, columns, False, False), (inner, rows, columns, True, False)]
        return shapes + ([(rows, columns, inner, False, True)] if to_input else [])

    heads = 3 * latents
    return [
        *layer(batch, features, hidden, to_input=False), *layer(batch, hidden, heads),
        *layer(pseudo_inputs, features, hidden), *layer(pseudo_inputs, hidden, heads),
        *layer(batch, features, pseudo_inputs, to_input=False),  # The selector.
        *layer(batch, heads, pseudo_inputs),  # The table of KLs.
        *layer(batch, latents, hidden), *layer(batch, hidden, outputs)]


def products_alone(shapes, dtype, transposed=True):
    """A function that does the products and nothing else."""
    import tensorflow as tf

    def operand(rows, columns, flip):
        return tf.cast(tf.random.normal((columns, rows) if flip else (rows, columns)), dtype)

    calls = []
    for rows, inner, columns, *flips in shapes:
        a, b = flips if transposed else (False, False)
        calls.append((operand(rows, inner, a), operand(inner, columns, b), a, b))

    @tf.function(autograph=False)
    def run():
        return [tf.matmul(*call)[0, 0] for call in calls]

    return run


def make_step(args, hidden, jit, dtype):
    """A function that runs one compiled training step on data at hand."""
    import keras
    import numpy as np
    import tensorflow as tf

    import vsc_tf

    keras.config.set_dtype_policy(dtype)
    x = (np.random.default_rng(0).random((args.batch_size, args.features)) < 0.3).astype("float32")
    networks = {name: vsc_tf.networks.mlp(hidden) for name in ("encoder", "decoder")}
    model = vsc_tf.VSC(args.latent_dim, prior=vsc_tf.PseudoInputPrior(args.pseudo_inputs),
                       likelihood=args.likelihood, seed=0, **networks)
    model.compile(optimizer=keras.optimizers.Adam(1e-4), jit_compile=jit)
    model.adapt(x)
    model.optimizer.build(model.trainable_variables)
    step, data = tf.function(model.train_step, jit_compile=jit), tf.constant(x)
    return lambda: step(data)


def milliseconds(function):
    started = time.perf_counter()
    for _ in range(5):
        result = function()
    next(iter(result.values() if isinstance(result, dict) else result)).numpy()
    return (time.perf_counter() - started) * 200


def time_one(args, hidden, jit, dtype):
    """One row of the table."""
    outputs = args.features * (2 if args.likelihood == "learned_gaussian" else 1)
    shapes = products(args.features, hidden, args.latent_dim, args.pseudo_inputs,
                      args.batch_size, outputs)
    flop = 2e-9 * sum(rows * inner * columns for rows, inner, columns, *_ in shapes)
    compute = "bfloat16" if dtype == "mixed_bfloat16" else "float32"
    functions = (make_step(args, hidden, jit, dtype), products_alone(shapes, compute),
                 products_alone(shapes, compute, transposed=False))
    for function in functions:
        milliseconds(function)  # Compiles.
    times = [[milliseconds(function) for function in functions] for _ in range(args.rounds)]
    step, alone, plain = (statistics.median(column) for column in zip(*times))
    return {"hidden": hidden, "xla": jit, "dtype": dtype, "step_ms": step, "products_ms": alone,
            "gflop": flop, "gflop_per_s": flop / step * 1e3,
            "products_gflop_per_s": flop / alone * 1e3,
            "share": alone / step,
            "ratio": statistics.median(a / b for a, b, _ in times),
            "untransposed_ms": plain,
            "untransposed_ratio": statistics.median(a / c for a, _, c in times)}


def peak_memory(args):
    """Prints the MiB at the peak of this process, which trains with `pseudo_inputs`."""
    step = make_step(args, 512, True, "float32")
    for _ in range(10):
        step()
    status = pathlib.Path("/proc/self/status").read_text()  # ru_maxrss counts the parent's too.
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add = parser.add_argument
    add("--features", type=int, default=784)
    add("--latent-dim", type=int, default=60)
    add("--pseudo-inputs", type=int, default=20)
    add("--batch-size", type=int, default=500)
    add("--likelihood", default="learned_gaussian")
    add("--hidden", type=int, nargs="+", default=[512, 3000])
    add("--rounds", type=int, default=15)
    add("--memory-only", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    if args.memory_only:
        return peak_memory(args)
    rows = []
    print("hidden  XLA    dtype            step ms  products ms  GFLOP/s  share  step/products"
          "  step/untransposed")
    for hidden in args.hidden:
        for jit in (False, True):
            for dtype in ("float32", "mixed_bfloat16"):
                row = time_one(args, hidden, jit, dtype)
                rows.append(row)
                print(f"{hidden:>6}  {jit!s:<5}  {dtype:<15}{row['step_ms']:>9.1f}"
                      f"{row['products_ms']:>13.1f}{row['gflop_per_s']:>9.0f}"
                      f"{row['share']:>7.2f}{row['ratio']:>15.2f}"
                      f"{row['untransposed_ratio']:>19.2f}", flush=True)
    memory = {}
    for count in (20, 200, 2000):
        out = subprocess.run(
            [sys.executable, "-m", "benchmarks.speed", "--memory-only", "--pseudo-inputs",
             str(count)], check=True, capture_output=True, text=True)
        memory[count] = float(out.stdout.split()[-1])
        print(f"U = {count:>5}: peak {memory[count]:,.0f} MiB; a [batch, U, J] tensor would be "
              f"{args.batch_size * count * args.latent_dim * 4 / 2**20:,.0f} MiB", flush=True)
    RESULTS.parent.mkdir(exist_ok=True)
    settings = {name: getattr(args, name) for name in (
        "features", "latent_dim", "pseudo_inputs", "batch_size", "likelihood", "rounds")}
    RESULTS.write_text(json.dumps({"settings": settings, "times": rows,
                                   "peak_mib": memory}, indent=2) + "\n")
    print(f"Written to {RESULTS}")


if __name__ == "__main__":
    main()
