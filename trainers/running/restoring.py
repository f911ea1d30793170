"""A finished run, with its data and its model, loaded again."""
import pathlib

import tensorflow as tf

from vsc_tf.datasets import Dataset
from vsc_tf.models.base import LatentModel

from ..presets import Preset
from . import build, remembering, runs


def restore(run: pathlib.Path) -> tuple[Preset, Dataset, LatentModel]:
    """Settings, data and model of a finished run."""
    tf.get_logger().setLevel("ERROR")  # Each run has a model, so graphs, of its own: no news.
    settings = runs.read_config(run)
    data = remembering.load_data(run, settings)
    model = build.restore_model(run / runs.MODEL, settings)
    return settings, build.arranged(data, model), model
