"""Every part, in one of a few models: under XLA, saved, resumed, exported, loaded elsewhere."""
import json
import pathlib
import subprocess
import sys
from typing import NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from tests.parts import COUNT, LIKELIHOODS, OBJECTIVES, PENALTIES, POSTERIORS, PRIORS
from vsc_tf import likelihoods, objectives, penalties, posteriors, priors, serving

FEATURES, LATENT, STEPS = 6, 3, 2
X = np.random.default_rng(0).uniform(size=(16, FEATURES)).astype("float32")

MODELS = {  # Name -> the five parts; together they hold every class of parts.
    "slab": lambda: (
        posteriors.SpikeAndSlab(spike_bias=0., relaxation="binary_concrete"),
        priors.PseudoInputPrior(COUNT, "hard"),
        objectives.Average(2.), likelihoods.Bernoulli(),
        [penalties.SparsityKL(0.2), penalties.GatePenalty(0.01), penalties.TotalCorrelation(0.5),
         penalties.DecoderNorm(1e-3)]),
    "rectified": lambda: (
        posteriors.RectifiedNormal("half_spaces"), priors.FixedSparsePrior(0.3),
        objectives.Best(), likelihoods.ContinuousBernoulli(), [penalties.SparsityPrice(0.3)]),
    "shared": lambda: (
        posteriors.RectifiedNormal(), priors.FixedSparsePrior(0.3), objectives.Average(),
        likelihoods.SharedGaussian(0.3), []),
    "normal": lambda: (
        posteriors.Normal(), priors.StandardPrior(), objectives.ImportanceWeighted(),
        likelihoods.FixedGaussian(0.3), [penalties.TotalCorrelation(0.5)]),
    "vamp": lambda: (
        posteriors.Normal(), priors.VampPrior(COUNT), objectives.Average(),
        likelihoods.ColumnGaussian(0.3), []),
    "linear": lambda: (
        posteriors.GammaThresholdedLaplace(), priors.ThresholdedPrior(), objectives.Average(),
        likelihoods.LinearGaussian(0.5), [penalties.DecoderNorm(1e-4)]),
    "integrated": lambda: (
        posteriors.GammaThresholdedNormal(), priors.ThresholdedPrior(), objectives.Average(),
        likelihoods.LinearGaussian(0.5), []),
    "thresholded": lambda: (
        posteriors.ThresholdedLaplace(), priors.ThresholdedPrior(), objectives.Average(),
        likelihoods.FixedGaussian(0.3), []),
    "published": lambda: (
        posteriors.ThresholdedNormal(gradients="published"), priors.ThresholdedPrior(cost="base"),
        objectives.SoftmaxWeighted(), likelihoods.LinearGaussian(1.13, fixed_norm=True), []),
    "certain": lambda: (
        posteriors.Deterministic(), priors.NoPrior(), objectives.SoftmaxWeighted(),
        likelihoods.LearnedGaussian(0.01), [penalties.DecoderNorm(1e-3)])}
# Of counts and tables of several kinds: tests/test_conformance.py saves, loads and exports them.
OF_TABLES = {likelihoods.Poisson, likelihoods.NegativeBinomial, likelihoods.Columns}
every = pytest.mark.parametrize("name", MODELS)
# Without the integral, whose graph takes longest: tests/distributions compiles it.
quick = pytest.mark.parametrize("name", sorted({*MODELS} - {"integrated"}))


class Kept(NamedTuple):
    """A model after two steps, its file, and what it then said."""

    model: keras.Model
    file: pathlib.Path
    codes: tuple


def make(name, jit_compile=False):
    keras.utils.set_random_seed(1)
    posterior, prior, objective, likelihood, penalties = MODELS[name]()
    model = vsc_tf.LatentModel(
        LATENT, posterior, prior, vsc_tf.networks.mlp(5),
        None if likelihood.reads_codes else vsc_tf.networks.mlp(5), likelihood,
        objective, penalties, samples=2, seed=0)
    model.compile(keras.optimizers.Adam(0.01), jit_compile=jit_compile)
    return model


def fit(model, **kwargs):
    """Logs of a few steps: without XLA no graph is made, which would take longer than they do."""
    tf.config.run_functions_eagerly(not model.jit_compile)
    try:
        return model.fit(X, batch_size=8, verbose=0, **kwargs).history
    finally:
        tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Name -> `Kept`, made when first asked for."""
    folder, made = tmp_path_factory.mktemp("kept"), {}

    def of(name):
        if name not in made:
            model, file = make(name), folder / f"{name}.keras"
            fit(model)
            model.save(file)
            made[name] = Kept(model, file, model.encode(X))
        return made[name]

    return of


@pytest.mark.parametrize(("number", "table"), enumerate(
    (POSTERIORS, PRIORS, OBJECTIVES, {*LIKELIHOODS} - OF_TABLES, PENALTIES)))
def test_no_class_is_missing(number, table):
    parts = [make_parts()[number] for make_parts in MODELS.values()]
    flat = [each for part in parts for each in (part if isinstance(part, list) else [part])]
    assert {type(each) for each in flat} == {*table}


@quick
def test_trains_under_xla(name):
    model = make(name, jit_compile=True)
    logs = fit(model)
    assert model.jit_compile and int(model.optimizer.iterations) == STEPS
    assert {"loss", *model.term_names} <= set(logs)
    assert all(np.isfinite(values).all() for values in logs.values())


@every
def test_saved_and_loaded_it_has_the_same_codes_and_goes_on_the_same(kept, name):
    model, file, codes = kept(name)
    loaded = keras.models.load_model(file)
    for ours, theirs in zip(loaded.encode(X), codes, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert fit(loaded, epochs=2, initial_epoch=1) == fit(model, epochs=2, initial_epoch=1)
    assert int(loaded.optimizer.iterations) == 2 * STEPS
    for a, b in zip([*model.weights, *model.optimizer.variables],
                    [*loaded.weights, *loaded.optimizer.variables], strict=True):
        np.testing.assert_array_equal(a, b, err_msg=a.path)


@quick
def test_exported_it_says_the_same_through_the_c_api(kept, name, tmp_path):
    model = kept(name).model
    serving.export(model, tmp_path / name)
    found = serving.check(tmp_path / name, model)
    expected = {"serving_default", "encode", "decode", "reconstruct", "score"}
    expected |= {"sample_like"} if model.prior.is_prior else set()
    expected |= {"topk"} if model.posterior.family.has_atom else set()
    assert {signature for signature, _ in found} == expected
    for key, outputs in found.items():
        assert outputs and max(outputs.values()) <= serving.checking.TOLERANCE, (key, outputs)


ELSEWHERE = """
import json, sys
import keras, numpy as np
import vsc_tf
x = np.load(sys.argv[1])
print(json.dumps([[field.tolist() for field in keras.models.load_model(path).encode(x)]
                  for path in sys.argv[2:]]))
"""


def test_a_fresh_process_loads_every_file_and_has_the_same_codes(kept, tmp_path):
    np.save(tmp_path / "x.npy", X)
    files = [kept(name).file for name in MODELS]
    run = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path / "x.npy", *files],
        capture_output=True, text=True, check=False, cwd=pathlib.Path(__file__).parents[1])
    assert run.returncode == 0, run.stderr
    for name, codes in zip(MODELS, json.loads(run.stdout.splitlines()[-1]), strict=True):
        for ours, theirs in zip(codes, kept(name).codes, strict=True):
            np.testing.assert_array_equal(np.array(ours, "float32"), theirs, err_msg=name)
