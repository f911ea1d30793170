"""Requests of every size through the server's own scheduler, with the parameters we export."""
import concurrent.futures

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.batching import batched, parameters
from benchmarks.loopback import LoopbackServer
from vsc_tf.serving import server_files

NUMBERS = parameters(server_files.BATCHING_TEXT)
SIZES = (1, 256, 257, 5000)
SPECS = {"x": tf.TensorSpec([None, 2])}


def rows_together(x):
    """Beside each row, how many were computed together."""
    return {"x": x, "together": tf.fill(tf.shape(x)[:1], tf.shape(x)[0])}


@pytest.mark.parametrize("rows", SIZES)
def test_a_request_of_any_size_is_split_and_comes_back_whole_and_in_order(rows):
    x = np.arange(2. * rows, dtype="float32").reshape(rows, 2)
    reply = batched(rows_together, SPECS, NUMBERS)(x=tf.constant(x))
    np.testing.assert_array_equal(reply["x"], x)
    assert reply["together"].numpy().max() == min(rows, 256)


def test_without_splitting_the_scheduler_refuses_larger_requests():
    old = {"max_batch_size": 256, "batch_timeout_micros": 1000, "max_enqueued_batches": 1000}
    call = batched(rows_together, SPECS, old)
    assert len(call(x=tf.zeros([256, 2]))["x"]) == 256
    with pytest.raises(tf.errors.InvalidArgumentError, match="257.*larger than maximum"):
        call(x=tf.zeros([257, 2]))


def test_rows_of_several_clients_are_computed_together():
    call = batched(rows_together, SPECS, NUMBERS | {"batch_timeout_micros": 300_000})
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda i: call(x=tf.fill([3, 2], float(i))), range(8)))
    for i, reply in enumerate(replies):
        np.testing.assert_array_equal(reply["x"], np.full([3, 2], i))
    assert max(reply["together"].numpy().max() for reply in replies) > 3


def test_eight_clients_get_the_right_rows_of_every_signature(servable):
    loaded = tf.saved_model.load(str(servable[1] / "blocks" / "1"))
    rng = np.random.default_rng(0)
    with LoopbackServer(servable[1]) as server:

        def ask(name, n):
            specs = loaded.signatures[name].structured_input_signature[1]
            inputs = {key: rng.normal(0., 30., (n, *spec.shape[1:])).astype("float32")
                      for key, spec in specs.items()}
            return inputs, server.predict("blocks", 1, name, inputs)[1]

        jobs = [(name, n) for name in loaded.signatures for n in SIZES]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            replies = list(pool.map(ask, *zip(*jobs)))
    for (name, n), (inputs, reply) in zip(jobs, replies):
        expected = loaded.signatures[name](**{k: tf.constant(v) for k, v in inputs.items()})
        assert set(reply) == set(expected)
        for key, value in expected.items():
            assert len(reply[key]) == n
            # Rows that are computed beside others may differ in the last bits.
            np.testing.assert_allclose(reply[key], value, rtol=2e-5,
                                       atol=2e-5 * np.abs(value).max())
            np.testing.assert_array_equal(reply[key] == 0, value == 0)
