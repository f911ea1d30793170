"""What a run is measured by."""
import numpy as np
import pytest

from trainers.running import measuring
from vsc_tf import VAE, datasets, metrics


def test_purity_of_active_units_leaves_out_what_a_dense_code_has_given_up():
    data = datasets.load("smiley", train_size=400, test_size=300)
    model = VAE(latent_dim=3, seed=0)
    model.compile(optimizer="adam", jit_compile=False)
    model.adapt(data.train.x)
    codes, factors = model.encode(data.test.x), data.test.factors
    z = np.stack([factors[:, 0], factors[:, 4], factors.sum(axis=1)], axis=1).astype("float32")
    z *= [1.0, 1.0, 1e-4] / z.std(axis=0)  # The last one has fallen back to the prior.
    model.encode = lambda *args: codes._replace(z=z, loc=z)
    found = measuring.measure(model, data, samples=2, rows=5)
    assert found["codes"]["active_units"] == 2 and found["sources"]["live"] == 3
    strength = np.array(found["correlation"]["matrix"])
    groups = found["correlation"]["groups"]
    assert found["correlation"]["purity_active"] == pytest.approx(
        metrics.group_purity(strength[:, :2], groups), abs=1e-3)
    assert found["sources"]["purity"] < found["correlation"]["purity_active"]


def test_errors_of_draws_are_of_the_cells_that_are_there():
    x = np.random.default_rng(0).normal(size=(40, 3)).astype("float32")
    model = VAE(latent_dim=2, seed=0, likelihood="gaussian")
    model.adapt(x)
    z = np.zeros((2, 40, 2), "float32")
    holes = np.c_[np.full(40, np.nan), x[:, 1:]]
    found, mean = measuring.draw_errors(model, holes, z), model.decode(z[0])
    assert found["one_draw"] == pytest.approx(((mean - x)[:, 1:]**2).mean(), rel=1e-5)
    assert found["best_of_20"] == pytest.approx(found["one_draw"])
