"""Tables that come with scikit-learn, and drawn counts, beside what people use for them.

    python -m benchmarks.tables                   # an hour on two cores
    python -m benchmarks.tables wine --steps 400  # quick, and not what the defaults give

Codes: the bound in nats beside that of a VAE of the same size, and on the test split the probe (the
accuracy of a logistic regression; for diabetes R^2 of a ridge regression) beside PCA, NMF and
dictionary learning. The dictionary's codes have as many values that are not 0 as the VSC's, rounded
up, and PCA as many components. Missing: 20 % of the training cells are hidden; errors of imputing
them are root mean squares in units of each column's deviation. Counts: whether codes switch with
the features of drawn counts, through log1p and through the likelihoods of counts.
"""
import argparse
import json
import os
import pathlib

import numpy as np

RESULTS = pathlib.Path(__file__).parent / "results" / "tables.json"
SETS = ("digits", "breast_cancer", "wine", "diabetes", "california_housing")
HIDDEN = 0.2


def load(name):
    """(train x, train y, test x, test y, whether y is a class) of a set; `None` if not here."""
    from sklearn import datasets
    from sklearn.model_selection import train_test_split

    try:
        data = (datasets.fetch_california_housing(download_if_missing=False)
                if name == "california_housing" else getattr(datasets, f"load_{name}")())
    except OSError:
        return None
    is_class = name not in ("diabetes", "california_housing")
    x, rest, y, rest_y = train_test_split(
        data.data, data.target, test_size=0.25, random_state=0,
        stratify=data.target if is_class else None)
    return x.astype("float32"), y, rest.astype("float32"), rest_y, is_class


def probe(train, y, test, test_y, is_class):
    """Accuracy, or R^2, of a linear model on codes."""
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = LogisticRegression(max_iter=2000) if is_class else Ridge(1.)
    return float(make_pipeline(StandardScaler(), model).fit(train, y).score(test, test_y))


def codes(name, steps, seed=0):
    """The row of a set: bounds, probes and L0."""
    from sklearn.decomposition import NMF, PCA, DictionaryLearning
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    import vsc_tf
    from vsc_tf.models.data import usual_batch
    from vsc_tf.sklearn import VSCEncoder

    x, y, test, test_y, is_class = load(name)
    size = min(30, x.shape[1])
    vsc = VSCEncoder(size, total_steps=steps, random_state=seed).fit(x)
    z, test_z = vsc.transform(x), vsc.transform(test)
    vae = vsc_tf.VAE(size, seed=seed)
    vae.compile(optimizer="adam", steps_per_execution=10)
    vae.fit(x, batch_size=usual_batch(len(x)), steps_per_epoch=steps, verbose=0)
    l0 = float((test_z != 0).sum(axis=1).mean())
    count = max(1, int(np.ceil(l0)))
    scaled, low = StandardScaler().fit(x), MinMaxScaler(clip=True).fit(x)
    a, b = scaled.transform(x), scaled.transform(test)
    rivals = {"pca": PCA(min(count, size), random_state=seed),
              "dictionary": DictionaryLearning(
                  size, transform_algorithm="omp", transform_n_nonzero_coefs=min(count, size),
                  max_iter=30, random_state=seed),
              "nmf": NMF(size, max_iter=1000, random_state=seed)}
    found = {"columns": x.shape[1], "elbo": vsc.score(test),
             "vae_elbo": vae.evaluate(test, verbose=0)["elbo"], "l0": l0,
             "vsc": probe(z, y, test_z, test_y, is_class),
             "raw": probe(x, y, test, test_y, is_class)}
    for rival, model in rivals.items():
        of, then = (low.transform(x), low.transform(test)) if rival == "nmf" else (a, b)
        found[rival] = probe(model.fit_transform(of), y, model.transform(then), test_y, is_class)
    return found


def imputation(name, steps, seed=0):
    """Errors of imputing hidden cells of a set, in units of the columns' deviations."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer

    import vsc_tf
    from vsc_tf.models.data import usual_batch

    x = load(name)[0]
    width = x.std(axis=0)
    x, width = x[:, width > 0], width[width > 0]
    hidden = np.random.default_rng(seed).random(x.shape) < HIDDEN
    holes = np.where(hidden, np.nan, x)

    def error(found):
        return float(np.sqrt((((found - x) / width)[hidden]**2).mean()))

    found = {"mean": error(np.where(hidden, np.nanmean(holes, axis=0), x)),
             "iterative": error(
                 IterativeImputer(max_iter=20, random_state=seed).fit_transform(holes))}
    for kind in ("VSC", "VAE"):
        model = getattr(vsc_tf, kind)(min(30, x.shape[1]), seed=seed)
        model.compile(optimizer="adam", steps_per_execution=10)
        model.fit(holes, batch_size=usual_batch(len(x)), steps_per_epoch=steps, verbose=0)
        found[kind.lower()] = error(model.reconstruct(holes))
    return found


def counts(likelihood, steps, seed=0):
    """How codes of drawn counts switch with their features, through a likelihood."""
    import vsc_tf
    from benchmarks import presence
    from benchmarks.presence_data import draw

    train, test = draw("counts", seed=seed)
    x, rest = train.x, test.x
    if likelihood != "log1p":
        x, rest = (np.rint(np.expm1(part)) for part in (x, rest))
    model = vsc_tf.VSC(60, seed=seed, likelihood="auto" if likelihood == "log1p" else likelihood)
    presence.bound(model, x, rest, steps)
    return presence.measures(model.encode(rest).z, test)


def table(title, rows):
    """A dict of rows (dicts of numbers) as text."""
    names = list(dict.fromkeys(name for row in rows.values() for name in row))
    lines = [f"{title:<20}" + "".join(f"{name:>11}" for name in names)]
    lines += [f"{name:<20}" + "".join(f"{row[key]:11.3f}" if key in row else f"{'-':>11}"
                                      for key in names) for name, row in rows.items()]
    return "\n".join(lines)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(SETS)}, counts; default all")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    unknown = sorted(set(args.sets) - {*SETS, "counts"})
    if unknown:
        parser.error(f"expected sets of {', '.join(SETS)}, counts. Received: {', '.join(unknown)}")
    found = {"steps": args.steps, "codes": {}, "missing": {}, "counts": {}}
    for name in args.sets or (*SETS, "counts"):
        if name == "counts":
            for likelihood in ("log1p", "poisson", "negative_binomial"):
                found["counts"][likelihood] = counts(likelihood, args.steps)
            continue
        if load(name) is None:
            print(f"{name}: not on this machine, and nothing is downloaded here; left out")
            continue
        found["codes"][name] = codes(name, args.steps)
        found["missing"][name] = imputation(name, args.steps)
        print(table(name, {key: found[key][name] for key in ("codes", "missing")}), flush=True)
    for key in ("codes", "missing", "counts"):
        if found[key]:
            print("\n" + table(key, found[key]))
    args.results.parent.mkdir(exist_ok=True)
    args.results.write_text(json.dumps(found, indent=2) + "\n")
    print(f"Written to {args.results}")


if __name__ == "__main__":
    main()
