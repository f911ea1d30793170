"""Pictures of a model while it trains, for TensorBoard."""
import io
import pathlib

import keras
import matplotlib
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from vsc_tf import generation, plots
from vsc_tf.datasets import Dataset, Info, Split
from vsc_tf.models.base import LatentModel

from . import figures

TIMES = 6    # Pictures over a run, the first and the last epoch's among them.
ROWS = 1000  # Test observations they are drawn from.


class Pictures(keras.callbacks.Callback):
    """Writes traversals and spikes as TensorBoard images, six times over a run.

    Args:
        data: The `vsc_tf.datasets.Dataset` that the model is trained on.
        folder: Where the events go.
        epochs: Number of epochs of the whole run.
    """

    def __init__(self, data: Dataset, folder: pathlib.Path, epochs: int) -> None:
        super().__init__()
        self.info, self.split = figures.drawn_as(data.info), figures.some_of(data.test, ROWS)
        self.epochs = set(np.linspace(0, epochs - 1, TIMES).astype(int).tolist())
        self.writer = tf.summary.create_file_writer(str(folder))

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if epoch not in self.epochs:
            return
        with matplotlib.rc_context({"text.parse_math": False}):  # A name with $ is no formula.
            self._draw()

    def _draw(self) -> None:
        drawn = while_training(self.model, self.split, self.info)
        with self.writer.as_default(step=int(self.model.optimizer.iterations)):
            for name, figure in drawn.items():
                tf.summary.image(name, pixels(figure)[None])
        self.writer.flush()

    def on_train_end(self, logs: dict | None = None) -> None:
        self.writer.close()


def while_training(model: LatentModel, split: Split, info: Info) -> dict[str, Figure]:
    """Name -> figure of what changes as a model learns: traversals, and spikes if it has them."""
    codes = model.encode(split.x)
    drawn = {}
    if model.posterior.family.has_atom:
        drawn["spikes"] = plots.spike_histogram(codes.z) if split.y is None else (
            plots.spikes_per_class(codes.spike_probs, split.y, info.class_names or None))
    most = np.count_nonzero(codes.z, axis=1).argmax()
    moved = figures.traversals(model, split.x[most:most + 1],
                               generation.feature_report(model, split), info)
    return drawn if moved is None else {"traversals": moved, **drawn}


def pixels(figure: Figure, dpi: int = 80) -> tf.Tensor:
    """A matplotlib `Figure` as uint8 `[height, width, 3]`."""
    png = io.BytesIO()
    figure.savefig(png, format="png", dpi=dpi)
    return tf.io.decode_png(png.getvalue(), channels=3)
