"""Small models to explore: never trained, but with gates of both kinds for most observations."""
import dataclasses

import keras
import numpy as np

import vsc_tf
from trainers.explorer.explored import Explored
from vsc_tf.datasets import Dataset, Info, Split


def _model(x, likelihood):
    keras.utils.set_random_seed(0)
    encoder, decoder = (vsc_tf.networks.mlp(24, name=name) for name in ("encoder", "decoder"))
    model = vsc_tf.VSC(8, encoder=encoder, decoder=decoder, likelihood=likelihood,
                       posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.), seed=0)
    model.adapt(x)
    model.compile(optimizer="adam", jit_compile=False)
    # Large weights, so that a slider is seen in the picture.
    for weight in (model.posterior.trainable_weights[0], model.likelihood.trainable_weights[0]):
        weight.assign(8 * weight)
    return model


def images():
    """Sixty faces of Smiley; the last one is black, and nothing is on in it."""
    data = vsc_tf.datasets.load("smiley", train_size=100, test_size=60)
    x = data.test.x.copy()
    x[-1] = 0
    test = dataclasses.replace(data.test, x=x, factors=data.test.factors * (np.arange(60) < 59)[
        :, None])
    return Explored("faces", _model(data.train.x, "bernoulli"),
                    dataclasses.replace(data, test=test))


def table():
    """Forty rows of twelve named features in two classes."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 12)).astype("float32"), np.arange(40) % 2
    names = tuple(f"{kind}-{i}" for kind in ("fast", "slow") for i in range(6))
    info = Info("rows", (12,), feature_names=names, class_names=("sit", "run"))
    split = Split(x, y)
    return Explored("rows", _model(x, "gaussian"), Dataset(split, split, info))


def mixed(folder):
    """Forty rows of a number, a class, yes or no and a count, some of them missing."""
    lines = ["age,colour,smokes,visits"]
    for i in range(50):
        lines.append(f"{'' if i % 5 == 0 else 20 + i},"
                     f"{'NA' if i % 7 == 0 else ['red', 'blue', 'grey'][i % 3]},"
                     f"{['yes', 'no'][i % 2]},{i % 4}")
    path = folder / "people.csv"
    path.write_text("\n".join(lines) + "\n")
    data = vsc_tf.datasets.load(str(path))
    return Explored("people", _model(data.train.x, data.info.table), data)
