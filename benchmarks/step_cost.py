"""What a training step with each posterior costs, beside that of a VAE of the same size.

    python -m benchmarks.step_cost            # some minutes
    python -m benchmarks.step_cost thresholded_laplace --samples 20

784 values, bodies of 512 units, 60 latents, 500 observations and K draws, compiled with XLA or not.
"linear" is a linear generator in place of the decoder, "vae" beside it one with that generator,
too. Each time is the median over rounds in which all of a table take turns, so that other work on
the machine slows all; the ratio is the median of those within a round. results/step_cost.json
keeps them.
"""
import argparse
import json
import os
import pathlib
import statistics

from benchmarks.gradients import CASES
from benchmarks.speed import milliseconds

RESULTS = pathlib.Path(__file__).parent / "results" / "step_cost.json"
FEATURES, HIDDEN, LATENTS, BATCH = 784, 512, 60, 500


def make_step(case, generator, samples, jit):
    """A function that runs one compiled training step of a case, or of the VAE if it is `None`."""
    import keras
    import numpy as np
    import tensorflow as tf

    import vsc_tf

    if case is None:
        posterior, prior = "normal", "standard"
    else:
        posterior = vsc_tf.posteriors.POSTERIORS[case[0]](**case[1])
        prior = "fixed_sparse" if case[0] == "spike_and_slab" else vsc_tf.ThresholdedPrior(
            0.1, cost="exact" if posterior.gradients == "exact" else "base")
    is_linear = generator == "linear"
    likelihood = vsc_tf.likelihoods.LinearGaussian(0.5) if is_linear else "gaussian"
    model = vsc_tf.LatentModel(
        LATENTS, posterior, prior, vsc_tf.networks.mlp(HIDDEN),
        None if is_linear else vsc_tf.networks.mlp(HIDDEN), likelihood, samples=samples,
        recipe=None, seed=0)
    model.compile(keras.optimizers.Adam(1e-4), jit_compile=jit)
    x = np.random.default_rng(0).normal(size=(BATCH, FEATURES)).astype("float32")
    model.adapt(x)
    model.optimizer.build(model.trainable_variables)
    step, data = tf.function(model.train_step, jit_compile=jit), tf.constant(x)
    return lambda: step(data)


def table(names, generator, samples, jit, rounds):
    """Milliseconds a step and the ratio to the VAE's, by name of the case."""
    cases = {"vae": None, **{name: CASES[name] for name in names}}
    steps = {name: make_step(case, generator, samples, jit) for name, case in cases.items()}
    for step in steps.values():
        milliseconds(step)  # Compiles.
    times = [{name: milliseconds(step) for name, step in steps.items()} for _ in range(rounds)]
    return {name: {"ms": statistics.median(row[name] for row in times),
                   "ratio": statistics.median(row[name] / row["vae"] for row in times)}
            for name in cases}


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help="parts of names of cases; default all")
    parser.add_argument("--generators", nargs="+", default=["linear", "mlp"],
                        choices=["linear", "mlp"])
    parser.add_argument("--samples", type=int, default=1, help="draws K")
    parser.add_argument("--jit-compile", action="store_true")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    names = [name for name in CASES if not args.families or any(
        part in name for part in args.families)]
    if not names:
        parser.error(f"expected parts of names such as {', '.join(CASES)}. Received: "
                     f"{', '.join(args.families)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    kept = json.loads(args.results.read_text()) if args.results.exists() else {}
    for generator in args.generators:
        found = table(names, generator, args.samples, args.jit_compile, args.rounds)
        title = f"{generator}, K {args.samples}, {'XLA' if args.jit_compile else 'graph'}"
        kept[title] = found
        print(f"{title:<40}{'ms':>9}{'ratio':>9}")
        for name, row in found.items():
            print(f"{name:<40}{row['ms']:9.1f}{row['ratio']:9.2f}", flush=True)
        args.results.parent.mkdir(exist_ok=True)
        args.results.write_text(json.dumps(kept, indent=2) + "\n")
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
