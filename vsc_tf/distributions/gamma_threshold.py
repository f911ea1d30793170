"""The distribution of learned thresholds."""
import tensorflow as tf
from tensorflow_probability import distributions as tfd


class GammaThreshold(tfd.Gamma):
    """Gamma(concentration, rate) of a threshold, with draws made of noise ([F22]).

    Its KL divergence from the prior of [F22], Gamma(3, 3 / mean), is TFP's closed form

        (a - c) psi(a) - log Gamma(a) + log Gamma(c) + c log(b / d) + a (d - b) / b

    from Gamma(a, b) to Gamma(c, d). No code value, so no `CodeDistribution`.

    Args:
        concentration, rate: Positive float tensors; the mean is their ratio.

    >>> GammaThreshold(concentration=3., rate=12.).mean().numpy().item()
    0.25
    """

    def from_noise(self, uniform: tf.Tensor) -> tf.Tensor:
        """The exact draws that uniform draws in (0, 1) make, with their gradients."""
        return self.quantile(uniform)
