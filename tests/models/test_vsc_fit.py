"""Fitting: data in any form, Keras's callbacks, compilation, dtypes, repeatability, bad input."""
import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf.models.data import TrainingData


def make(**kwargs):
    compiled = {"jit_compile": kwargs.pop("jit_compile", False)}
    model = vsc_tf.VSC(**{
        "latent_dim": 4, "seed": 1, "prior": vsc_tf.PseudoInputPrior(5), "recipe": None,
        "posterior": vsc_tf.posteriors.SpikeAndSlab(spike_bias=1.),
        "encoder": vsc_tf.networks.mlp(32), "decoder": vsc_tf.networks.mlp(32), **kwargs})
    model.compile(optimizer=keras.optimizers.Adam(0.01), **compiled)
    return model


def weights(model):
    return [w.copy() for w in model.get_weights()]


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_training_finds_the_blocks(rows):
    model = make(alpha=0.3)
    history = model.fit(rows, batch_size=32, epochs=100, verbose=0).history
    assert history["elbo"][-1] > history["elbo"][0] + 3  # 12 coins cost 8.3 nats, 3 cost 2.1.
    assert np.mean((model.reconstruct(rows) > 0.5) == rows) > 0.95


@pytest.mark.parametrize("form", ["array", "labelled array", "dataset", "labelled dataset"])
def test_data_come_in_any_form(rows, form):
    labels = np.zeros(len(rows))
    model = make()
    if form == "array":
        model.fit(rows, batch_size=48, validation_data=rows, verbose=0)
    elif form == "labelled array":
        model.fit(rows, labels, batch_size=48, validation_data=(rows, labels), verbose=0)
    else:
        content = (rows, labels) if form == "labelled dataset" else rows
        data = tf.data.Dataset.from_tensor_slices(content).batch(48)
        model.fit(data, validation_data=data, verbose=0)
        assert model.evaluate(data, verbose=0)["kl"] > 0
    assert int(model.optimizer.iterations) == 2


def test_pseudo_inputs_start_from_scaled_training_rows(rows):
    model = make(scaling="standardise", likelihood="gaussian")
    model.adapt(rows)
    scaled = (rows - rows.mean(0)) / rows.std(0)
    for start in model.prior.pseudo_inputs.numpy():
        assert np.isclose(scaled, start, atol=1e-5).all(axis=1).any()


def test_random_start_leaves_pseudo_inputs_near_zero(rows):
    model = make(prior=vsc_tf.PseudoInputPrior(5, start="random"))
    model.adapt(rows)
    assert np.abs(model.prior.pseudo_inputs.numpy()).max() < 0.5


@pytest.mark.parametrize("recipe", [None, "default"])
def test_keras_callbacks_work(rows, tmp_path, recipe):
    callbacks = keras.callbacks
    model = make(recipe=recipe)
    model.fit(rows, validation_data=rows, epochs=3, batch_size=32, verbose=0, callbacks=[
        callbacks.EarlyStopping("val_loss"), callbacks.ReduceLROnPlateau("val_loss", patience=1),
        callbacks.ModelCheckpoint(tmp_path / "best.keras", "val_elbo", mode="max",
                                  save_best_only=True),
        callbacks.CSVLogger(tmp_path / "log.csv"), callbacks.TerminateOnNaN(),
        callbacks.TensorBoard(tmp_path / "events"), callbacks.BackupAndRestore(tmp_path / "b"),
        callbacks.LearningRateScheduler(lambda epoch: 0.01 / (1 + epoch))])
    assert keras.models.load_model(tmp_path / "best.keras").encode(rows).z.shape == (96, 4)
    assert "val_selection_kl" in (tmp_path / "log.csv").read_text()
    assert any((tmp_path / "events").rglob("events*"))


def trained_weights(rows, seed):
    keras.utils.set_random_seed(0)
    model = make(seed=seed, jit_compile=False)
    model.fit(rows, batch_size=32, shuffle=False, verbose=0)
    return weights(model)


@pytest.mark.usefixtures("compiled_parts")
def test_the_same_seed_gives_the_same_weights(rows):
    assert_same(*(trained_weights(rows, 1) for _ in range(2)))


def test_another_seed_gives_other_weights(rows):
    pairs = zip(*(trained_weights(rows, seed) for seed in (1, 2)), strict=True)
    assert any(not np.array_equal(a, b) for a, b in pairs)


@pytest.mark.usefixtures("compiled_parts")
def test_xla_and_steps_per_execution_do_not_change_what_is_learned(rows):
    elbos = []
    for jit_compile, steps in ((False, 1), (True, 3)):
        model = make(jit_compile=jit_compile)
        model.compile(optimizer=keras.optimizers.Adam(0.01), jit_compile=jit_compile,
                      steps_per_execution=steps)
        model.fit(rows, batch_size=32, epochs=60, verbose=0)
        elbos.append(model.evaluate(rows, verbose=0)["elbo"])
    assert elbos[0] == pytest.approx(elbos[1], abs=2.)  # Nats; the draws differ under XLA.


def test_mixed_bfloat16_trains_and_keeps_the_terms_in_float32(rows):
    model = make(dtype="mixed_bfloat16", encoder=None, decoder=None)
    history = model.fit(rows, batch_size=32, epochs=30, verbose=0).history
    assert model.encoder.layers[-1].compute_dtype == "bfloat16"
    assert history["elbo"][-1] > history["elbo"][0]
    assert model.encode(rows).z.dtype == np.float32
    assert keras.config.dtype_policy().name == "float32"  # The global policy is left alone.


def test_a_regulariser_in_the_users_encoder_counts(rows):
    strong = keras.regularizers.L2(9.)
    encoder = keras.Sequential([keras.layers.Dense(8, kernel_regularizer=strong)])
    model = make(encoder=encoder)
    model.fit(rows, batch_size=32, epochs=40, verbose=0)
    assert np.abs(encoder.layers[0].kernel.numpy()).max() < 0.05


@pytest.mark.parametrize(("argument", "value", "message"), [
    ("latent_dim", 0, r"`latent_dim` must be a positive integer.*Received"),
    ("latent_dim", 2.5, r"`latent_dim` must be a positive integer"),
    ("alpha", 0., r"`alpha` must be a number between 0 and 1"),
    ("alpha", 1, r"`alpha` must be a number between 0 and 1"),
    ("samples", -1, r"`samples` must be a positive integer"),
    ("likelihood", "student_t", r"`likelihood` must be .*one of"),
    ("scaling", "log", r"`scaling` must be one of"),
    ("seed", 0.5, r"`seed` must be an integer"),
    ("posterior", "laplace", r"`posterior` must be .*one of"),
    ("prior", "flow", r"`prior` must be .*one of"),
    ("objective", "sum", r"`objective` must be .*one of"),
    ("penalties", ["l1"], r"`penalty` must be .*one of"),
    ("recipe", "best", r"`recipe` must be .*one of"),
])
def test_bad_arguments(argument, value, message):
    with pytest.raises(ValueError, match=message):
        make(**{argument: value})


@pytest.mark.parametrize(("part", "argument", "value"), [
    (vsc_tf.posteriors.SpikeAndSlab, "relaxation", "gumbel"),
    (vsc_tf.posteriors.SpikeAndSlab, "spike_activation", "tanh"),
    (vsc_tf.objectives.Average, "bound", "iwae"), (vsc_tf.recipes.Recipe, "sparsity", "l1")])
def test_bad_arguments_of_parts(part, argument, value):
    with pytest.raises(ValueError, match=rf"`{argument}` must be one of.*{argument}='{value}'"):
        part(**{argument: value})
    with pytest.raises(ValueError, match=rf"`{argument}` must be one of"):
        vsc_tf.VSC(2, **{argument: value})  # They were its own in 0.1.


@pytest.mark.parametrize("make_one", [
    vsc_tf.penalties.SparsityPrice, lambda alpha: make(alpha=alpha, recipe="default"),
    lambda alpha: vsc_tf.VSC(2, alpha, sparsity="price")], ids=["penalty", "recipe", "0.1"])
def test_a_price_that_rewards_active_latents_is_refused(make_one):
    with pytest.raises(ValueError, match=r"`alpha` .*must be under 1/2.*Received: alpha=0.5"):
        make_one(alpha=0.5)


@pytest.mark.parametrize(("x", "message"), [
    (np.zeros((0, 12)), r"at least one observation.*Received: shape \(0, 12\)"),
    (np.zeros(12), r"shape \[n, ...\].*x\[None\]"),
    (np.full((40, 12), np.nan), r"value in every column.*missing in all of 40 rows. Leave"),
    (np.full((40, 12), np.inf), r"must be finite"),
    ([["a"] * 12] * 40, r"array of numbers"),
    (np.full((40, 12), 3.), r"between 0 and 1 after scaling.*Use scaling='min_max'"),
    (np.zeros((10, 12)), r"`batch_size` must be at most the number of observations, 10"),
])
def test_bad_observations_are_refused_before_the_first_step(x, message):
    model = make(likelihood="bernoulli")
    with pytest.raises(ValueError, match=message):
        model.fit(x, batch_size=32, verbose=0)
    assert int(model.optimizer.iterations) == 0


def test_observations_of_another_shape_are_refused_after_fitting(rows):
    model = make()
    model.adapt(rows)
    for use in (model.fit, model.encode, model.evaluate, model.reconstruct):
        with pytest.raises(ValueError, match=r"shape \[n, 12\].*Received: shape \(96, 11\)"):
            use(rows[:, 1:])
    with pytest.raises(ValueError, match=r"batches of shape \[batch, 12\]"):
        model.fit(tf.data.Dataset.from_tensor_slices(rows[:, 1:]).batch(8))
    with pytest.raises(ValueError, match=r"`validation_data` must have shape \[n, 12\]"):
        model.fit(rows, validation_data=rows[:, 1:])
    with pytest.raises(ValueError, match=r"`z` must have shape \[n, 4\]"):
        model.decode(np.zeros((3, 5)))


def test_a_model_without_weights_says_so(rows):
    with pytest.raises(ValueError, match=r"no weights yet. Call fit\(x\)"):
        make().encode(rows)


def test_data_sets_that_cannot_be_used_are_refused(rows):
    data = tf.data.Dataset.from_tensor_slices(rows)
    with pytest.raises(ValueError, match=r"Call its .batch\(n\)"):
        make().fit(data)
    with pytest.raises(ValueError, match=r"endless.*Call model.adapt\(x\)"):
        make(scaling="standardise", likelihood="gaussian").fit(data.batch(8).repeat())
    with pytest.raises(ValueError, match=r"empty tf.data.Dataset"):
        make().fit(data.take(0).batch(8))
    with pytest.raises(ValueError, match=r"number of steps.*unknown. Give steps_per_epoch"):
        make(recipe="default").fit(data.batch(8).repeat())
    with pytest.raises(ValueError, match=r"no classes.*Give sample_weight"):
        make().fit(rows, class_weight={0: 1.})


@pytest.mark.parametrize(("count", "batch_size"), [(10, 10), (96, 32), (1200, 200), (30_000, 500)])
def test_batches_that_nothing_is_said_of_grow_with_the_data(count, batch_size):
    assert TrainingData(np.zeros((count, 2), "float32"), None, None).batch_size == batch_size


def test_gradients_are_not_accumulated_over_batches():
    with pytest.raises(ValueError, match="a step for each batch. Received: "
                                         "gradient_accumulation_steps=4. Leave it out, and fit"):
        vsc_tf.VSC(2).compile(keras.optimizers.Adam(gradient_accumulation_steps=4))


def test_an_encoder_ends_with_rows_of_features():
    encoder = keras.Sequential([keras.layers.Reshape((4, 4, 1)), keras.layers.Conv2D(3, 3)])
    model = vsc_tf.VSC(2, encoder=encoder, likelihood="bernoulli")
    with pytest.raises(ValueError, match=r"shape \(batch, features\). Received: \(None, 2, 2, 3\). "
                                         r"End the encoder with keras.layers.Flatten\(\)"):
        model.build((None, 4, 4))
