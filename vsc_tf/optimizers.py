"""Adam for networks, plain steps for dictionaries: how linear generators are trained."""
from typing import Any

import keras
import tensorflow as tf

from vsc_tf import checks, schedules
from vsc_tf.likelihoods.linear import WEIGHT

DICTIONARY_RATE = 0.5  # Of the first step, on the loss in nats.


@keras.saving.register_keras_serializable(package="vsc_tf")
class AdamAndSGD(keras.optimizers.Adam):
    """Adam for all weights but dictionaries, which take plain gradient steps ([F22]).

    A dictionary's gradient is a mean over the batch of residuals times codes: its size says how
    far there is to go, which Adam would divide out.

    Args:
        learning_rate: Number or schedule, Adam's ([KB15]).
        dictionary_rate: Number or schedule, of the steps on a `likelihoods.Dictionary`. The
            gradient is that of the loss in nats: times the variance of a `LinearGaussian` it is
            the rate on |x - Phi z|^2 / 2.
        **kwargs: Other arguments of `keras.optimizers.Adam`.

    >>> AdamAndSGD(1e-3, dictionary_rate=0.5).get_config()["dictionary_rate"]
    0.5
    """

    def __init__(self, learning_rate: Any = 1e-3, dictionary_rate: Any = 0.1,
                 name: str = "adam_and_sgd", **kwargs: Any):
        super().__init__(learning_rate, name=name, **kwargs)
        self.dictionary_rate = dictionary_rate if callable(dictionary_rate) else checks.positive(
            "dictionary_rate", dictionary_rate)

    def build(self, variables: list) -> None:
        super().build(variables)
        # Later there are TensorFlow's own variables only, which have other names.
        self._dictionaries = {self._get_variable_index(variable) for variable in variables
                              if variable.name == WEIGHT}

    def update_step(self, gradient: tf.Tensor, variable: Any, learning_rate: tf.Tensor) -> None:
        if self._get_variable_index(variable) not in self._dictionaries:
            super().update_step(gradient, variable, learning_rate)
            return
        rate = self.dictionary_rate
        if callable(rate):
            rate = rate(self.iterations)
        self.assign_sub(variable, tf.cast(rate, gradient.dtype) * gradient)

    def get_config(self) -> dict:
        rate = self.dictionary_rate
        if callable(rate):
            rate = keras.saving.serialize_keras_object(rate)
        return {**super().get_config(), "dictionary_rate": rate}

    @classmethod
    def from_config(cls, config: dict, custom_objects: dict | None = None) -> "AdamAndSGD":
        rates = {name: keras.saving.deserialize_keras_object(config[name])
                 for name in ("learning_rate", "dictionary_rate")
                 if isinstance(config[name], dict)}
        return cls(**{**config, **rates})


def one_cycle(learning_rate: float, steps: int, beta_1: float = 0.9,
              dictionary_rate: float = DICTIONARY_RATE) -> AdamAndSGD:
    """For patches, as [F22] has them: a one-cycle of Adam, and falling steps on a dictionary.

    [F22] itself goes by gradients with Nesterov's momentum in place of Adam.

    Args:
        learning_rate: Positive number, Adam's at its peak.
        steps: Positive integer, of the whole run.
        beta_1: Decay of Adam's first moment.
        dictionary_rate: Positive number, the dictionary's at first, on the loss in nats; it falls
            by 1 % each 1/300 of the run. A step is as long as codes are large: dense ones want
            less, as atoms go to 0 at 0.5 before there is anything in the codes (RESULTS.md).

    >>> float(one_cycle(1e-3, 3000).dictionary_rate(0))
    0.5
    """
    learning_rate = checks.positive("learning_rate", learning_rate)
    steps = checks.positive_integer("steps", steps)
    falling = keras.optimizers.schedules.ExponentialDecay(
        checks.positive("dictionary_rate", dictionary_rate), max(1, steps // 300), 0.99,
        staircase=True)
    return AdamAndSGD(schedules.OneCycle(learning_rate, steps), falling, beta_1=beta_1)
