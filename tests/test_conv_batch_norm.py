"""The convolutional bodies of [F22]."""
import keras
import numpy as np
import pytest

from vsc_tf import networks


def test_conv_batch_norm_has_the_sizes_of_the_paper():
    encoder, decoder = networks.conv_batch_norm((28, 28))
    features, image = encoder(np.zeros((2, 28, 28), "float32")), decoder(np.zeros((2, 64)))
    assert features.shape == (2, 128) and image.shape == (2, 28, 28, 1)
    sides = [layer.output.shape[1:] for layer in encoder.layers
             if isinstance(layer, keras.layers.Conv2D)]
    assert sides == [(14, 14, 64), (7, 7, 64), (4, 4, 128), (1, 1, 128)]
    sides = [layer.output.shape[1:] for layer in decoder.layers
             if isinstance(layer, keras.layers.Cropping2D)]
    assert sides == [(4, 4, 128), (7, 7, 64), (14, 14, 64), (28, 28, 1)]


@pytest.mark.parametrize("shape", [(64, 64, 3), (32, 32, 3), (31, 45)])
def test_conv_batch_norm_gives_back_images_of_any_size(shape):
    encoder, decoder = networks.conv_batch_norm(shape, filters=(2, 3, 4, 5))
    assert encoder(np.zeros((2, *shape), "float32")).shape[0] == 2
    assert decoder(np.zeros((2, 9))).shape == (2, *(*shape, 1)[:3])


@pytest.mark.parametrize(("arguments", "message"), [
    (((20, 28),), "at least 28 x 28 pixels. Received: shape="),
    (((784,),), "must be that of an image"),
    (((28, 28), (8, 8)), "`filters` must hold four positive integers"),
    (((28, 28), (8, 8, 0, 8)), "`filters` must be a sequence of positive integers")])
def test_conv_batch_norm_rejects_what_it_is_not_for(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.conv_batch_norm(*arguments)
