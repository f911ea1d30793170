"""An example of every part of a model, for the suites that go over all of them."""
import vsc_tf
from vsc_tf import likelihoods, models, objectives, penalties, posteriors, priors

FEATURES, LATENT, COUNT = 5, 4, 3

# Class -> an example of it; arguments that matter to the outputs are not left at their defaults.
POSTERIORS = {
    posteriors.SpikeAndSlab: lambda: posteriors.SpikeAndSlab(
        "relu_exp", 0.5, relaxation="binary_concrete", sharpness=3., latent_dim=LATENT),
    posteriors.RectifiedNormal: lambda: posteriors.RectifiedNormal(
        "half_spaces", latent_dim=LATENT),
    posteriors.ThresholdedNormal: lambda: posteriors.ThresholdedNormal(
        0.3, 0.4, "subgradient", latent_dim=LATENT),
    posteriors.ThresholdedLaplace: lambda: posteriors.ThresholdedLaplace(
        0.3, 0.2, "published", latent_dim=LATENT),
    posteriors.GammaThresholdedNormal: lambda: posteriors.GammaThresholdedNormal(
        0.3, 0.2, "subgradient", latent_dim=LATENT),
    posteriors.GammaThresholdedLaplace: lambda: posteriors.GammaThresholdedLaplace(
        0.3, 0.2, "published", latent_dim=LATENT),
    posteriors.Normal: lambda: posteriors.Normal(LATENT),
    posteriors.Deterministic: lambda: posteriors.Deterministic(LATENT),
}
PRIORS = {
    priors.StandardPrior: priors.StandardPrior,
    priors.FixedSparsePrior: lambda: priors.FixedSparsePrior(0.2, "exponential", 1.5),
    priors.VampPrior: lambda: priors.VampPrior(COUNT, "random", "optimal"),
    priors.PseudoInputPrior: lambda: priors.PseudoInputPrior(
        COUNT, "hard", start="random", sharpen_spikes=True),
    priors.ThresholdedPrior: lambda: priors.ThresholdedPrior(0.2, 0.3, "base", 0.5),
    priors.NoPrior: priors.NoPrior,
}
BESIDE = {  # Prior -> a posterior that it goes with.
    priors.StandardPrior: posteriors.Normal, priors.FixedSparsePrior: posteriors.RectifiedNormal,
    priors.VampPrior: posteriors.Normal, priors.PseudoInputPrior: posteriors.SpikeAndSlab,
    priors.ThresholdedPrior: posteriors.GammaThresholdedLaplace,
    priors.NoPrior: posteriors.Deterministic}
LIKELIHOODS = {
    likelihoods.Bernoulli: lambda: likelihoods.Bernoulli((FEATURES,)),
    likelihoods.ContinuousBernoulli: lambda: likelihoods.ContinuousBernoulli((FEATURES,)),
    likelihoods.ColumnGaussian: lambda: likelihoods.ColumnGaussian(
        0.5, 0.01, 3.0, mean_activation="sigmoid", event_shape=(FEATURES,)),
    likelihoods.SharedGaussian: lambda: likelihoods.SharedGaussian(
        0.5, 0.01, 3.0, mean_activation="sigmoid", event_shape=(FEATURES,)),
    likelihoods.FixedGaussian: lambda: likelihoods.FixedGaussian(
        0.3, mean_activation="sigmoid", event_shape=(FEATURES,)),
    likelihoods.Poisson: lambda: likelihoods.Poisson("row_sum", event_shape=(FEATURES,)),
    likelihoods.NegativeBinomial: lambda: likelihoods.NegativeBinomial(
        "row_sum", event_shape=(FEATURES,)),
    likelihoods.Columns: lambda: likelihoods.Columns(
        [("poisson", 1), ("gaussian", 1), ("categorical", 2), ("negative_binomial", 1)],
        "row_sum", event_shape=(FEATURES,)),
    likelihoods.LinearGaussian: lambda: likelihoods.LinearGaussian(
        0.3, norm=2., fixed_norm=True, event_shape=(FEATURES,)),
    likelihoods.LearnedGaussian: lambda: likelihoods.LearnedGaussian(
        0.01, mean_activation="sigmoid", event_shape=(FEATURES,)),
}
OBJECTIVES = {
    objectives.Average: lambda: objectives.Average(2.5, "elbo_paper"),
    objectives.ImportanceWeighted: objectives.ImportanceWeighted,
    objectives.Best: objectives.Best,
    objectives.SoftmaxWeighted: objectives.SoftmaxWeighted,
}
PENALTIES = {
    penalties.SparsityKL: lambda: penalties.SparsityKL(0.2, 0.7),
    penalties.SparsityPrice: lambda: penalties.SparsityPrice(0.2, 0.7),
    penalties.GatePenalty: lambda: penalties.GatePenalty(0.003),
    penalties.TotalCorrelation: lambda: penalties.TotalCorrelation(-0.5),
    penalties.DecoderNorm: lambda: penalties.DecoderNorm(1e-4),
}


def bodies():
    return {"encoder": vsc_tf.networks.mlp(7), "decoder": vsc_tf.networks.mlp(9)}


MODELS = {
    models.LatentModel: lambda: models.LatentModel(
        LATENT, "rectified_normal", priors.FixedSparsePrior(0.2), **bodies(),
        likelihood="continuous_bernoulli", objective=objectives.Average(0.5),
        penalties=[penalties.GatePenalty(0.1)], scaling="min_max", samples=2,
        recipe=vsc_tf.Recipe(learning_rate=0.9), seed=3),
    models.VSC: lambda: models.VSC(
        LATENT, alpha=0.2, likelihood=likelihoods.LearnedGaussian(0.01), **bodies(),
        prior=priors.PseudoInputPrior(COUNT), scaling="standardise", samples=2, recipe="paper",
        objective=objectives.Average(bound="elbo_paper"), seed=3),
    models.ThresholdedVSC: lambda: models.ThresholdedVSC(
        LATENT, alpha=0.3, encoder=vsc_tf.networks.mlp(7), samples=2, seed=3,
        likelihood=likelihoods.LinearGaussian(0.4)),
    models.Autoencoder: lambda: models.Autoencoder(
        LATENT, **bodies(), likelihood=likelihoods.LearnedGaussian(0.01), scaling="standardise",
        seed=3),
    models.VAE: lambda: models.VAE(
        LATENT, **bodies(), likelihood=likelihoods.LearnedGaussian(0.01),
        prior=priors.VampPrior(COUNT, "random"), scaling="standardise", samples=2, recipe=None,
        seed=3),
    models.BetaVAE: lambda: models.BetaVAE(LATENT, beta=2.5, samples=2, seed=3),
    models.BetaTCVAE: lambda: models.BetaTCVAE(LATENT, beta=2.5, samples=2, seed=3),
    models.VampPriorVAE: lambda: models.VampPriorVAE(
        LATENT, COUNT, start="random", samples=2, seed=3),
}
