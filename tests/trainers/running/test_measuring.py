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
