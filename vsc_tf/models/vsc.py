"""The Variational Sparse Coding model."""
import warnings
from typing import Any

import keras

from vsc_tf import penalties, posteriors, priors, recipes
from vsc_tf.models import legacy
from vsc_tf.models.base import Body, LatentModel


@keras.saving.register_keras_serializable(package="vsc_tf")
class VSC(legacy.Moved, LatentModel):
    """Variational auto-encoder whose codes hold exact zeros ([T20]).

    Maximises, per observation and in nats ([T20] eq. 4),

        E_q[log p(x|z)] - sum_u w_u KL(q(z|x) || q(z|x_u)) - KL(w || uniform) - sparsity

    with q a product of spike-and-slabs, x_u trainable pseudo-inputs, w(x) the weights of a
    selector and a price of latents that are on. Differs from the paper: gates are logits, the
    weights sum to one, the price of the selection, KL(w || uniform), is paid, and a recipe makes
    the codes switch. With `recipe=None` the sparsity term is the paper's, and nothing is scheduled.

    Args:
        latent_dim: Positive integer J, the most features there can be.
        alpha: Number in (0, 1), the share of features the prior has active; sets the sparsity
            penalty, `penalties.SparsityPrice` with a recipe, else [T20]'s `SparsityKL`.
        encoder, decoder: Keras models, see `LatentModel`.
        **kwargs: Its other arguments. Default: a `posteriors.SpikeAndSlab`, and a
            `priors.PseudoInputPrior` of 128 pseudo-inputs.

    >>> import numpy as np
    >>> x = np.random.default_rng(0).integers(0, 2, (64, 12)).astype("float32")
    >>> model = VSC(latent_dim=4, seed=0)
    >>> model.compile(optimizer="adam")
    >>> history = model.fit(x, batch_size=32, verbose=0)
    >>> model.encode(x).z.shape
    (64, 4)
    """

    def __init__(self, latent_dim: int, alpha: float = 0.05, encoder: Body = None,
                 decoder: Body = None, **kwargs: Any):
        moved = {name: kwargs.pop(name) for name in legacy.VSC_1 if name in kwargs}
        recipe = recipes.get(kwargs.get("recipe", "default")) or recipes.PAPER
        parts = {
            "posterior": posteriors.SpikeAndSlab(
                spike_bias=recipe.spike_bias, dtype=kwargs.get("dtype")),
            "prior": priors.PseudoInputPrior(128),
            "penalties": [penalties.PENALTIES[f"sparsity_{recipe.sparsity}"](alpha),
                          penalties.GatePenalty(0.)], **kwargs}
        if moved:
            warnings.warn(
                f"Arguments {sorted(moved)} of VSC belong to its parts now: give posterior="
                "posteriors.SpikeAndSlab(...), objective=objectives.Average(bound=...) and "
                "penalties=[...].", DeprecationWarning, stacklevel=2)
            parts |= legacy.vsc_parts({"alpha": alpha, "dtype": kwargs.get("dtype"), **moved})
        super().__init__(latent_dim, encoder=encoder, decoder=decoder, **parts)
        self.alpha = alpha

    def get_config(self) -> dict:
        return {**super().get_config(), "alpha": self.alpha}
