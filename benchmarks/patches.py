"""Sparse codes of natural patches by a linear generator: error and activity of every family.

    TFDS_DATA_DIR=... python -m benchmarks.patches            # three seeds: some hours, one core
    python -m benchmarks.patches exact_tlg fista --seeds 0 --data photographs/
    python -m benchmarks.patches --choose exact_tlg fista  # other options, on validation patches

The setting of [F22] in small: 256 atoms, 3,000 steps of 100 patches of 16 x 16, an encoder
256-512-1024-512-256, Adam 1e-3 with a one-cycle of 5 %, the dictionary by SGD from 0.5, falling by
0.99 each 1/300 of the run, both on the loss in nats. Dense codes have a rate of 0.005: their
squares are about 100 times as large, and 0.5 leaves no atom alive. A fifth of the pictures is for
testing, the same ones with every seed. Of 4,000 test patches: the mean squared error per pixel of
one draw, of the best of 20 draws, of the deterministic code, and how many latents are active in
it; "zero" is the error of a code of zeros. Of one draw, or of FISTA's codes: the
multi-information in bits, and how many latents are as good as 0 in 95 % of patches ([F22]).

How many are active against what error is a matter of the share that the prior of the exact models
has on and of the norm that their atoms keep, and of FISTA's penalty. --choose tries others without
the test pictures: on a fifth of the training pictures, trained on the rest of them.
results/patches.json keeps all by family and seed.
"""
import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results" / "patches.json"
LATENT_DIM, BATCH, DRAWS, ROWS = 256, 100, 20, 4000
PUBLISHED, EXACT = 1.28, 0.25  # Variances of the likelihood: w D / 2 with w = 0.01, and ours.
RATES = {"gaussian": 0.005}  # Of the dictionary's first step, where it is not 0.5.
ALPHA = 0.055  # Share of latents that the prior of exact models has on: 3 % of codes, validated.
PENALTY = 2.9  # Of FISTA: 3.1 % of codes on test patches, 3.6 % on those for validation.
RATE = 2.  # Of FISTA's dictionary, on |x - Phi z|^2 / 2: that of the exact models.
NORMS = {"exact_tlg": 3.5, "exact_tl": 3.5,  # That atoms keep: with noise of the prior's scale all
         "exact_tgg": 1.6, "exact_tg": 1.6}  # add values of about the same deviation, 0.5.
TRIED = {"exact_tlg": [{"norm": norm, "alpha": alpha} for norm, alpha in (
             (1.5, 0.1), (2.5, 0.09), (3.5, 0.055), (3.5, 0.06), (5., 0.03))],
         "fista": [{"penalty": penalty} for penalty in (2.5, 2.9, 3.3, 4.)]}
SPLIT = 7  # Seed of the split: one where zeros score about 1, as on training pictures.
COLUMNS = ("one_draw", "best_of_20", "code", "active", "expected", "on_sd", "most_on", "zero",
           "bits", "collapsed", "seconds")


def published(posterior):
    """Posterior, prior, variance, draws of a family as [F22] train it."""
    from vsc_tf import posteriors, priors

    alpha = 0.082 if "laplace" in posterior else 0.1  # Thresholds 0.25 and 0.52.
    return (posteriors.POSTERIORS[posterior](gradients="published"),
            priors.ThresholdedPrior(alpha, cost="base"), PUBLISHED, DRAWS)


def exact(posterior, alpha):
    """The same through on-probabilities, with the KL of the thresholded distributions."""
    from vsc_tf import posteriors, priors

    kind = posteriors.POSTERIORS[posterior]
    threshold = float(kind.family.about_zero(alpha, None, [1]).threshold[0])
    return kind(threshold, gradients="exact"), priors.ThresholdedPrior(alpha), EXACT, 1


def gaussian():
    return "normal", "standard", PUBLISHED, DRAWS


def slab():
    from vsc_tf import posteriors, priors

    return (posteriors.SpikeAndSlab(relaxation="binary_concrete", spike_bias=0.),
            priors.FixedSparsePrior(0.2, scale=0.1**0.5), PUBLISHED, DRAWS)


FAMILIES = {  # Name -> what makes its parts, of alpha in the exact ones; FISTA has none.
    "exact_tlg": lambda alpha: exact("gamma_thresholded_laplace", alpha),
    "fista": None,
    "exact_tl": lambda alpha: exact("thresholded_laplace", alpha),
    "exact_tgg": lambda alpha: exact("gamma_thresholded_normal", alpha),
    "exact_tg": lambda alpha: exact("thresholded_normal", alpha),
    "gaussian": lambda alpha: gaussian(), "slab": lambda alpha: slab(),
    "tg": lambda alpha: published("thresholded_normal"),
    "tgg": lambda alpha: published("gamma_thresholded_normal"),
    "tl": lambda alpha: published("thresholded_laplace"),
    "tlg": lambda alpha: published("gamma_thresholded_laplace")}


def train(name, x, steps, seed, alpha=ALPHA, norm=None):
    """A model of this family, fitted to patches; `alpha` and `norm` are for the exact ones."""
    import keras

    import vsc_tf

    keras.utils.set_random_seed(seed)
    posterior, prior, variance, draws = FAMILIES[name](alpha)
    norm = norm or NORMS.get(name)
    model = vsc_tf.LatentModel(
        LATENT_DIM, posterior, prior, encoder=vsc_tf.networks.mlp([512, 1024, 512, 256]),
        likelihood=vsc_tf.likelihoods.LinearGaussian(
            variance**0.5, norm or 1., fixed_norm=norm is not None),
        samples=draws, penalties=[] if norm else [
            vsc_tf.penalties.DecoderNorm(1e-4 / (2. * variance))], recipe=None, seed=seed)
    model.compile(vsc_tf.optimizers.one_cycle(1e-3, steps, dictionary_rate=RATES.get(name, 0.5)),
                  steps_per_execution=10)
    model.fit(x, batch_size=BATCH, epochs=10, steps_per_epoch=steps // 10, verbose=0,
              callbacks=[vsc_tf.callbacks.StopOnNaN()])
    return model


def measures(model, x):
    """What the table shows of a model; errors are means over pixels."""
    import tensorflow as tf

    codes, q = model.encode(x), model.q(tf.constant(x))
    atoms = model.likelihood.atoms().reshape(LATENT_DIM, -1)
    rows = x.reshape(len(x), -1)

    def error(z):
        return ((rows - z @ atoms)**2).mean(axis=1)

    z = np.stack([q.sample(seed=[7, i]).numpy() for i in range(DRAWS)])
    draws = np.stack([error(one) for one in z])
    on = np.asarray(getattr(codes, "spike_probs", np.ones_like(codes.z)))
    return {"one_draw": float(draws.mean()), "best_of_20": float(draws.min(axis=0).mean()),
            "code": float(error(codes.z).mean()), "active": float((codes.z != 0.).mean()),
            "expected": float(on.mean()), "on_sd": float(on.std(axis=0).mean()),
            "most_on": float(on.max()), "zero": float((rows**2).mean()), **_shared(z[0])}


def _shared(z):
    """[F22]'s multi-information, in bits, and how many coefficients have collapsed."""
    from vsc_tf import metrics

    return {"bits": metrics.multi_information(z) / np.log(2), "collapsed": metrics.collapse(z)}


def run(name, data, steps, seed, figure=None, penalty=PENALTY, **options):
    """All measures of one family and seed; options are those of `train`."""
    from vsc_tf import fista, plots

    started = time.monotonic()
    x = data.test.x[np.linspace(0, len(data.test.x) - 1, ROWS).astype(int)]
    if FAMILIES[name] is None:
        atoms = fista.fit_dictionary(data.train.x, LATENT_DIM, penalty, steps, BATCH, RATE,
                                     seed=seed)
        z = fista.fista(x, atoms, penalty)
        found = {"code": float(np.mean((x.reshape(ROWS, -1) - z @ atoms.reshape(
            LATENT_DIM, -1))**2)), "active": float((z != 0.).mean()), "zero": float((x**2).mean()),
            **_shared(z)}
    else:
        model = train(name, data.train.x, steps, seed, **options)
        found, atoms, z = measures(model, x), model.likelihood.atoms(), model.encode(x).z
    if figure is not None:
        used = np.argsort(-np.abs(z).mean(axis=0))[:100]
        plots.atoms(atoms[used], [str(i) for i in used], atoms.shape[1:]).savefig(figure, dpi=110)
    return {**found, "seconds": round(time.monotonic() - started)}


def loaded(folder, patches):
    """Patches of all pictures but the test ones, and of the test ones."""
    from vsc_tf import datasets

    return datasets.load("natural_patches", path=folder, train_size=patches, seed=SPLIT)


def validating(folder, patches):
    """The same of training pictures alone: a fifth of them stands in for the test ones."""
    from vsc_tf.datasets import image_folder, natural_patches

    files = image_folder.find(pathlib.Path(folder).resolve()).files
    in_test = natural_patches.test_pictures(len(files), 0.2, SPLIT)
    with tempfile.TemporaryDirectory() as there:
        for file, other in zip(files, in_test):
            if not other:
                (pathlib.Path(there) / "_".join(file.parts)).symlink_to(
                    pathlib.Path(folder).resolve() / file)
        return loaded(there, patches)


def tried(name, data, steps):
    """The options that are tried, and all measures of each on validation patches."""
    for options in TRIED[name]:
        label = ", ".join(f"{option} {value:g}" for option, value in options.items())
        yield label, run(name, data, steps, 0, **options)


def row(name, mean):
    """One line of the table."""
    cells = [f"{mean[column]:11.4g}" if column in mean else f"{'-':>11}" for column in COLUMNS]
    return f"{name:<12}{''.join(cells)}"


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help=f"of {', '.join(FAMILIES)}; default all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--data", type=pathlib.Path, help="folder of pictures (default: bsds500 "
                        "in TFDS_DATA_DIR)")
    parser.add_argument("--patches", type=int, default=80_000, help="patches to train on")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    parser.add_argument("--choose", action="store_true", help="try other options of "
                        f"{', '.join(TRIED)} on validation patches")
    parser.add_argument("--figures", type=pathlib.Path, help="folder for figures of the atoms")
    args = parser.parse_args(argv)
    known = TRIED if args.choose else FAMILIES
    unknown = sorted(set(args.families) - set(known))
    if unknown:
        parser.error(f"expected families of {', '.join(known)}. Received: {', '.join(unknown)}")
    if args.steps < 10 or args.steps % 10:
        parser.error(f"expected --steps that 10 divides. Received: {args.steps}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    folder = args.data or pathlib.Path(os.environ.get("TFDS_DATA_DIR", "")) / "bsds500"
    try:
        data = (validating if args.choose else loaded)(folder, args.patches)
    except ValueError as error:
        parser.error(str(error))
    print(f"{'':<12}{''.join(f'{column:>11}' for column in COLUMNS)}", flush=True)
    kept = json.loads(args.results.read_text()) if args.results.exists() else {}
    for name in args.families or known:
        if args.choose:
            for label, found in tried(name, data, args.steps):
                print(row(f"{name} {label}", found), flush=True)
                kept.setdefault("choice", {}).setdefault(name, {})[label] = found
                _write(args.results, kept)
            continue
        rows = {}
        for seed in args.seeds:
            figure = args.figures and args.figures / f"patches_{name}.png"
            rows[str(seed)] = run(name, data, args.steps, seed, None if rows else figure)
            print(row(f"{name} {seed}", rows[str(seed)]), flush=True)
            mean = {key: statistics.mean(row[key] for row in rows.values())
                    for key in rows[str(seed)]}
            kept[name] = {"steps": args.steps, "seeds": rows, "mean": mean}
            _write(args.results, kept)
        print(row(name, mean), flush=True)
    print(f"Written to {args.results}")


def _write(results, kept):
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()
