"""What all classes of the library have in common: posteriors, priors, penalties, models and others.

Classes are found by walking the package; one that has no example in the tables below or in
tests/parts.py fails `test_every_class_has_an_example`.
"""
import importlib
import inspect
import json
import pkgutil

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

import vsc_tf
from tests.distributions.examples import CLASSES as DISTRIBUTIONS
from tests.parts import (
    BESIDE,
    COUNT,
    FEATURES,
    LATENT,
    LIKELIHOODS,
    MODELS,
    OBJECTIVES,
    PENALTIES,
    POSTERIORS,
    PRIORS,
)
from vsc_tf import (
    callbacks,
    distributions,
    likelihoods,
    models,
    named_weights,
    objectives,
    penalties,
    posteriors,
    priors,
    recipes,
    refinement,
    scaling,
    schedules,
)
from vsc_tf.models import fitting, steps, tracking

tfd = tfp.distributions

BATCH = 6
KINDS = (tfd.Distribution, keras.layers.Layer, keras.metrics.Metric, keras.callbacks.Callback,
         keras.optimizers.schedules.LearningRateSchedule, objectives.Objective, penalties.Penalty,
         recipes.Recipe)
ABSTRACT = {steps.SteppedModel, named_weights.NamedWeights, tracking.Kept, callbacks.Schedule,
            distributions.sparse.SparseDistribution,
            distributions.thresholded_laplace.LaplaceSpike,
            distributions.thresholded_normal.NormalTails, posteriors.Thresholded,
            posteriors.Posterior, priors.Prior,
            priors.PseudoInputs, likelihoods.Likelihood, likelihoods.gaussian.Gaussian,
            likelihoods.counts.Counts, objectives.Objective, penalties.Penalty}
LAYERS = {  # What has outputs: they come from `outputs_of` below.
    **POSTERIORS, **PRIORS, **LIKELIHOODS, scaling.Scaling: lambda: scaling.Scaling("min_max"),
    likelihoods.Dictionary: lambda: likelihoods.Dictionary(LATENT, 2., fixed_norm=True)}
OTHERS = {  # Things without an output: only their configuration and docstring count.
    **OBJECTIVES, **PENALTIES,
    recipes.Recipe: lambda: recipes.Recipe(0.7, sparsity="kl", final_sharpness=9.),
    tracking.TermMeans: lambda: tracking.TermMeans(("loss", "kl")),
    tracking.Failure: lambda: tracking.Failure(3),
    tracking.Schedules: lambda: tracking.Schedules({"kl_weight": (1., 5., 0., 0.5)}),
    tracking.Run: tracking.Run,
    schedules.OneCycle: lambda: schedules.OneCycle(1e-3, 100, 0.1, 0.2),
    schedules.LinearDecay: lambda: schedules.LinearDecay(1e-3, 1e-4, 5, 9)}
CALLBACKS = {
    callbacks.SlabWarmUp, callbacks.GateSharpness, callbacks.SparsityRamp, callbacks.GatePenalty,
    callbacks.StopOnNaN, callbacks.ProgressBar, callbacks.LogStep, callbacks.Checkpoint,
    refinement.Rezero, refinement.Refinement}


def found():
    """Every class of the kinds above that a module of vsc_tf defines for others."""
    classes = set()
    for info in pkgutil.walk_packages(vsc_tf.__path__, "vsc_tf."):
        module = importlib.import_module(info.name)
        classes |= {value for value in vars(module).values() if inspect.isclass(value)
                    and value.__module__ == info.name and issubclass(value, KINDS)
                    and not value.__name__.startswith("_")}
    return classes


def each(table):
    return pytest.mark.parametrize(
        ("kind", "example"), table.items(), ids=[kind.__name__ for kind in table])


def public(kind):
    """Whether people type the name: `vsc_tf.<module>.<name>`."""
    module = importlib.import_module(".".join(kind.__module__.split(".")[:2]))
    return getattr(module, kind.__name__, None) is kind and kind not in ABSTRACT


def made(kind, example):
    """An example that has its weights; a prior is beside a posterior that it goes with."""
    layer = example()
    if kind in PRIORS:
        layer.bind(POSTERIORS[BESIDE[kind]]())
    if not layer.built:
        layer.build((None, FEATURES))
    return layer


def outputs_of(layer, x):
    """Tensors that the layer makes of observations, or of what its kind takes."""
    if isinstance(layer, priors.Prior):
        posterior = next(kind for prior, kind in BESIDE.items() if isinstance(layer, prior))
        q = POSTERIORS[posterior]().distribution(
            *[x[:, :LATENT] - 0.1 * i for i in range(posterior.outputs_per_latent)])
        components = layer.components(lambda inputs: q[:1] if inputs is None else type(q)(
            **{name: getattr(q, name)[:COUNT] + tf.reduce_mean(inputs)
               for name in type(q).parameter_properties() if name in q.parameters}))
        z = tf.stack([q.mode(), 2. * q.mode()])
        cost = layer.kl(q, components, x, z)
        return [*cost, layer.log_prob(z[0], components)] if layer.is_prior else [*cost]
    outputs = layer(x)
    if isinstance(outputs, tfd.Distribution):
        at = x if isinstance(layer, likelihoods.Likelihood) else outputs.mode()
        return [outputs.mean(), outputs.log_prob(at)]
    return [outputs]


def observations():
    return np.random.default_rng(0).uniform(size=(BATCH, FEATURES)).astype("float32")


def call(layer):
    """The layer's outputs for fixed inputs, as a list of arrays."""
    return [np.asarray(t) for t in outputs_of(layer, observations())]


def test_every_class_has_an_example():
    assert found() == {*DISTRIBUTIONS, distributions.GammaThreshold, likelihoods.rounding.Rounded,
                       likelihoods.mixed.Mixed, *LAYERS, *MODELS, *OTHERS, *CALLBACKS, *ABSTRACT}


@pytest.mark.parametrize(("module", "table"), [
    (posteriors.POSTERIORS, POSTERIORS), (priors.PRIORS, PRIORS),
    (likelihoods.LIKELIHOODS, LIKELIHOODS), (objectives.OBJECTIVES, OBJECTIVES),
    (penalties.PENALTIES, PENALTIES)], ids=["posteriors", "priors", "likelihoods", "objectives",
                                            "penalties"])
def test_every_part_has_a_name_and_an_example(module, table):
    assert {*module.values()} == {*table}


@pytest.mark.parametrize("kind", sorted(found(), key=lambda kind: kind.__name__))
def test_docstring_says_what_it_is_and_shows_an_example(kind):
    assert kind.__doc__ and kind.__doc__ not in {parent.__doc__ for parent in kind.__mro__[1:]}
    first = kind.__doc__.strip().splitlines()[0]
    assert 10 < len(first) <= 100 and "Args" not in first
    if public(kind) and kind not in CALLBACKS:
        assert ">>> " in kind.__doc__


@each({**LAYERS, **MODELS, **OTHERS})
def test_configuration_makes_the_same_again(kind, example):
    original = example()
    config = original.get_config()
    again = kind.from_config(config)
    assert type(again) is kind
    assert again.get_config() == config
    assert json.loads(json.dumps(config, default=list)) is not None  # A .keras file keeps it so.
    arguments = set(inspect.signature(kind.__init__).parameters) - {"self", "args", "kwargs"}
    assert arguments <= set(config)  # No argument is forgotten.


@each({**LAYERS, **MODELS, **OTHERS})
def test_public_classes_are_registered_with_keras(kind, example):
    if public(kind) or kind is tracking.TermMeans:
        assert keras.saving.get_registered_object(f"vsc_tf>{kind.__name__}") is kind


@each(LAYERS)
def test_layer_with_the_same_configuration_and_weights_computes_the_same(kind, example):
    layer = made(kind, example)
    expected = call(layer)
    again = made(kind, lambda: kind.from_config(layer.get_config()))
    again.set_weights(layer.get_weights())
    for ours, theirs in zip(call(again), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@each(LAYERS)
def test_layer_takes_any_batch_inside_a_function(kind, example):
    layer = made(kind, example)
    traced = tf.function(lambda x: outputs_of(layer, x),
                         input_signature=[tf.TensorSpec([None, FEATURES])])
    for ours, theirs in zip(traced(observations()), call(layer), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


@each(MODELS)
def test_saved_model_file_gives_the_same_outputs(kind, example, rows, tmp_path):
    model = example()
    model.adapt(rows)
    model.save(tmp_path / "model.keras")
    restored = keras.models.load_model(tmp_path / "model.keras")
    assert type(restored) is kind
    for ours, theirs in zip(restored.encode(rows), model.encode(rows), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    np.testing.assert_array_equal(restored.reconstruct(rows), model.reconstruct(rows))
    if not model.prior.is_prior:
        return
    np.testing.assert_array_equal(restored.generate(3, seed=1), model.generate(3, seed=1))
    np.testing.assert_array_equal(restored.log_weights(rows, 2), model.log_weights(rows, 2))


@each(MODELS)
def test_models_code_has_latent_dim_columns_and_decodes_to_the_data_s_shape(kind, example, rows):
    model = example()
    model.adapt(rows)
    z = model.encode(rows).z
    assert z.shape == (len(rows), LATENT)
    assert model.decode(z).shape == rows.shape


@each(MODELS)
def test_under_bfloat16_raw_values_stay_float32(kind, example, rows):
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        model = example()
    finally:
        keras.config.set_dtype_policy("float32")
    x = (0.1 + 0.3 * rows).astype("float32")  # No numbers of bfloat16.
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(x, batch_size=32, verbose=0)
    assert np.isfinite(model.score(x)["reconstruction"]).all()
    # Would `call` see observations rounded to bfloat16, their codes and decodings would differ.
    np.testing.assert_array_equal(model.reconstruct(x), model.decode(model.encode(x).z))


@each(MODELS)
def test_thin_models_are_short(kind, example):
    """A constructor of defaults and a docstring, over one model class."""
    assert issubclass(kind, models.LatentModel) and issubclass(kind, fitting.Fitting)
    if kind is not models.LatentModel:
        assert len(inspect.getsource(kind).splitlines()) < 60
        own = {name for name, value in vars(kind).items() if inspect.isfunction(value)}
        assert own <= {"__init__", "get_config"}
