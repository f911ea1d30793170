"""Whether the data of a run are still what they were."""
import pathlib

from vsc_tf.datasets import Dataset, Table, fingerprint

from ..presets import Preset
from . import build, runs


def load_data(run: pathlib.Path, settings: Preset) -> Dataset:
    """The data of a run, loaded again.

    Raises:
        ValueError: They have changed since the run was started.
    """
    config = runs.read_json(run / runs.CONFIG)
    kinds, then = config.get(runs.TABLE), config.get(runs.DATA, {})  # Older runs have none.
    data = build.load_data(settings, None if kinds is None else Table(kinds))
    changed = fingerprint.differences(then, fingerprint.of(data))
    if changed:
        raise ValueError(f"expected the data that {run} was started with. Received: "
                         f"{data.info.name}, which has changed: {'; '.join(changed)}. Put the old "
                         "data back, or start a new run with these.")
    return data
