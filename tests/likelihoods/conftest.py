"""A likelihood whose head gives what a test says."""
import numpy as np
import pytest
import tensorflow as tf


@pytest.fixture
def given():
    """Function to the distribution of a layer whose head gives `params`, each `[values]`.

    Built on one feature of value 1: the head's kernel is 0 and its bias is `params`.
    """
    def distribution(layer, *params):
        layer.event_shape = params[0].shape
        layer.build((None, 1))
        layer.head.set_weights([np.zeros([1, np.size(params)]), np.concatenate(params)])
        return layer(tf.ones([1, 1]))

    return distribution


@pytest.fixture
def rng():
    return np.random.default_rng(0)
