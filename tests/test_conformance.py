"""What all distributions, likelihoods, priors, layers and models of the library have in common.

Classes are found by walking the package; one that has no example in the tables below fails
`test_every_class_has_an_example`.
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
from vsc_tf import callbacks, distributions, likelihoods, models, priors, scaling, schedules
from vsc_tf.models import base, generative, posterior, steps, tracking

tfd = tfp.distributions

BATCH, FEATURES, LATENT, COUNT = 6, 5, 4, 3
KINDS = (tfd.Distribution, keras.layers.Layer, keras.metrics.Metric, keras.callbacks.Callback,
         keras.optimizers.schedules.LearningRateSchedule)
ABSTRACT = {steps.SteppedModel, base.LatentModel, generative.GenerativeModel,
            likelihoods.Likelihood, priors.PseudoInputs, callbacks.Schedule}

# Class -> an example of it; arguments that matter to the outputs are not left at their defaults.
DISTRIBUTIONS = {distributions.SpikeAndSlab}  # Examples: tests/distributions/test_conformance.py.
MODELS = {
    models.VSC: lambda: models.VSC(
        LATENT, alpha=0.2, encoder=vsc_tf.networks.mlp(7), decoder=vsc_tf.networks.mlp(9),
        likelihood=likelihoods.LearnedGaussian(0.01), prior=priors.PseudoInputPrior(COUNT),
        scaling="standardise", samples=2, bound="elbo_paper",
        sparsity="price", seed=3),
    models.Autoencoder: lambda: models.Autoencoder(
        LATENT, encoder=vsc_tf.networks.mlp(7), decoder=vsc_tf.networks.mlp(9),
        likelihood=likelihoods.LearnedGaussian(0.01), scaling="standardise", seed=3),
    models.VAE: lambda: models.VAE(
        LATENT, encoder=vsc_tf.networks.mlp(7), decoder=vsc_tf.networks.mlp(9),
        likelihood=likelihoods.LearnedGaussian(0.01), prior=priors.VampPrior(COUNT, "random"),
        scaling="standardise", samples=2, seed=3),
    models.BetaVAE: lambda: models.BetaVAE(LATENT, beta=2.5, samples=2, seed=3),
    models.BetaTCVAE: lambda: models.BetaTCVAE(LATENT, beta=2.5, samples=2, seed=3),
    models.VampPriorVAE: lambda: models.VampPriorVAE(
        LATENT, COUNT, start="random", samples=2, seed=3),
}
LIKELIHOODS = {
    likelihoods.Bernoulli: lambda: likelihoods.Bernoulli((FEATURES,)),
    likelihoods.ContinuousBernoulli: lambda: likelihoods.ContinuousBernoulli((FEATURES,)),
    likelihoods.FixedGaussian: lambda: likelihoods.FixedGaussian(
        0.3, mean_activation="sigmoid", event_shape=(FEATURES,)),
    likelihoods.LearnedGaussian: lambda: likelihoods.LearnedGaussian(
        0.01, mean_activation="sigmoid", event_shape=(FEATURES,)),
}
LAYERS = {  # Other Keras layers; inputs come from `call` below.
    **LIKELIHOODS,
    priors.PseudoInputPrior: lambda: priors.PseudoInputPrior(
        COUNT, "hard", start="random", sharpen_spikes=True),
    priors.StandardPrior: priors.StandardPrior,
    priors.VampPrior: lambda: priors.VampPrior(COUNT, "random"),
    scaling.Scaling: lambda: scaling.Scaling("min_max"),
    posterior.SpikeAndSlabHead: lambda: posterior.SpikeAndSlabHead(LATENT, "relu_exp"),
    posterior.NormalHead: lambda: posterior.NormalHead(LATENT),
}
OTHERS = {  # Things without an output: only their configuration and docstring count.
    tracking.TermMeans: lambda: tracking.TermMeans(("loss", "kl")),
    tracking.Failure: lambda: tracking.Failure(3),
    schedules.LinearDecay: lambda: schedules.LinearDecay(1e-3, 1e-4, 5, 9),
}
CALLBACKS = {
    callbacks.SlabWarmUp, callbacks.GateSharpness, callbacks.SparsityRamp, callbacks.GatePenalty,
    callbacks.Rezero, callbacks.StopOnNaN, callbacks.ProgressBar, callbacks.LogStep,
    callbacks.Checkpoint}


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


def call(layer):
    """The layer's outputs for fixed inputs, as a list of arrays."""
    x = np.random.default_rng(0).uniform(size=(BATCH, FEATURES)).astype("float32")
    kl = np.random.default_rng(1).uniform(size=(BATCH, COUNT)).astype("float32")
    return [np.asarray(t) for t in tf.nest.flatten(outputs_of(layer, x, kl))]


def outputs_of(layer, x, kl):
    """Tensors that the layer makes of observations, or of what its kind takes."""
    if isinstance(layer, (priors.StandardPrior, priors.VampPrior)):
        base.build_once(layer, x.shape)
        components = layer.components(lambda inputs: tfd.Normal(inputs, 0.5), FEATURES)
        return components.loc, components.log_prob(x[:1])
    outputs = layer(x, kl) if isinstance(layer, priors.PseudoInputPrior) else layer(x)
    if isinstance(outputs, tfd.Distribution):
        return outputs.mean(), outputs.log_prob(x)
    return outputs


def test_every_class_has_an_example():
    assert found() == {*DISTRIBUTIONS, *MODELS, *LAYERS, *OTHERS, *CALLBACKS, *ABSTRACT}


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
    assert json.loads(json.dumps(config, default=list))  # A .keras file keeps it as JSON.
    arguments = set(inspect.signature(kind.__init__).parameters) - {"self", "kwargs"}
    assert arguments <= set(config)  # No argument is forgotten.


@each({**LAYERS, **MODELS, **OTHERS})
def test_public_classes_are_registered_with_keras(kind, example):
    if public(kind) or kind is tracking.TermMeans:
        assert keras.saving.get_registered_object(f"vsc_tf>{kind.__name__}") is kind


@each(LAYERS)
def test_layer_with_the_same_configuration_and_weights_computes_the_same(kind, example):
    layer = example()
    expected = call(layer)
    again = kind.from_config(layer.get_config())
    call(again)
    again.set_weights(layer.get_weights())
    for ours, theirs in zip(call(again), expected, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@each(LAYERS)
def test_layer_takes_any_batch_inside_a_function(kind, example):
    layer = example()
    eager = call(layer)
    for ours, theirs in zip(tf.nest.flatten(traced(layer)), eager, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)


def traced(layer):
    """`call` of the layer with a batch size that is not known while tracing."""
    x = np.random.default_rng(0).uniform(size=(BATCH, FEATURES)).astype("float32")
    kl = np.random.default_rng(1).uniform(size=(BATCH, COUNT)).astype("float32")

    @tf.function(input_signature=[tf.TensorSpec([None, FEATURES]), tf.TensorSpec([None, COUNT])])
    def outputs(x, kl):
        return outputs_of(layer, x, kl)

    return outputs(x, kl)


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
    if kind is models.Autoencoder:  # It has no prior.
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
    model.compile(optimizer="adam")
    model.fit(x, batch_size=32, verbose=0)
    assert np.isfinite(model.score(x)["reconstruction"]).all()
    # Would `call` see observations rounded to bfloat16, their codes and decodings would differ.
    np.testing.assert_array_equal(model.reconstruct(x), model.decode(model.encode(x).z))


BAD = {  # Wherever a public class has an argument of this name, these are refused by name.
    "latent_dim": [0, -1, 2.5, True, "3", None],
    "alpha": [0, 1, -0.5, 1.5, "0.1", True],
    "beta": [-1, -0.1, "4", True, None, float("nan"), float("inf")],
    "start": ["zeros", None],
    "samples": [0, 1.5],
    "count": [0, 2.5],
    "likelihood": ["normal", 3],
    "scaling": ["zscore"],
    "selector": ["argmax"],
    "bound": ["iwae", "loss"],
    "sparsity": ["l1", None],
    "relaxation": ["gumbel"],
    "spike_activation": ["sigmoid"],
}


def given(table):
    """Every public class that has an argument named in `table`, with each of the values there."""
    for kind in {**LAYERS, **MODELS}:
        required = {"latent_dim": LATENT} if kind in MODELS else {}
        for name, values in table.items():
            if public(kind) and name in inspect.signature(kind.__init__).parameters:
                for value in values:
                    yield pytest.param(kind, {**required, name: value}, name,
                                       id=f"{kind.__name__}-{name}-{value!r}")


@pytest.mark.parametrize(("kind", "arguments", "name"), given(
    dict.fromkeys(("latent_dim", "samples", "count"), [np.int64(3)])))
def test_whole_numbers_may_be_numpy_s(kind, arguments, name):
    config = kind(**arguments).get_config()
    assert config[name] == 3 and type(config[name]) is int


@pytest.mark.parametrize(("kind", "arguments", "name"), given(BAD))
def test_bad_arguments_are_refused_by_name(kind, arguments, name):
    with pytest.raises(ValueError, match=rf"`{name}` must be .*Received: {name}="):
        kind(**arguments)
