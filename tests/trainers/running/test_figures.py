"""Every figure of a run on every kind of data, and that it shows what the model does."""
import types

import numpy as np
import pytest

import vsc_tf
from tests.plots.drawing import drawn
from trainers.running import figures
from vsc_tf import generation
from vsc_tf.datasets import Dataset, Info, Split

SHAPES = {"grey": (6, 5), "colour": (6, 5, 3), "table": (8,)}


def data_of(kind, labels=False, factors=False):
    rng = np.random.default_rng(0)
    shape = SHAPES[kind]
    splits = [Split(rng.random((40, *shape)), np.arange(40) % 3 if labels else None,
                    rng.normal(size=(40, 3)) * (rng.random((40, 3)) < .5) if factors else None)
              for _ in range(2)]
    return Dataset(*splits, Info(
        kind, shape, class_names=("bag", "boot", "coat") if labels else (),
        feature_names=tuple("abcdefgh") if kind == "table" else (),
        factor_names=("x", "y", "z") if factors else (), factor_groups=(0, 0, 1) if factors else (),
        group_names=("hat", "eyes") if factors else ()))


def model_of(data, kind="vsc", **kwargs):
    """With weights and no training: some gates are on, some off."""
    parts = {"encoder": vsc_tf.networks.mlp(12), "decoder": vsc_tf.networks.mlp(12), "seed": 3}
    parts |= {"likelihood": "gaussian", "scaling": "standardise"}
    model = {"vsc": lambda: vsc_tf.VSC(6, prior=vsc_tf.PseudoInputPrior(4),
                                       posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.),
                                       **{**parts, **kwargs}),
             "vae": lambda: vsc_tf.VAE(4, **parts),
             "autoencoder": lambda: vsc_tf.Autoencoder(4, **parts)}[kind]()
    model.adapt(data.train.x)
    return model


@pytest.mark.parametrize(("kind", "labels"), [
    ("grey", True), ("grey", False), ("colour", False), ("table", True)])
def test_a_sparse_model_gets_all_that_suit_its_data(kind, labels):
    data = data_of(kind, labels, factors=not labels)
    model = model_of(data)
    found = figures.of_features(model, data)
    assert list(found) == ["features", "traversals", "variations", "two_objects"] + (
        ["switched_off"] if not labels and kind != "table" else [])
    for figure in found.values():
        assert drawn(figure)


@pytest.mark.parametrize("kind", ["vae", "autoencoder"])
def test_a_dense_model_gets_what_makes_sense(kind):
    data = data_of("grey", labels=True)
    found = figures.of_features(model_of(data, kind), data)
    assert list(found) == ["features", "traversals"] + (["variations"] if kind == "vae" else [])
    labels = [label.get_text() for label in found["traversals"].axes[0].get_xticklabels()]
    assert labels[0] == "5 %" and labels[-1] == "95 %"


def test_of_data_suits_images_and_a_code_of_two():
    data = data_of("grey", labels=True)
    model = model_of(data)
    names = set(figures.of_data(model, data, model.encode(data.test.x)))
    assert names == {"reconstructions", "noise", "generated", "sparsity", "spikes_per_class"}
    two = vsc_tf.VSC(2, seed=0)
    two.adapt(data.train.x)
    assert "latent_grid" in figures.of_data(two, data, two.encode(data.test.x))


def test_a_model_in_which_nothing_is_on_gets_none():
    data = data_of("grey")
    model = model_of(data)
    model.posterior.dense.bias.assign_sub(1000. * (np.arange(18) < 6))
    assert figures.of_features(model, data) == {}


def test_traversals_hold_the_decoded_codes():
    data = data_of("grey")
    model = model_of(data)
    x, split = data.test.x[:1], data.test
    report = generation.feature_report(model, split)
    axes, = drawn(figures.traversals(model, x, report, data.info))
    dims = [int(label.get_text().split()[1]) for label in axes.get_yticklabels()]
    z = model.encode(x).z[0]
    assert set(dims) == set(np.flatnonzero(z))
    contribution = generation.contributions(model, z[None])[0, dims]
    assert (np.diff(contribution) <= 0.).all()
    values = {f.dim: [0., *np.linspace(f.low, f.high, figures.VALUES)] for f in report}
    moved = generation.traverse(model, x, dims, [values[dim] for dim in dims]).x[0]
    canvas = np.asarray(axes.images[0].get_array())
    expected = (moved[0, 0] - moved.min()) / np.ptp(moved)
    np.testing.assert_allclose(canvas[:6, :5], expected, atol=1e-5)


def test_switched_off_shows_objects_without_one_attribute_each():
    data = data_of("grey", factors=True)
    axes, = drawn(figures.of_features(model_of(data), data)["switched_off"])
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[:2] == ["object", "reconstruction"]
    assert set(labels[2:]) <= {"no hat", "no eyes"} and len(labels) > 2


def test_titles_say_what_a_latent_goes_with():
    info = data_of("grey", labels=True).info
    feature = generation.Feature(3, .5, -1., 0., 1., [], [], .1, np.array([.1, .6, .9]), None)
    assert figures.title(feature, info, {}) == "3: coat, boot"
    long = info.__class__("long", (6, 5), class_names=("bag", "b" * 20, "c" * 20))
    assert figures.title(feature, long, {}) == "3: 2 of 3 classes"
    for classes, name in (([.1, .2, .3], "latent 3"), ([.9, .9, .9], "latent 3")):
        assert figures.title(feature._replace(classes=np.array(classes)), info, {}) == name
    info = data_of("grey", factors=True).info
    feature = feature._replace(classes=None, factors=np.array([0., .3, .2]))
    assert figures.title(feature, info, {}) == "3: y"


def test_drawing_needs_no_log(tmp_path):
    data = data_of("table")
    model = types.SimpleNamespace()
    figures_of = {"of_data": lambda *args: {}, "of_features": lambda *args: {}}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in figures_of.items():
            patch.setattr(figures, name, value)
        assert figures.draw(model, data, None, tmp_path) == []
        (tmp_path / "log.csv").write_text("epoch,loss\n0,1.5\n1,1.0\n")
        assert figures.draw(model, data, None, tmp_path) == [
            tmp_path / "figures" / "training.png"]
