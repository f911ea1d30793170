"""Observations that come in batches: what they may be, and what a model starts from."""
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from tests.test_containers import Batches
from vsc_tf.models.batched import Batched

X = np.arange(12.0).reshape(4, 3)


def batches_of(*arrays):
    return tf.data.Dataset.from_tensor_slices(arrays[0] if len(arrays) == 1 else arrays).batch(3)


def test_batches_with_and_without_labels_and_weights():
    for given in (batches_of(X), batches_of(X, np.zeros(4)), batches_of(X, X, np.ones(4))):
        assert Batched(given, (3,)).count == 2
    assert Batched(Batches(np.ones([40, 3]), np.ones(40)), (3,)).count == 4


@pytest.mark.parametrize(("dataset", "message"), [
    pytest.param(tf.data.Dataset.range(5), r"batches x \[batch, ...\], \(x, labels\) or .*"
                 r"Call its .batch\(n\)", id="not-batched"),
    pytest.param(tf.data.Dataset.from_tensors({"image": X}), r"Received: \{'image'.*\.map\(lambda "
                 r"batch: batch\['image'\]\)", id="dict"),
    pytest.param(tf.data.Dataset.from_tensors(({"a": X, "b": X}, X)), r"batch\['a'\]",
                 id="dict-of-inputs"),
    pytest.param(tf.data.Dataset.from_tensors((X, X, X, X)), "Give arrays or tensors", id="four"),
    pytest.param(tf.data.Dataset.from_tensors(tf.sparse.from_dense(X)),
                 r"\.map\(tf.sparse.to_dense\)", id="sparse"),
    pytest.param(tf.data.Dataset.from_tensors([["a", "b"]]), "Give numbers", id="text"),
    pytest.param(batches_of(X), r"batches of shape \[batch, 5\]. Received: \(None, 3\)",
                 id="other-shape"),
])
def test_other_batches_are_refused(dataset, message):
    with pytest.raises(ValueError, match="A tf.data.Dataset must give .*" + message):
        Batched(dataset, (5,))


def test_batches_of_keras_are_looked_at_too():
    with pytest.raises(ValueError, match=r"A keras.utils.PyDataset must give batches of shape "
                                         r"\[batch, 5\]. Received: \(10, 3\)"):
        Batched(Batches(np.ones([40, 3])), (5,))
    with pytest.raises(ValueError, match=r"PyDataset for `validation_data` must .*Call its .batch"):
        Batched(Batches(np.ones(40)), what="validation_data")
    with pytest.raises(ValueError, match="`x` must hold at least one batch.*an empty keras"):
        Batched(Batches(np.ones([4, 3])))


def test_a_start_is_all_of_them_or_enough():
    np.testing.assert_array_equal(Batched(batches_of(X)).start(all_of_them=True).x, X)
    weighted = Batched(batches_of(X, np.zeros(4), np.arange(4.))).start(all_of_them=True)
    np.testing.assert_array_equal(weighted.x, X)
    np.testing.assert_array_equal(weighted.counted(), X[1:])
    start = Batched(batches_of(X).repeat()).start(all_of_them=False, at_least=7)
    assert start.x.shape == (7, 3)  # Batches of 3 and 1 and 3.


def test_endless_batches_cannot_be_taken_whole():
    with pytest.raises(ValueError, match=r"endless tf.data.Dataset. Call model.adapt\(x\)"):
        Batched(batches_of(X).repeat()).start(all_of_them=True)
    with pytest.raises(ValueError, match="at least one batch.*an empty "):
        Batched(batches_of(X[:0])).start(all_of_them=True)


def test_fit_evaluate_and_predict_take_keras_own_batches():
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    model = vsc_tf.VAE(2, seed=0, scaling="standardise", likelihood="gaussian",
                       encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam")
    history = model.fit(Batches(x, x[:, 0]), epochs=2, verbose=0, validation_data=Batches(x))
    assert model.event_shape == (3,) and int(model.optimizer.iterations) == 8
    np.testing.assert_allclose(model.scaling.offset, x.mean(axis=0), rtol=1e-5)
    assert model.evaluate(Batches(x), verbose=0) == model.evaluate(x, batch_size=10, verbose=0)
    assert history.history["val_elbo"][-1] == pytest.approx(
        model.evaluate(x, batch_size=10, verbose=0)["elbo"])
    np.testing.assert_array_equal(model.predict(Batches(x), verbose=0), model.predict(x, verbose=0))
    for way in (model.fit, model.evaluate, model.predict):
        with pytest.raises(ValueError, match=r"PyDataset must give batches of shape \[batch, 3\]"):
            way(Batches(x[:, :2]))


def test_a_stream_without_an_end_is_read_as_far_as_the_run_goes():
    read = []

    def each():
        while True:
            read.append(1)
            yield np.random.default_rng(len(read)).normal(size=(2500, 3))

    stream = tf.data.Dataset.from_generator(
        each, output_signature=tf.TensorSpec((None, 3), tf.float32))
    model = vsc_tf.VSC(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.compile("adam")
    model.fit(stream, epochs=2, steps_per_epoch=3, verbose=0)
    assert len(read) < 60 and model.scaling.method == "standardise"
