"""From settings to the parts of a model."""
import dataclasses
from typing import Any

import keras

from vsc_tf import (
    checks,
    likelihoods,
    networks,
    objectives,
    penalties,
    posteriors,
    priors,
    recipes,
)
from vsc_tf.datasets import Table

from ..presets import Preset

SIZE_FACTORS = ("auto", "none", "row_sum")
DEEP = (512, 1024, 512, 256)  # Layers of [F22]'s encoder of patches.


def likelihood_of(settings: Preset, table: Table | None) -> str | likelihoods.Likelihood:
    is_sized = settings.size_factor == "row_sum" or (
        settings.size_factor == "auto" and settings.dataset.lower().endswith(".h5ad"))
    size_factor = "row_sum" if is_sized else None
    if settings.likelihood in ("poisson", "negative_binomial"):
        return likelihoods.LIKELIHOODS[settings.likelihood](size_factor)
    if settings.likelihood == "columns":
        if table is None:
            raise ValueError("expected --likelihood columns with a table of columns of several "
                             "kinds. Received: data of one. Leave it out.")
        return likelihoods.Columns(table.kinds, size_factor)
    gaussian: dict[str, Any] = {"mean_activation": settings.mean_activation}
    if settings.likelihood == "gaussian":
        return likelihoods.FixedGaussian(settings.likelihood_scale, **gaussian)
    if settings.likelihood == "linear_gaussian":
        return likelihoods.LinearGaussian(
            settings.likelihood_scale, settings.atom_norm, settings.fixed_norm)
    if settings.likelihood == "learned_gaussian":
        return likelihoods.LearnedGaussian(settings.variance_floor, **gaussian)
    if settings.likelihood == "column_gaussian":
        return likelihoods.ColumnGaussian(mean_activation=settings.mean_activation)
    if settings.likelihood == "shared_gaussian":
        return likelihoods.SharedGaussian(mean_activation=settings.mean_activation)
    return "auto" if settings.likelihood == "auto" else likelihoods.get(settings.likelihood)


def bodies(settings: Preset, shape: tuple) -> tuple[keras.Model, keras.Model | None]:
    """Encoder and decoder; a linear generator is a decoder of its own."""
    pairs = {"conv": networks.conv, "conv1d": networks.conv1d,
             "conv_batch_norm": networks.conv_batch_norm}
    if settings.network in pairs:
        encoder, decoder = pairs[settings.network](shape)
    else:
        units: Any = DEEP if settings.network == "deep_mlp" else settings.hidden_units
        backwards = units[::-1] if settings.network == "deep_mlp" else units
        encoder, decoder = (networks.mlp(widths, name) for widths, name in (
            (units, "encoder"), (backwards, "decoder")))
    return encoder, None if settings.likelihood == "linear_gaussian" else decoder


def _posterior(settings: Preset, recipe: recipes.Recipe | None) -> posteriors.Posterior:
    name = settings.posterior or "spike_and_slab"
    if name == "spike_and_slab":
        return posteriors.SpikeAndSlab(
            settings.spike_activation, (recipe or recipes.PAPER).spike_bias, settings.start,
            settings.relaxation, settings.sharpness or None)
    if name == "rectified_normal":
        return posteriors.RectifiedNormal(settings.start)
    kind: Any = posteriors.POSTERIORS[name]
    if issubclass(kind, posteriors.Thresholded):
        checks.probability("alpha", settings.alpha)
        threshold = kind.family.about_zero(settings.alpha, None, [1]).threshold
        return kind(threshold=float(threshold[0]), gradients=settings.gradients)
    return kind()


def _prior(settings: Preset) -> priors.Prior:
    name = settings.prior or "pseudo_inputs"
    if name == "thresholded":
        return priors.ThresholdedPrior(settings.alpha, cost=settings.threshold_cost)
    if name == "pseudo_inputs":
        return priors.PseudoInputPrior(settings.pseudo_inputs, settings.selector,
                                       settings.pseudo_start, settings.sharpen_spikes)
    if name == "vamp":
        selector = "optimal" if settings.selector == "optimal" else None
        return priors.VampPrior(settings.pseudo_inputs, settings.pseudo_start, selector)
    return priors.FixedSparsePrior(settings.alpha) if name == "fixed_sparse" else priors.get(name)


def _penalties(settings: Preset) -> list[penalties.Penalty]:
    names = () if settings.penalty == "none" else settings.penalty.split(",")
    return [penalties.PENALTIES[name](**(
        {"alpha": settings.alpha} if name.startswith("sparsity") else {})) for name in names]


def own_parts(settings: Preset, recipe: recipes.Recipe | None) -> dict[str, Any]:
    """The parts that the settings choose in place of the model's own."""
    is_vsc = settings.model == "vsc"
    if settings.model == "thresholded":
        settings = dataclasses.replace(
            settings, prior=settings.prior or "thresholded",
            posterior=settings.posterior or "gamma_thresholded_laplace")
    parts: dict[str, Any] = {}
    if is_vsc or settings.posterior:
        parts["posterior"] = _posterior(settings, recipe)
    if is_vsc or settings.prior:
        parts["prior"] = _prior(settings)
    if settings.penalty:
        parts["penalties"] = _penalties(settings)
    if settings.objective and settings.objective != "average":
        parts["objective"] = settings.objective
    elif is_vsc:
        parts["objective"] = objectives.Average(bound=settings.bound)
    return parts
