"""Whether steering does what it says: features that switch off, variations that keep the class.

    python -m benchmarks.generation --smiley runs/smiley-* --fashion runs/fashion_mnist-*

Smiley, for each attribute and `--faces` test faces that have it: its latents are switched off and
the reconstruction is held against the same face drawn without it. Pixels are told apart at 0.5.

    returned: of the pixels where the face with and without the attribute differ, the share that
        is as in the face without it;
    disturbed: of the others, the share that is not as it was before switching.

Latents are told from the first 20,000 training faces, by `metrics.group_presence`.

Fashion-MNIST: a plain classifier (256 ReLU units, fitted to the training images) looks at
`--variations` of every test image. Agreement is the share that it gives the image's own label;
on the images themselves and on their reconstructions it is the most that can be had.
"""
import argparse
import json
import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = pathlib.Path(__file__).parent / "results" / "generation.json"
RETURNED, DISTURBED, AGREEMENT = 0.90, 0.02, 0.80  # What is wanted.


def switch_off(model, data, faces):
    """For each attribute its latents, and how much of it is gone when they are off."""
    import numpy as np

    from vsc_tf import generation, metrics
    from vsc_tf.datasets import smiley

    info, train, test = data.info, data.train, data.test
    attribute = metrics.group_presence(
        model.encode(train.x[:20_000]).z, train.factors[:20_000], info.factor_groups).attribute
    present = metrics.presence_of(test.factors, info.factor_groups)
    found = {}
    for group, name in enumerate(info.group_names):
        dims = np.flatnonzero(attribute == group)
        rows = np.flatnonzero(present[:, group])[:faces]
        remaining = present[rows].astype(int)
        remaining[:, group] = 0
        without = smiley.render(remaining, test.factors[rows]) > 0
        region = (test.x[rows] > 0.5) != without
        before = model.reconstruct(test.x[rows]) > 0.5
        after = generation.toggle(model, test.x[rows], dims).x > 0.5
        found[name] = {
            "dims": dims.tolist(), "faces": len(rows), "pixels": int(region.sum()),
            "returned": round(float((after == without)[region].mean()), 5),
            "disturbed": round(float((after != before)[~region].mean()), 5)}
    return found


def classifier(train):
    """A plain network, fitted; images `[n, 28, 28]` to labels."""
    import keras

    keras.utils.set_random_seed(0)
    network = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(256, "relu"),
                                keras.layers.Dense(10)])
    network.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    network.fit(train.x, train.y, batch_size=500, epochs=15, verbose=0)
    return lambda x: network.predict(x, batch_size=1000, verbose=0).argmax(axis=1)


def agreement(model, data, label_of, variations):
    """Share of variations with the label of their image: of all, and for each class."""
    import inspect

    import numpy as np

    from vsc_tf import generation

    x, y = data.test.x, data.test.y
    default = inspect.signature(generation.generate_like).parameters["likeness"].default

    def shares(images):
        agrees = label_of(images) == np.repeat(y, len(images) // len(y))
        by_class = agrees.reshape(len(y), -1).mean(axis=1)
        return {"all": round(float(agrees.mean()), 4),
                **{name: round(float(by_class[y == label].mean()), 4)
                   for label, name in enumerate(data.info.class_names)}}

    found = {"images": shares(x), "reconstructions": shares(model.reconstruct(x))}
    for likeness in sorted({0., 0.5, 0.8, 0.9, default}):
        images = generation.generate_like(model, x, variations, likeness).x
        found[f"likeness {likeness:g}" + (" (default)" if likeness == default else "")] = shares(
            images.reshape(-1, *data.info.shape))
    return found


def print_smiley(rows):
    print(f"\n{'run':<16}{'attribute':<11}{'latents':>8}{'returned':>10}{'disturbed':>11}")
    for run, found in rows.items():
        for name, row in found.items():
            missed = row["returned"] < RETURNED or row["disturbed"] >= DISTURBED
            print(f"{run:<16}{name:<11}{len(row['dims']):>8}{row['returned']:>10.4f}"
                  f"{row['disturbed']:>11.4f}{'  MISSED' if missed else ''}")


def print_fashion(rows):
    for run, found in rows.items():
        print(f"\n{run:<16}" + "".join(f"{title[:19]:>20}" for title in found))
        for name in next(iter(found.values())):
            print(f"{name:<16}" + "".join(f"{shares[name]:>20.3f}" for shares in found.values()))
        for title, shares in found.items():
            if "default" in title and shares["all"] < AGREEMENT:
                print(f"MISSED: {AGREEMENT} was wanted with {title}")


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.generation", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--smiley", nargs="*", default=[], metavar="RUN", help="folders of runs on Smiley")
    add("--fashion", nargs="*", default=[], metavar="RUN", help="folders of runs on Fashion-MNIST")
    add("--faces", type=int, default=1000, help="test faces for each attribute")
    add("--variations", type=int, default=10, help="variations of each Fashion-MNIST image")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)

    from trainers import evaluate
    from trainers.running import restoring

    def restored(names):
        for name in names:
            run = evaluate.find(name, "runs")
            _, data, model = restoring.restore(run)
            yield run.name, data, model

    smiley = {name: switch_off(model, data, args.faces)
              for name, data, model in restored(args.smiley)}
    print_smiley(smiley)
    fashion, label_of = {}, None
    for name, data, model in restored(args.fashion):
        label_of = label_of or classifier(data.train)
        fashion[name] = agreement(model, data, label_of, args.variations)
    print_fashion(fashion)
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({
        "command": " ".join(["python -m benchmarks.generation", *(argv or sys.argv[1:])]),
        "wanted": {"returned": RETURNED, "disturbed": DISTURBED, "agreement": AGREEMENT},
        "smiley": smiley, "fashion_mnist": fashion}, indent=2) + "\n")
    print(f"\nWritten to {args.output}")


if __name__ == "__main__":
    main()
