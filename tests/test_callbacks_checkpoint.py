"""Checkpoint: one file, whole or not at all."""
import os
import zipfile
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from vsc_tf import callbacks


@pytest.fixture
def model():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(optimizer=keras.optimizers.Adam(0.1), loss="mse", run_eagerly=True)
    return model


@pytest.fixture
def fit(model):
    x = np.random.default_rng(0).normal(size=(8, 3)).astype("float32")

    def run(*used, epochs=1):
        return model.fit(x, x[:, :2], epochs=epochs, verbose=0, callbacks=[*used])

    return run


@pytest.fixture
def path(tmp_path):
    return tmp_path / "checkpoint.keras"


def weights_in(path):
    return keras.models.load_model(path).get_weights()


def assert_same(first, second):
    for a, b in zip(first, second, strict=True):
        np.testing.assert_array_equal(a, b)


def test_file_holds_the_model_and_the_optimizer_when_training_ends(model, fit, path):
    fit(callbacks.Checkpoint(path), epochs=3)
    restored = keras.models.load_model(path)
    assert_same(restored.get_weights(), model.get_weights())
    assert int(restored.optimizer.iterations) == 3
    for ours, theirs in zip(restored.optimizer.variables, model.optimizer.variables, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_nothing_is_left_beside_the_file(fit, path):
    fit(callbacks.Checkpoint(path, seconds=0), epochs=3)
    assert os.listdir(path.parent) == ["checkpoint.keras"]


@pytest.mark.parametrize(("seconds", "saves"), [(0, 4), (1e9, 1)], ids=["each-epoch", "rarely"])
def test_seconds_between_saves_are_kept_and_the_end_always_saves(
        fit, path, monkeypatch, seconds, saves):
    calls = []
    monkeypatch.setattr(callbacks, "save", lambda model, path: calls.append(path))
    fit(callbacks.Checkpoint(path, seconds), epochs=3)
    assert calls == [path] * saves  # Three epochs and the end, or the end alone.


def test_a_clock_decides_which_epochs_are_saved(fit, path, monkeypatch):
    now = iter(range(0, 1000, 10))  # Ten seconds pass between any two looks at the clock.
    calls = []
    # A clock of the callback's own: other threads look at time.monotonic() as well.
    monkeypatch.setattr(callbacks, "time", SimpleNamespace(monotonic=lambda: next(now)))
    monkeypatch.setattr(
        callbacks, "save", lambda model, path: calls.append(int(model.optimizer.iterations)))
    fit(callbacks.Checkpoint(path, seconds=25), epochs=9)
    # Looks: one at the beginning, one an epoch, one more after a save.
    assert calls == [3, 6, 9, 9]


def write_half(model, monkeypatch, error):
    """From now on `model.save` dies in the middle."""
    def save(path, **kwargs):
        with open(path, "wb") as file:
            file.write(b"PK\x03\x04 half of an archive")
        raise error

    monkeypatch.setattr(model, "save", save)


@pytest.mark.parametrize("error", [OSError("No space left on device"), KeyboardInterrupt()],
                         ids=["disk-full", "interrupted"])
def test_a_save_that_fails_midway_leaves_the_file_before_it(model, fit, path, monkeypatch, error):
    fit(callbacks.Checkpoint(path))
    before = model.get_weights()
    write_half(model, monkeypatch, error)
    with pytest.raises(type(error)):
        fit(callbacks.Checkpoint(path, seconds=0))
    assert not np.array_equal(model.get_weights()[0], before[0])  # There was something to save.
    assert zipfile.is_zipfile(path)
    assert_same(weights_in(path), before)


def test_a_half_written_file_from_before_is_overwritten_and_never_read(
        model, fit, path, monkeypatch):
    fit()
    with monkeypatch.context() as context:
        write_half(model, context, OSError("killed"))
        with pytest.raises(OSError, match="killed"):
            callbacks.save(model, path)
    assert not path.exists()
    callbacks.save(model, path)
    assert_same(weights_in(path), model.get_weights())
    assert os.listdir(path.parent) == ["checkpoint.keras"]


def test_the_file_is_whole_before_it_gets_its_name(model, path, monkeypatch):
    seen, written = [], []
    replace, write = os.replace, model.save

    def look_first(source, target):
        seen.append((zipfile.is_zipfile(source), os.path.exists(target)))
        replace(source, target)

    def note(target, **kwargs):
        written.append(target)
        write(target, **kwargs)

    monkeypatch.setattr(callbacks.os, "replace", look_first)
    monkeypatch.setattr(model, "save", note)
    callbacks.save(model, path)
    assert seen == [(True, False)]
    assert len(written) == 1 and written[0] != path
