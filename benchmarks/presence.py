"""Whether codes switch with the features of drawn data, by the defaults alone: a table, and JSON.

    python -m benchmarks.presence                    # all families, three seeds: some hours
    python -m benchmarks.presence signals counts --seeds 0
    python -m benchmarks.presence --latent-dim 200
    python -m benchmarks.presence --posterior thresholded_laplace --seeds 0

Each model is `VSC(latent_dim)`, or with --posterior `ThresholdedVSC(latent_dim, posterior=...)`,
compiled with Adam and fitted for 12,000 steps of 500 rows: no argument depends on the data. Two
others stand beside it, of the first seed's rows: a `VAE` of the same size ("over_vae" is how much
better the bound of this seed is than its), and as "told" the balanced accuracy of a logistic
regression that is told the features of 8,000 training rows. Where noise hides some features, as
in noisy_table, no code can be expected to do better.
Where data have values that every row has, such as a baseline, as many latents may be always on:
"always" is how many more are, "freedom" has them, and the other measures are of those that switch.
Measures are of 5,000 fresh rows; results/presence.json keeps them by latent_dim and family.
"""
import argparse
import json
import os
import pathlib
import statistics
import time

import numpy as np

from benchmarks.presence_data import FAMILIES, draw

RESULTS = pathlib.Path(__file__).parent / "results" / "presence.json"
STEPS, BATCH, EPOCHS = 12_000, 500, 24
TOLD = 8_000  # Rows whose features the linear classifier is told.
# Measure -> (least, most) that its mean over seeds is held to; "group" alone where there are signs.
GOALS = {"presence": (0.98, 1.0), "group": (0.97, 1.0), "leak": (0.0, 0.02), "always": (0, 0),
         "ratio": (0.0, 1.4)}
THRESHOLDED = ("thresholded_normal", "thresholded_laplace", "gamma_thresholded_normal",
               "gamma_thresholded_laplace")
ALWAYS = 0.99  # Share of rows from which on a latent is always on, as `metrics.sparsity` has it.
MOST_OF_NOTHING = 0.1  # Latents on per row of data without features.
COLUMNS = ("presence", "group", "leak", "hit", "purity", "live", "always", "l0", "freedom",
           "told", "elbo", "over_vae", "seconds")


def measures(z, drawn):
    """What the table shows of codes `z` [n, J] of rows whose features are known."""
    from vsc_tf import metrics

    sparsity = metrics.sparsity(z)
    always = max(0, sparsity["always_on"] - drawn.always)
    found = {"live": sparsity["live"], "always": always, "l0": sparsity["l0_mean"]}
    count = drawn.presence.shape[1]
    if not count:
        return found
    if drawn.always and not always:
        z = z[:, np.mean(z != 0.0, axis=0) <= ALWAYS]  # The others are no feature's.
    factors, groups = drawn.presence.astype(float), np.arange(count)
    together = metrics.group_presence(z, factors, groups)
    single = metrics.presence_accuracy(z, drawn.presence)
    freedom = drawn.always + float((drawn.presence @ drawn.freedom).mean())
    return {
        "presence": float(single.mean()), "least": float(single.min()),
        "group": float(together.accuracy.mean()), "least_group": float(together.accuracy.min()),
        "leak": together.leak, "hit": together.hit, "purity": metrics.group_purity(
            metrics.correlation(z, factors), groups, metrics.live(z)),
        **found, "freedom": freedom, "ratio": found["l0"] / freedom}


def bound(model, train, test, steps):
    """The model's bound on the test split in nats, once it was fitted by its defaults."""
    model.compile(optimizer="adam", steps_per_execution=10)
    model.fit(train, batch_size=BATCH, epochs=EPOCHS, steps_per_epoch=steps // EPOCHS, verbose=0)
    return model.evaluate(test, verbose=0)["elbo"]


def run(name, seed, latent_dim, steps, posterior=None):
    """All measures of one family and seed."""
    import keras

    import vsc_tf

    train, test = draw(name, seed=seed)
    keras.utils.set_random_seed(seed)
    started = time.monotonic()
    model = vsc_tf.VSC(latent_dim, seed=seed) if posterior is None else vsc_tf.ThresholdedVSC(
        latent_dim, posterior=posterior, seed=seed)
    elbo = bound(model, train.x, test.x, steps)
    seconds = round(time.monotonic() - started)
    return {**measures(model.encode(test.x).z, test), "elbo": elbo, "seconds": seconds}


def dense_bound(name, seed, latent_dim, steps):
    """The bound of a VAE on the same rows."""
    import vsc_tf

    train, test = draw(name, seed=seed)
    return bound(vsc_tf.VAE(latent_dim, seed=seed), train.x, test.x, steps)


def told(name, seed):
    """Mean balanced accuracy over features of a linear classifier of x that is told them."""
    from sklearn import linear_model, metrics, pipeline, preprocessing

    train, test = draw(name, seed=seed)
    rows, fresh = (split.x.reshape(len(split.x), -1) for split in (train, test))
    accuracies = []
    for k in range(train.presence.shape[1]):
        classifier = pipeline.make_pipeline(
            preprocessing.StandardScaler(),
            linear_model.LogisticRegression(class_weight="balanced", max_iter=300))
        classifier.fit(rows[:TOLD], train.presence[:TOLD, k])
        accuracies.append(metrics.balanced_accuracy_score(
            test.presence[:, k], classifier.predict(fresh)))
    return {"told": statistics.mean(accuracies)} if accuracies else {}


def missed(name, mean):
    """Goals that the means over seeds do not reach."""
    if "presence" not in mean:
        return [] if mean["l0"] <= MOST_OF_NOTHING else ["l0"]
    signed = draw(name, train=2, test=2)[0].signed
    return [goal for goal, (low, high) in GOALS.items()
            if not low <= mean[goal] <= high and not (signed and goal == "presence")]


def row(name, mean):
    """One line of the table."""
    cells = [f"{mean[column]:9.3f}" if column in mean else f"{'-':>9}" for column in COLUMNS]
    return f"{name:<16}{''.join(cells)}  {', '.join(missed(name, mean)) or 'ok'}"


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("families", nargs="*", help=f"of {', '.join(FAMILIES)}; default all")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--latent-dim", type=int, default=60)
    parser.add_argument("--posterior", choices=THRESHOLDED, help="thresholded codes in place of "
                        "VSC's spike and slab")
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    unknown = sorted(set(args.families) - set(FAMILIES))
    if unknown:
        parser.error(f"expected families of {', '.join(FAMILIES)}. Received: {', '.join(unknown)}")
    if args.steps < EPOCHS or args.steps % EPOCHS:
        parser.error(f"expected --steps that {EPOCHS} divides. Received: {args.steps}")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    print(f"{'':<16}{''.join(f'{column:>9}' for column in COLUMNS)}  missed")
    of_model = [args.posterior] if args.posterior else []
    kept = json.loads(args.results.read_text()) if args.results.exists() else {}
    for name in args.families or FAMILIES:
        rows = {seed: run(name, seed, args.latent_dim, args.steps, *of_model)
                for seed in args.seeds}
        mean = {key: statistics.mean(row[key] for row in rows.values())
                for key in next(iter(rows.values()))}
        mean.update(told(name, args.seeds[0]))
        vae_elbo = dense_bound(name, args.seeds[0], args.latent_dim, args.steps)
        mean["over_vae"] = rows[args.seeds[0]]["elbo"] - vae_elbo
        kept.setdefault(", ".join([f"latent_dim {args.latent_dim}", *of_model]), {})[name] = {
            "steps": args.steps, "seeds": rows, "mean": mean, "missed": missed(name, mean)}
        args.results.parent.mkdir(exist_ok=True)
        args.results.write_text(json.dumps(kept, indent=2) + "\n")
        print(row(name, mean), flush=True)
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
