"""How right the gradients of sparse posteriors are: against the true ones of a linear generator.

    python -m benchmarks.gradients            # some minutes
    python -m benchmarks.gradients thresholded_laplace --draws 500
    python -m benchmarks.gradients --counts   # a Poisson dictionary, see poisson_dictionary.py
    python -m benchmarks.gradients thresholded_laplace --scale 0.03  # less noise than 0.1

For fixed random networks and a random dictionary Phi, E|x - Phi z|^2 is known in closed form, and
so is its gradient. Beside it, the mean over many draws of what each posterior trains by: the cosine
of the two, and their distance relative to the true gradient's length, for all weights of the
encoder and for those that only the gate has (scale and threshold; the logits of a spike and slab).
"noise" is the standard error of that distance: below it, nothing is told. "exact" is by draws here,
as with a nonlinear decoder; with a linear generator it trains by the true gradient itself. With
--counts, x ~ Poisson(exp(Phi z)), whose expected log probability is known as well.
results/gradients.json keeps them, those of counts as "Poisson: ...", those with another scale of
the noise under names that say it.
"""
import argparse
import json
import os
import pathlib

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results" / "gradients.json"
VALUES, LATENTS, ROWS, SAMPLES = 64, 64, 50, 20
SCALE = 0.1  # Of the noise that is thresholded, and the threshold: a third of the latents are on.
COLUMNS = ("cosine", "bias", "noise", "gate_cosine", "gate_bias", "gate_noise")
CASES = {  # Name -> (posterior, its arguments).
    **{f"{family}, {gradients}": (family, {"gradients": gradients})
       for family in ("thresholded_normal", "gamma_thresholded_normal", "thresholded_laplace",
                      "gamma_thresholded_laplace")
       for gradients in ("published", "subgradient", "exact")},
    "spike_and_slab, sigmoid": ("spike_and_slab", {"spike_bias": -1.}),
    "spike_and_slab, binary concrete": (
        "spike_and_slab", {"relaxation": "binary_concrete", "spike_bias": -1.})}


def problem(case, seed, counts=False, scale=SCALE):
    """Encoder, posterior, likelihood and observations, all random."""
    import keras

    from vsc_tf import likelihoods, networks, posteriors

    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    kind, arguments = case
    if "threshold" in kind:
        arguments = {**arguments, "scale": scale, "threshold": scale}
    posterior = posteriors.POSTERIORS[kind](latent_dim=LATENTS, **arguments)
    likelihood = likelihoods.LinearGaussian(0.5**0.5, event_shape=(VALUES,))
    encoder = networks.mlp(128)
    encoder.build((None, VALUES))
    posterior.build((None, 128))
    likelihood.build((None, LATENTS))
    z = rng.laplace(size=(ROWS, LATENTS)) * (rng.random((ROWS, LATENTS)) < 0.1)
    made = z @ likelihood.head.atoms().numpy()
    x = rng.poisson(np.exp(made)) if counts else made + rng.normal(0., 0.1, made.shape)
    return encoder, posterior, likelihood, x.astype("float32")


def gradients(case, draws, seed, counts=False, scale=SCALE):
    """The true gradient, and the mean and standard error of the trained one, each flat."""
    import tensorflow as tf

    from benchmarks import poisson_dictionary

    encoder, posterior, likelihood, x = problem(case, seed, counts, scale)
    read = np.log1p(x) if counts else x
    weights = [*encoder.trainable_weights, *posterior.trainable_weights]
    values = {name: tf.constant(schedule[2], tf.float32)
              for name, schedule in posterior.schedules.items()}

    def flat(loss):
        with tf.GradientTape() as tape:
            total = loss(posterior(encoder(read)))
        return tf.concat([tf.reshape(g, [-1]) for g in tape.gradient(total, weights)], axis=0)

    # With this variance the Gaussian's -log p(x|z) is the squared error, but for a constant.
    expected_log_prob = likelihood.expected_log_prob

    def log_prob(z, x):
        return likelihood(z).log_prob(x)

    if counts:
        atoms = likelihood.head.atoms()
        expected_log_prob, log_prob = (
            lambda a, x, function=function: function(a, atoms, x)
            for function in (poisson_dictionary.expected_log_prob, poisson_dictionary.log_prob))

    @tf.function
    def true():
        return flat(lambda q: -tf.reduce_mean(expected_log_prob(q, x)))

    @tf.function
    def drawn(i):
        def loss(q):
            z = posterior.draw(q, SAMPLES, tf.stack([seed, i]), True, values)
            return -tf.reduce_mean(log_prob(
                tf.reshape(z, [-1, LATENTS]), tf.tile(x, [SAMPLES, 1])))
        return flat(loss)

    expected = true().numpy().astype("float64")
    total, squares, count = 0., 0., max(2, draws // SAMPLES)
    for i in range(count):
        gradient = drawn(tf.constant(i)).numpy().astype("float64")
        total, squares = total + gradient, squares + gradient**2
    mean = total / count
    error = np.sqrt(np.maximum(squares / count - mean**2, 0.) / (count - 1))
    return expected, mean, error, gate_of(posterior, weights)


def gate_of(posterior, weights):
    """Which of the flat weights only the gate has."""
    parts = []
    for weight in weights:
        mask = np.zeros(weight.shape, bool)
        if weight is posterior.dense.kernel:
            columns = slice(None, LATENTS) if hasattr(posterior, "spike_bias") else slice(
                LATENTS, None)
            mask[:, columns] = True
        parts.append(mask.ravel())
    return np.concatenate(parts)


def measures(expected, mean, error, gate):
    """Cosine, relative bias and its noise, of all weights and of the gate's."""
    found = {}
    for prefix, rows in (("", slice(None)), ("gate_", gate)):
        a, b, noise = expected[rows], mean[rows], error[rows]
        length = np.linalg.norm(a)
        found[f"{prefix}cosine"] = float(a @ b / (length * np.linalg.norm(b)))
        found[f"{prefix}bias"] = float(np.linalg.norm(b - a) / length)
        found[f"{prefix}noise"] = float(np.linalg.norm(noise) / length)
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help="parts of names of cases; default all")
    parser.add_argument("--draws", type=int, default=2_000, help="draws of each observation")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--counts", action="store_true", help="counts, of all cases but Normal "
                        "noise with drawn thresholds, of which the truth is not known")
    parser.add_argument("--scale", type=float, default=SCALE, help="of the noise that is "
                        "thresholded, and the threshold")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    if args.scale <= 0.:
        parser.error(f"expected a --scale above 0. Received: {args.scale:g}")
    chosen = [name for name in CASES if (
        not args.families or any(part in name for part in args.families))
        and not (args.counts and name.startswith("gamma_thresholded_normal"))
        and ("threshold" in name or args.scale == SCALE)]  # A spike and slab has no such noise.
    if not chosen:
        parser.error(f"expected parts of names such as {', '.join(CASES)}. Received: "
                     f"{', '.join(args.families)}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(f"{'':<40}{''.join(f'{column:>13}' for column in COLUMNS)}", flush=True)
    kept = json.loads(args.results.read_text()) if args.results.exists() else {}
    for name in chosen:
        found = measures(*gradients(CASES[name], args.draws, args.seed, args.counts, args.scale))
        key = f"Poisson: {name}" if args.counts else name
        if args.scale != SCALE:
            key += f", scale {args.scale:g}"
        kept[key] = {"draws": args.draws, **found}
        print(f"{name:<40}{''.join(f'{found[column]:13.3f}' for column in COLUMNS)}", flush=True)
        args.results.parent.mkdir(exist_ok=True)
        args.results.write_text(json.dumps(kept, indent=2) + "\n")
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
