"""Quiet TensorFlow, and a tiny data set that a tiny model can be fitted to."""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")  # The tests' tolerances are a CPU's.
# Three workers share two cores, as each waits now and then: more threads are in the way.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")

import gc

import keras
import numpy as np
import pytest

from vsc_tf.models.steps import SteppedModel

# XLA takes two seconds to compile the parts of a model's step, and a plain graph computes the
# same: only tests that ask for `compiled_parts`, and those that start a process, pay for it.
COMPILES_PARTS = SteppedModel.compiles_parts
SteppedModel.compiles_parts = lambda self: False  # type: ignore[method-assign]


# The longest files, longest first: begun last, one of them would keep a single worker busy at the
# end while the others have nothing left to do.
LONGEST = ("test_pairs", "explorer/", "test_parts", "test_monte_carlo", "test_sweep",
           "test_replicas", "tests/test_conformance", "test_resuming", "test_fit", "test_dense_fit",
           "test_recipes", "distributions/test_conformance", "test_vsc_fit", "test_mixed_tables",
           "test_models", "workers/")


# Threads of the batching scheduler stay until a process ends, and look for work each millisecond.
LAST = ("test_pages", "benchmarks/test_batching", "benchmarks/test_load",
        "test_single_rows", "client/")


def pytest_collection_modifyitems(items: list) -> None:
    def place(item: pytest.Item) -> int:
        path = item.path.as_posix()
        if any(part in path for part in LAST):
            return len(LONGEST) + 1
        return next((i for i, part in enumerate(LONGEST) if part in path), len(LONGEST))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Imported modules stay: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _fresh_keras_state():
    keras.utils.set_random_seed(0)
    yield
    keras.config.set_dtype_policy("float32")


@pytest.fixture
def compiled_parts(monkeypatch):
    """Models are trained as users train them, with parts of the step compiled by XLA."""
    monkeypatch.setattr(SteppedModel, "compiles_parts", COMPILES_PARTS)


@pytest.fixture(scope="module")
def eagerly():
    """Nothing is traced: for models of a step or two, graphs take longer than what is in them."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def rows():
    """96 binary observations of 12 values: three blocks of four, each on or off as one."""
    on = np.random.default_rng(0).integers(0, 2, (96, 3))
    return np.repeat(on, 4, axis=1).astype("float32")


@pytest.fixture(scope="session")
def servable(rows, tmp_path_factory):
    """(model, folder of servables): a tiny VSC of `rows` as `blocks/1`, its latents on and off."""
    import vsc_tf

    model = vsc_tf.VSC(latent_dim=4, seed=0, scaling="standardise", likelihood="gaussian",
                       posterior=vsc_tf.posteriors.SpikeAndSlab(spike_bias=0.),
                       encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8))
    model.adapt(rows * 50.)
    folder = tmp_path_factory.mktemp("servables")
    vsc_tf.serving.export(model, folder / "blocks")
    return model, folder
