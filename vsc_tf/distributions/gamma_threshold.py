"""The distribution of learned thresholds."""
from tensorflow_probability import distributions as tfd


class GammaThreshold(tfd.Gamma):
    """Gamma(concentration, rate) of a threshold ([F22]).

    Its KL divergence from the prior of [F22], Gamma(3, 3 / mean), is TFP's closed form

        (a - c) psi(a) - log Gamma(a) + log Gamma(c) + c log(b / d) + a (d - b) / b

    from Gamma(a, b) to Gamma(c, d). No code value, so no `CodeDistribution`.

    Args:
        concentration, rate: Positive float tensors; the mean is their ratio.

    >>> GammaThreshold(concentration=3., rate=12.).mean().numpy().item()
    0.25
    """
