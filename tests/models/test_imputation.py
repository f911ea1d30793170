"""Imputation is as good as linear regressions' where data are linear."""
import keras
import numpy as np
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer

import vsc_tf
from vsc_tf import networks


def test_hidden_cells_of_linear_data_are_imputed_within_5_percent_of_scikit_learns():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(1000, 3)) @ rng.normal(size=(3, 10)) + 0.3 * rng.normal(size=(1000, 10))
    x = (x * rng.uniform(0.5, 20., 10) + rng.normal(0., 50., 10)).astype("float32")
    hidden = rng.uniform(size=x.shape) < 0.2
    holes = np.where(hidden, np.nan, x)

    # So small a model learns nothing by heart: noise would only shrink what it says.
    model = vsc_tf.VAE(
        3, seed=0, encoder=networks.mlp(64), decoder=keras.layers.Activation("linear"),
        recipe=vsc_tf.Recipe(
            learning_rate=6., final_learning_rate=0.02, decay_begin=0.3, noise=0.))
    model.compile(optimizer="adam", jit_compile=False, steps_per_execution=10)
    model.fit(holes, batch_size=200, steps_per_epoch=2000, verbose=0)

    def error(found):
        return np.sqrt((((found - x) / x.std(axis=0))[hidden]**2).mean())

    theirs = error(IterativeImputer(max_iter=20, random_state=0).fit_transform(holes))
    ours = error(model.reconstruct(holes))
    mean = error(np.where(hidden, np.nanmean(holes, axis=0), x))
    assert ours < 1.05 * theirs < 0.5 * mean
