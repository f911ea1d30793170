"""Trains a run from its start or its checkpoint, and finishes it: `trainers.fit` at work."""
import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import callbacks, datasets, serving, workers
from vsc_tf.datasets import Dataset, columns, fingerprint
from vsc_tf.models.base import LatentModel
from vsc_tf.models.data import usual_batch

from ..presets import Preset
from . import (
    build,
    estimating,
    exporting,
    figures,
    parts,
    pictures,
    remembering,
    report,
    runs,
)

LEAST_ROOM = 20 * 2**20  # Bytes of logs, figures and graphs.


def prepare(run: pathlib.Path | None,
            settings: Preset) -> tuple[Preset, Dataset, LatentModel]:
    """Settings without an "auto", data, the model as its checkpoint has it or new.

    Writes nothing.
    """
    data = build.load_data(settings) if run is None else remembering.load_data(run, settings)
    settings = build.with_likelihood(settings, data)
    count = len(data.train.x)
    settings = dataclasses.replace(
        settings, batch_size=min(settings.batch_size or usual_batch(count), count))
    checkpoint = None if run is None else run / runs.CHECKPOINT
    if checkpoint is not None and checkpoint.is_file():
        model = build.restore_model(checkpoint, settings)
        data = build.arranged(data, model)
    else:
        model = build.build_model(settings, data.info.shape, data.info.table)
        model.prepare(data.train.x, settings.batch_size)
    model.keep_names(data.info.column_names)
    return settings, data, model


def fingerprint_of(data: Dataset, settings: Preset) -> dict[str, Any]:
    """What is kept of the data, so that it is noticed when they change."""
    return fingerprint.of(data, settings.fingerprint)


def check_room(settings: Preset, model: LatentModel, output: pathlib.Path,
               export: pathlib.Path) -> None:
    """A ValueError if what a run ends with could not be written: no folder, or a full disk."""
    size, servable = 4 * model.count_params(), build.saved_model_folder(settings, export)
    needed = {output: 8 * size, servable: 4 * size}
    for folder, room in needed.items():
        there = folder.absolute()
        while not there.exists():
            there = there.parent
        if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
            raise ValueError(f"expected a folder that can be written to. Received: {folder}, and "
                             f"{there} is {'read-only' if there.is_dir() else 'a file'}. Name "
                             "another one with --output and --export.")
        free = shutil.disk_usage(there).free
        if free < room + LEAST_ROOM:
            raise ValueError(f"expected room for the model, {(room + LEAST_ROOM) / 2**20:,.0f} "
                             f"MiB, at {folder}. Received: {free / 2**20:,.0f} MiB free. Make "
                             "room, or name another folder.")
    serving.check_folder(servable, model.event_shape, model.column_names)


def describe(run: pathlib.Path, settings: Preset, data: Dataset, model: LatentModel) -> str:
    """What is about to happen, as text."""
    info, shape = data.info, " x ".join(map(str, data.info.shape))
    done = int(model.optimizer.iterations)
    body = {"mlp": f"{settings.hidden_units} hidden units",
            "deep_mlp": f"layers of {', '.join(map(str, parts.DEEP))} units"}.get(
        settings.network, "convolutional bodies")
    lines = [
        ("Data", f"{info.name}: {len(data.train.x):,} train and {len(data.test.x):,} test "
                 f"observations of {shape}" + (f". {info.note}" if info.note else "")),
        *([("", line) for line in str(info.table).splitlines()] if info.table else []),
        *([("Columns", read_as(data, settings.label_column))]
          if info.feature_names and settings.dataset not in datasets.names() else []),
        ("Model", f"{settings.model}: {settings.latent_dim} latents, {body}, "
                  f"{model.count_params():,} weights, {settings.likelihood} "
                  f"likelihood, scaling {settings.scaling}"),
        ("Training", f"{settings.steps:,} steps of {settings.batch_size} observations"
                     + (f", from step {done:,} on" if done else "")
                     + f"; an epoch is {settings.steps_per_epoch:,} steps"),
        *([("", "Products in bfloat16; --dtype float32 is faster on a CPU that lacks it")]
          if settings.dtype == "mixed_bfloat16" else []),
        ("Run", f"{run}/  (stopped before its end, it goes on with --resume --run {run.name})")]
    return "\n".join(f"{name:<10}{text}" for name, text in lines)


def read_as(data: Dataset, label_column: str) -> str:
    """What each column of a table was read as, in a line."""
    info, names = data.info, data.info.column_names
    if info.table is not None:
        names = info.table.column_names
    text = f"{len(names) if info.table else info.shape[0]:,} of "
    text += "kinds as above" if info.table else "numbers"
    text += f": {columns.listed(names)}" if names else ", without names: the file has no header"
    if label_column:
        text += (f"; label column {label_column!r} of {len(info.class_names):,} classes, left out "
                 "of the model")
    return text


def train(run: pathlib.Path | None, settings: Preset, data: Dataset, model: LatentModel) -> None:
    """Fits from the model's step to the last one; an OSError for a picture that is broken.

    Without a run it writes nothing: that of a worker that is not the chief.
    """
    # The chief's step is that of all workers: of several it alone has a checkpoint.
    epoch = workers.from_chief(int(model.optimizer.iterations)) // settings.steps_per_epoch
    epochs = settings.steps // settings.steps_per_epoch
    writing: list[keras.callbacks.Callback] = []
    if run is not None:
        runs.trim_log(run, epoch)
        writing = [
            estimating.Estimate(settings.steps), callbacks.ProgressBar(),
            keras.callbacks.CSVLogger(run / runs.LOG, append=True),
            keras.callbacks.TensorBoard(run / "tensorboard", write_graph=False),
            pictures.Pictures(data, run / "tensorboard" / "pictures", epochs),
            callbacks.Checkpoint(run / runs.CHECKPOINT, settings.checkpoint_seconds)]
    with _files_are_os_errors():
        model.fit(
            data.train.x, batch_size=settings.batch_size, epochs=epochs, initial_epoch=epoch,
            steps_per_epoch=settings.steps_per_epoch,
            validation_data=data.test.x[:2000], validation_batch_size=1000,
            verbose=0 if run is None else 1 if sys.stdout.isatty() else 2,
            callbacks=[callbacks.StopOnNaN(), callbacks.LogStep(), *writing])


@contextlib.contextmanager
def _files_are_os_errors() -> Iterator[None]:
    """Makes an OSError of what TensorFlow raises for files: a broken picture, a full disk."""
    try:
        yield
    except tf.errors.InvalidArgumentError as error:  # What an error becomes in tf.data.
        cause = re.search("^ValueError: (.*)$", str(error), re.MULTILINE)
        if cause is None:
            raise
        raise OSError(cause[1]) from error
    except (tf.errors.ResourceExhaustedError, tf.errors.PermissionDeniedError,
            tf.errors.NotFoundError, tf.errors.UnknownError, tf.errors.UnavailableError,
            tf.errors.DataLossError, tf.errors.FailedPreconditionError) as error:
        raise OSError(str(error).splitlines()[0]) from error


def finish(run: pathlib.Path, settings: Preset, data: Dataset, model: LatentModel,
           seconds: float, export: pathlib.Path) -> None:
    """Keeps, measures, draws and exports; metrics.json comes last and marks the run finished."""
    print("Evaluating on the test split, drawing, exporting ...", flush=True)
    with _files_are_os_errors():
        model = build.in_float32(model, settings, data.info.shape)
        callbacks.save(model, run / runs.MODEL)
        measures, codes = report.measure(model, data)
        figures.draw(model, data, codes, run)
        servable = serving.export(model, build.saved_model_folder(settings, export),
                                  about=exporting.about(run, settings, measures))
        runs.write_json(run / runs.METRICS, {
            **measures, "training_seconds": round(seconds, 1), "saved_model": str(servable)})
    print(f"\n{report.table(measures)}\n\n"
          f"Run         {run}/  (config.json, metrics.json, log.csv, model.keras)\n"
          f"Figures     {run / runs.FIGURES}/\n"
          f"SavedModel  {servable}/\n"
          f"TensorBoard tensorboard --logdir {run / 'tensorboard'}")
