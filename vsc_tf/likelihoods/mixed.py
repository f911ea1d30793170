"""The distribution of a table's values, each of the kind of its column."""
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow_probability import distributions as tfd

from vsc_tf.likelihoods.counts import negative_binomial
from vsc_tf.log_variances import bounded


class Mixed(tfd.Distribution):
    """Single values, each of the kind of its column, from outputs v `[batch, values]`."""

    def __init__(self, v: tf.Tensor, likelihood: Any):
        parameters = dict(locals())
        self.v, self.likelihood = v, likelihood
        super().__init__(tf.float32, tfd.NOT_REPARAMETERIZED, False, True, parameters=parameters,
                         name="Mixed")

    def _batch_shape(self):
        return self.v.shape

    def _batch_shape_tensor(self):
        return tf.shape(self.v)

    def _event_shape(self):
        return tf.TensorShape([])

    def _parts(self):
        """(places, distribution of the values there) of each kind that there is."""
        at, v, likelihood = self.likelihood._at, self.v, self.likelihood
        made = {"gaussian": likelihood.gaussian,
                "bernoulli": lambda v: tfd.Bernoulli(v, dtype=tf.float32),
                "poisson": lambda v: tfd.Poisson(log_rate=bounded(v)),
                "negative_binomial": lambda v: negative_binomial(
                    v, tf.convert_to_tensor(likelihood.log_dispersion))}
        for kind, make in made.items():
            if at(kind).size:
                yield at(kind), make(tf.gather(v, at(kind), axis=-1))

    def _log_probs_of_classes(self):
        """log softmax(v) within each categorical column, at its places."""
        widths = [width for kind, width in self.likelihood.columns if kind == "categorical"]
        places = np.full((len(widths), max(widths)), -1)
        firsts = np.cumsum([0, *(width for _, width in self.likelihood.columns)])
        starts = [int(first) for first, (kind, _) in zip(firsts, self.likelihood.columns)
                  if kind == "categorical"]
        for row, start, width in zip(places, starts, widths):
            row[:width] = np.arange(start, start + width)
        there = places >= 0
        v = tf.where(there, tf.gather(self.v, np.maximum(places, 0), axis=-1), -1e9)
        return tf.gather(tf.reshape(tf.nn.log_softmax(v), [-1, there.size]),
                         np.flatnonzero(there), axis=-1)

    def _joined(self, parts):
        """Values of parts, each (places, values `[..., count]`), in their places."""
        places, values = zip(*parts)
        return tf.gather(tf.concat(values, axis=-1), np.argsort(np.concatenate(places)), axis=-1)

    def _log_prob(self, x):
        x = tf.broadcast_to(x, tf.broadcast_dynamic_shape(tf.shape(x), tf.shape(self.v)))
        found = [(at, p.log_prob(tf.gather(x, at, axis=-1))) for at, p in self._parts()]
        at = self.likelihood._at("categorical")
        if at.size:
            found.append((at, tf.gather(x, at, axis=-1) * self._log_probs_of_classes()))
        return self._joined([*found, *self._nothing(tf.zeros_like(x))])

    def _mean(self):
        found = [(at, p.mean()) for at, p in self._parts()]
        at = self.likelihood._at("categorical")
        if at.size:
            found.append((at, tf.exp(self._log_probs_of_classes())))
        size = tf.fill(tf.shape(self.v), tf.convert_to_tensor(self.likelihood.mean_size))
        return self._joined([*found, *self._nothing(size)])

    def _nothing(self, values):
        at = self.likelihood._at("size")
        return [(at, tf.gather(values, at, axis=-1))] if at.size else []
