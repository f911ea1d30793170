"""What every model of the library shares: parts, fitting to data, codes and back."""
import random

import keras
import numpy as np
import tensorflow as tf

from vsc_tf import checks, likelihoods, networks
from vsc_tf.models.batches import in_batches
from vsc_tf.models.steps import SteppedModel
from vsc_tf.models.tracking import Failure, TermMeans
from vsc_tf.scaling import Scaling


class LatentModel(SteppedModel):
    """Scaling, encoder body, decoder body and likelihood around a code of `latent_dim` numbers.

    A subclass defines `build_code`, `losses_and_terms`, `encode_step`, `score_step`,
    `codes_type`, `term_names` and `default_schedules`; this class gives it `adapt`, `fit`,
    `evaluate`, `score`, `encode`, `decode`, `reconstruct` and saving.
    """

    codes_type = None  # The NamedTuple that `encode` returns; its first field is z.

    def __init__(self, latent_dim, encoder=None, decoder=None, likelihood="bernoulli",
                 scaling="none", seed=None, **kwargs):
        latent_dim = checks.positive_integer("latent_dim", latent_dim)
        super().__init__(autocast=False, **kwargs)  # Raw observations do not fit bfloat16.
        self.latent_dim = latent_dim
        self.seed = random.randrange(2**31) if seed is None else int(seed)
        policy = self.dtype_policy
        self.encoder, self.decoder = (
            networks.mlp(name=name, dtype=policy) if body is None else body
            for name, body in (("encoder", encoder), ("decoder", decoder)))
        self.likelihood = likelihoods.get(likelihood, dtype=policy)
        self.scaling = scaling if isinstance(scaling, Scaling) else Scaling(scaling)
        self.means = TermMeans(("loss", *self.term_names), name="means")
        self.failure = Failure(1 + len(self.term_names), name="failure")

    def build(self, input_shape):
        event_shape = tuple(input_shape[1:])
        if not event_shape or None in event_shape:
            raise ValueError(
                f"{type(self).__name__} expects observations of shape (batch, ...) with known "
                f"sizes. Received: input_shape={tuple(input_shape)}")
        self.event_shape = event_shape
        self.build_schedules()
        self.adapted = self.add_weight(
            name="adapted", shape=(), trainable=False, dtype="float32", initializer="zeros")
        # Bodies are called, not only built: a body of the user's own may have no `build`.
        build_once(self.scaling, (None, *event_shape))
        self.build_code(self.encoder(keras.Input(event_shape)).shape)
        if self.likelihood.event_shape is None:
            self.likelihood.event_shape = event_shape
        build_once(self.likelihood, self.decoder(keras.Input((self.latent_dim,))).shape)
        self.built = True

    def adapt(self, x):
        """Fits what depends on the training set before any step: scaling, pseudo-inputs.

        Args:
            x: Training observations `[n, *shape]`, in raw units. `fit` calls this by itself
                on its first call; call it first when `fit` gets a `tf.data.Dataset` that is
                too long to go through once more.
        """
        x = checks.observations(x, self.event_shape if self.built else None)
        if not self.built:
            self.build((None, *x.shape[1:]))
        self.scaling.adapt(x)
        if self.likelihood.unit_interval:
            scaled = x if self.scaling.method == "none" else self.scaling(x).numpy()
            checks.unit_interval(scaled, type(self.likelihood).__name__)
        self.start_from(x)
        self.adapted.assign(1.)

    def start_from(self, x):
        """Hook for parts that start from training observations."""

    def fit(self, x=None, y=None, batch_size=None, **kwargs):
        """`keras.Model.fit` without targets; data are checked before the first step.

        Args:
            x: Observations `[n, *shape]` in raw units, or a `tf.data.Dataset` of batches `x`
                or `(x, labels)`; labels are never looked at.
            y: Ignored, so that a labelled data set can be handed over as it is.

        Raises:
            ValueError: NaN or infinite values, an empty set, a wrong shape, fewer
                observations than one batch.
        """
        if kwargs.get("sample_weight") is not None or kwargs.get("class_weight") is not None:
            raise ValueError(f"{type(self).__name__} weighs all observations alike. Received: "
                             "sample_weight or class_weight. Resample the data instead.")
        is_new = not self.built or not self.adapted.numpy()
        if isinstance(x, tf.data.Dataset):
            checks.dataset(x, self.event_shape if self.built else None)
            if is_new:
                self.adapt(checks.observations_of(x, all_of_them=self.scaling.method != "none"))
        else:
            x = checks.observations(x, self.event_shape if self.built else None, batch_size)
            if is_new:
                self.adapt(x)
        if isinstance(kwargs.get("validation_data"), np.ndarray):
            self.check(kwargs["validation_data"], "validation_data")
        self.failure.reset()
        return super().fit(x, batch_size=batch_size, **kwargs)

    def check(self, x, what="x"):
        """Raw observations as float32 `[n, *shape]`, or a ValueError that says what is wrong."""
        if not self.built:
            raise ValueError(f"This {type(self).__name__} has no weights yet. Call fit(x), or "
                             "adapt(x) with training observations, first.")
        return checks.observations(x, self.event_shape, what=what)

    def evaluate(self, x=None, y=None, return_dict=True, **kwargs):
        """Mean of every term over the observations, nats per observation, as a dict.

        Codes are exact draws (zeros are zeros) from the posterior without warm-up, and the
        penalties have the weights they end with. `y` is ignored.
        """
        if x is not None and not isinstance(x, tf.data.Dataset):
            x = self.check(x)
        return super().evaluate(x, return_dict=return_dict, **kwargs)

    def score(self, x, batch_size=500):
        """Terms of every observation, a dict of arrays `[n]` in nats.

        Its names are the logged ones but for `loss` and what only a whole batch has. Nothing
        is left to chance: the draws of z are made of the same noise for every observation, so
        a score depends neither on the rest of `x` nor on `batch_size`.
        """
        return in_batches(self.score_step, batch_size, self.check(x))

    def _log_likelihood(self, scaled, z, training):
        """E_q[log p(x|z)] by the draws `z` `[samples, batch, latent_dim]`: `[batch]`."""
        samples = tf.shape(z)[0]
        features = self.decoder_features(tf.reshape(z, [-1, self.latent_dim]), training)
        tiled = tf.tile(scaled, tf.concat([[samples], [1] * len(self.event_shape)], axis=0))
        if training and self._compiles_parts():
            log_probs = self.likelihood.fused_log_prob(features, tiled)
        else:
            log_probs = self.likelihood(features).log_prob(tiled)
        return tf.reduce_mean(tf.reshape(log_probs, [samples, -1]), axis=0)

    def decoder_features(self, z, training=False):
        """What the decoder makes of codes `[batch, latent_dim]`, before the likelihood."""
        return self.decoder(z, training=training)

    def encode(self, x, batch_size=500):
        """Codes of raw observations `[n, *shape]`, a NamedTuple of arrays `[n, latent_dim]`.

        Its first field `z` is what `decode` takes. Nothing is drawn: the same `x` always has
        the same code.
        """
        return self.codes_type(*in_batches(self.encode_step, batch_size, self.check(x)))

    def call(self, x, training=False):
        """Reconstruction in raw units, the mean of p(x|z) at the code `encode(x).z`."""
        features = self.decoder_features(self.encode_step(x)[0])
        return self.scaling.inverse(self.likelihood(features).mean(), like=x)

    def reconstruct(self, x, batch_size=500):
        """`call` on an array `[n, *shape]` of any length, in batches."""
        return self.predict(self.check(x), batch_size=batch_size, verbose=0)

    def decode(self, z, batch_size=500):
        """Mean of p(x|z) in raw units, `[n, *shape]`, for codes `z` `[n, latent_dim]`."""
        return in_batches(self.decode_step, batch_size, checks.codes(z, self.latent_dim))

    @tf.function(reduce_retracing=True)
    def decode_step(self, z):
        return self.scaling.inverse(self.likelihood(self.decoder_features(z)).mean())

    def get_config(self):
        parts = {"encoder": self.encoder, "decoder": self.decoder, "likelihood": self.likelihood,
                 "scaling": self.scaling}
        return {**super().get_config(), "latent_dim": self.latent_dim, "seed": self.seed,
                **{name: keras.saving.serialize_keras_object(p) for name, p in parts.items()}}

    def get_build_config(self):
        return {"input_shape": (None, *self.event_shape)}

    def build_from_config(self, config):
        self.build(tuple(config["input_shape"]))

    @classmethod
    def from_config(cls, config):
        return cls(**{name: keras.saving.deserialize_keras_object(value)
                      if isinstance(value, dict) and "class_name" in value else value
                      for name, value in config.items()})


def build_once(layer, input_shape):
    """Builds a layer unless it came out of a file, where Keras has built it already."""
    if not layer.built:
        layer.build(input_shape)
