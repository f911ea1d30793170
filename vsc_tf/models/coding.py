"""From observations to codes, and from codes to observations."""
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks
from vsc_tf.distributions import CodeDistribution
from vsc_tf.models.data import in_batches
from vsc_tf.models.reach import check_weights, in_reach, name_rows, or_nan

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class Coding(_Base):
    """Mixin of `LatentModel`: `encode`, `decode`, `reconstruct`."""

    @property
    def codes_type(self) -> type:
        """The NamedTuple that `encode` returns; its first field is z."""
        return self.posterior.codes_type

    def q(self, x: tf.Tensor, training: bool = False) -> CodeDistribution:
        """q(z|x) for raw observations `[n, *shape]`, of batch shape `[n, latent_dim]`."""
        return self.posterior(self.encoder(self.scaling(self.arranged(x)), training=training))

    def encode(self, x: ArrayLike, batch_size: int | None = 500) -> Any:
        """Codes of raw observations `[n, *shape]`, a NamedTuple of arrays `[n, latent_dim]`.

        Its first field `z` is what `decode` takes. Nothing is drawn: the same `x` always has
        the same code. A row that is too far from the training data to compute with has z NaN,
        and a `UserWarning` names it.
        """
        check_weights(self, "encoder", "posterior")
        codes = self.codes_type(*in_batches(self.encode_step, batch_size, self.check(x)))
        name_rows(codes, "code")
        return codes

    @tf.function(autograph=False)
    def total_of_weights(self, *parts: str) -> tf.Tensor:
        """The sum of all weights, or of some parts, which is not finite if one of them is not."""
        weights = [weight for part in parts for weight in getattr(self, part).weights]
        return tf.add_n([tf.reduce_sum(tf.cast(weight, tf.float32))
                         for weight in weights or self.weights])

    @tf.function(reduce_retracing=True, autograph=False)
    def encode_step(self, x: tf.Tensor) -> tuple[tf.Tensor, ...]:
        """`encode` of one batch, as tensors; z is NaN for rows that are out of reach."""
        z, *others = self.posterior.codes(self.q(x))
        good = in_reach(self.scaling(self.arranged(x)))
        for field in others:
            good &= in_reach(field)
        return (or_nan(good, z), *others)

    def decode(self, z: ArrayLike, batch_size: int | None = 500) -> np.ndarray:
        """Mean of p(x|z) in raw units, `[n, *shape]`, for codes `z` `[n, latent_dim]`."""
        check_weights(self, "decoder", "likelihood")
        x = in_batches(self.decode_step, batch_size, checks.codes(z, self.latent_dim))
        name_rows(x, "observation")
        return x

    @tf.function(reduce_retracing=True, autograph=False)
    def decode_step(self, z: tf.Tensor) -> tf.Tensor:
        """`decode` of one batch, as tensors."""
        return self.raw(z)["mean"]

    def raw(self, z: tf.Tensor, like: tf.Tensor | None = None) -> dict[str, tf.Tensor]:
        """Mean of p(x|z) in raw units and, of likelihoods that have one, its `scale`.

        `like` are observations whose length the mean takes where the scaling does not keep it.
        """
        p = self.likelihood(self.decoder_features(z))
        good = in_reach(z)
        return {name: or_nan(good, value)
                for name, value in self.likelihood.raw(p, self.scaling, like).items()}

    def decoder_features(self, z: tf.Tensor, training: bool = False) -> tf.Tensor:
        """What the decoder makes of codes `[batch, latent_dim]`, before the likelihood."""
        return self.decoder(self.posterior.decoder_input(z), training=training)

    def call(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Reconstruction in raw units, the mean of p(x|z) at the code `encode(x).z`."""
        return self.raw(self.encode_step(x)[0], like=x)["mean"]

    def reconstruct(self, x: ArrayLike, batch_size: int | None = 500) -> np.ndarray:
        """`call` on an array `[n, *shape]` of any length, in batches.

        Of a model that was fitted to data with missing values, the observations with these
        imputed (`impute_step`), all others as they are; `predict` gives `call` everywhere.
        """
        check_weights(self)
        x = np.asarray(self.check(x))
        if self.scaling.missing:
            found = in_batches(self.impute_step, batch_size, x)
        else:
            found = self.predict(x, batch_size=checks.batch_size(batch_size), verbose=0)
        name_rows(found, "reconstruction")
        return found
