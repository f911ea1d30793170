"""TensorBoard gets traversals and spikes while a model trains."""
import numpy as np
import tensorflow as tf

from tests.trainers.running.test_figures import data_of, model_of
from trainers.running import pictures
from vsc_tf import plots


def test_tensorboard_gets_pictures_of_the_first_and_the_last_epoch(tmp_path):
    data = data_of("grey", labels=True)
    model = model_of(data)
    model.compile(optimizer="adam", jit_compile=False)
    callback = pictures.Pictures(data, tmp_path, epochs=20)
    assert callback.epochs == {0, 3, 7, 11, 15, 19}
    model.fit(data.train.x, batch_size=20, epochs=2, verbose=0, callbacks=[callback])
    path, = tmp_path.glob("events*")
    tags = [(value.tag, event.step) for event in tf.compat.v1.train.summary_iterator(str(path))
            for value in event.summary.value]
    assert tags == [("traversals", 2), ("spikes", 2)]


def test_pixels_are_those_of_the_figure():
    image = pictures.pixels(plots.spike_histogram(np.eye(4)), dpi=40)
    assert image.dtype == tf.uint8 and image.shape[2] == 3 and image.shape[1] == 360
    assert image.numpy().max() == 255
