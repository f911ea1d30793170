"""Experiments as frozen dataclasses; the flags of the commands are their fields."""
import dataclasses
from dataclasses import field, replace
from typing import Any


def _option(default: Any, help: str, choices: tuple | None = None,
            only: tuple | None = None) -> Any:
    """A setting; `only` is (another setting, its values that this one is for)."""
    return field(default=default, metadata={"help": help, "choices": choices, "only": only})


# The names of `vsc_tf`'s registries, which takes seconds to import: a test compares them.
MODELS = ("vsc", "thresholded", "autoencoder", "vae", "beta_vae", "beta_tcvae", "vamp_vae")
POSTERIORS = ("spike_and_slab", "rectified_normal", "thresholded_normal", "thresholded_laplace",
              "gamma_thresholded_normal", "gamma_thresholded_laplace", "normal", "deterministic")
PRIORS = ("standard", "fixed_sparse", "vamp", "pseudo_inputs", "thresholded", "none")
OBJECTIVES = ("average", "iwae", "best", "softmax_weighted")
PENALTIES = ("sparsity_kl", "sparsity_price", "gate_penalty", "total_correlation", "decoder_norm")
LIKELIHOODS = ("auto", "bernoulli", "continuous_bernoulli", "gaussian", "column_gaussian",
               "shared_gaussian", "learned_gaussian", "poisson", "negative_binomial", "columns",
               "linear_gaussian")
SCALINGS = ("auto", "none", "unit_norm", "min_max", "standardise", "centre", "log1p", "columns")
RECIPES = ("default", "paper", "none")

_VSC = ("model", ("vsc",))
_THRESHOLDED = ("model", ("thresholded",))
_BETA = ("model", ("beta_vae", "beta_tcvae"))
_DRAWS = ("model", tuple(name for name in MODELS if name != "autoencoder"))


def _knot(help: str, choices: tuple | None = None, only: tuple | None = _VSC) -> Any:
    """A knot of the recipe: `None` is the recipe's own."""
    return field(default=None, metadata={
        "help": help, "choices": choices, "only": only, "is_knot": True})


@dataclasses.dataclass(frozen=True)
class Preset:
    """Everything that decides a run: data, a model, a recipe. `config.json` is this.

    An empty text or `None` leaves a choice to the model, or to the recipe.
    """

    dataset: str = _option("smiley", "data set: a name, or a path to .npy, .npz, .csv, "
                           ".csv.gz, .parquet, .feather, .h5ad or a folder of images or shards")
    data_path: str = _option("", "uci_har, celeba and natural_patches only: the zip or "
                             "folder, where you placed it yourself")
    test_fraction: float = _option(0.2, "own data: share of rows for the test split; of "
                                   "natural_patches, share of pictures")
    label_column: str = _option("", "tables only: the column that holds labels")
    layer: str = _option("", ".h5ad only: the layer to read, in place of X")
    id_column: str = _option("", "tables only: a column that names the rows, left out of the model")
    group_column: str = _option("", "tables only: a column of groups, such as persons, of which "
                                    "none is in both splits; left out of the model")
    columns: str = _option("", "tables only: a .yaml file of lines 'column: kind', where a column "
                               "is to be something else than it is taken for")
    image_size: int = _option(0, "folder of images and celeba only: resize to so many "
                              "pixels square")
    presence_prob: float = _option(0.5, "probability of each attribute to be present",
                                   only=("dataset", ("smiley",)))
    model: str = _option("vsc", "model to fit", MODELS)
    posterior: str = _option("", "q(z|x); the model's own by default", POSTERIORS)
    prior: str = _option("", "p(z); the model's own by default", PRIORS)
    objective: str = _option("", "what draws are trained on; default: the model's own", OBJECTIVES)
    penalty: str = _option("", f"penalties, separated by commas, of {', '.join(PENALTIES)}; or "
                               "none; the model's own by default")
    latent_dim: int = _option(60, "number of latent dimensions, the most features there can be")
    network: str = _option("mlp", "encoder and decoder bodies; conv and conv_batch_norm are for "
                           "images, conv1d for signals, deep_mlp has layers of 512, 1024, 512, 256",
                           ("mlp", "deep_mlp", "conv", "conv_batch_norm", "conv1d"))
    hidden_units: int = _option(512, "ReLU units of the hidden layer, each way",
                                only=("network", ("mlp",)))
    likelihood: str = _option("auto", "p(x|z); auto is what suits the training data", LIKELIHOODS)
    size_factor: str = _option("auto", "counts only: rates are multiplied by the row's sum "
                               "(row_sum), for .h5ad by a column of obs (its name), or by none; "
                               "auto is row_sum for .h5ad, none else")
    likelihood_scale: float = _option(1.0, "standard deviation of likelihood 'gaussian' or "
                                      "'linear_gaussian'")
    atom_norm: float = _option(1.0, "norm that atoms start from",
                               only=("likelihood", ("linear_gaussian",)))
    fixed_norm: bool = _option(False, "atoms keep that norm",
                               only=("likelihood", ("linear_gaussian",)))
    variance_floor: float = _option(1e-6, "smallest variance of likelihood 'learned_gaussian'")
    mean_activation: str = _option("linear", "activation of a Gaussian's mean",
                                   ("linear", "sigmoid"))
    scaling: str = _option("auto", "scaling of the data, fitted on train; auto goes with the "
                                   "likelihood auto, and is none with any other", SCALINGS)
    beta: float = _option(4.0, "weight of the KL (beta_vae) or of the total correlation "
                               "(beta_tcvae)", only=_BETA)
    alpha: float = _option(0.05, "share of features the prior has active, in (0, 1)",
                           only=("model", ("vsc", "thresholded")))
    gradients: str = _option("exact", "what training goes by: published and subgradient are those "
                             "of the paper's codes", ("exact", "published", "subgradient"),
                             only=_THRESHOLDED)
    threshold_cost: str = _option("exact", "KL of thresholded codes, or base: as published, of "
                                  "their noise", ("exact", "base"), only=_THRESHOLDED)
    pseudo_inputs: int = _option(128, "number of pseudo-inputs of the prior",
                                 only=("model", ("vsc", "vamp_vae")))
    pseudo_start: str = _option("data", "what pseudo-inputs start from", ("data", "random"),
                                only=("model", ("vsc", "vamp_vae")))
    selector: str = _option("soft", "how a pseudo-input is chosen",
                            ("soft", "hard", "nearest", "optimal", "paper"), only=_VSC)
    sharpen_spikes: bool = _option(False, "sharpen the pseudo-inputs' spikes, as the paper's code",
                                   only=_VSC)
    bound: str = _option("elbo", "bound to train on; elbo_paper leaves the price of choosing out",
                         ("elbo", "elbo_paper"), only=_VSC)
    spike_activation: str = _option("logits", "gate: logits, or the paper's exp(-relu(-v))",
                                    ("logits", "relu_exp"), only=_VSC)
    start: str = _option("open", "how gates begin: all open, or as random half-spaces",
                         ("open", "half_spaces"), only=_VSC)
    relaxation: str = _option("sigmoid", "draws while training", ("sigmoid", "binary_concrete"),
                              only=("model", ("vsc", "thresholded")))
    sharpness: float = _option(0.0, "sharpness of the gate (1/temperature if concrete); 0 is the "
                                    "relaxation's usual one", only=_VSC)
    samples: int = _option(1, "draws of z per observation and step", only=_DRAWS)

    recipe: str = _option("default", "schedules, starts and refinement; its knots follow, as "
                          "shares of the run", RECIPES)
    slab_warmup: float = _knot("share before the slab is used (lambda = 0)")
    slab_ramp: float = _knot("share after it until the slab is fully on (lambda = 1)")
    final_sharpness: float = _knot("sharpness at the last step, linear from the first")
    spike_bias: float = _knot("what the gates' log-odds start from")
    sparsity: str = _knot("what active latents cost: kl of their share to alpha (the paper's), "
                          "or the same price for each", ("kl", "price"))
    sparsity_weight: float = _knot("final weight of what active latents cost: the higher, the "
                                   "fewer")
    sparsity_warmup: float = _knot("share before it has any weight")
    sparsity_ramp: float = _knot("share after that until it has its full weight")
    gate_penalty: float = _knot("weight of the L2 penalty on gate logits, nats")
    final_gate_penalty: float = _knot("weight it changes to, linearly")
    gate_penalty_end: float = _knot("share by which it has; 0 keeps the first weight")
    refine_begin: float = _knot("share from which latents that are on without their feature are "
                                "set right")
    refine_end: float = _knot("share after which they are not any more; 0 is never")
    refine_every: float = _knot("share from one time to the next")
    optimizer: str = _option("adam", "one_cycle has a rate that rises for a twentieth of the run, "
                             "then falls, and plain steps on a linear generator's dictionary; with "
                             "it --recipe none", ("adam", "one_cycle"))
    beta_1: float = _option(0.9, "decay of Adam's first moment")
    learning_rate: float = _option(None, "learning rate of Adam at first")
    final_learning_rate: float = _knot("learning rate at the end of its decay", only=None)
    decay_begin: float = _knot("share at which the learning rate starts to fall", only=None)
    decay_end: float = _knot("share at which it has fallen", only=None)
    gradient_clip: float = _knot("longest gradient, as a multiple of the usual length; 0 "
                                "turns the limit off", only=None)
    noise: float = _knot("standard deviation of noise added to scaled values while training; the "
                         "recipe has 0.5 up to 1,000 observations, falling to 0 at 5,000",
                         only=None)

    steps: int = _option(9000, "optimizer steps in all")
    batch_size: int = _option(500, "observations per step, at most all there are; 0: a "
                             "sixth of them, but from 32 to 500")
    steps_per_epoch: int = _option(500, "steps between two lines of the log (an 'epoch')")
    checkpoint_seconds: float = _option(30.0, "seconds between two checkpoints, at epoch ends")
    jit_compile: bool = _option(False, "compile the whole train step with XLA")
    dtype: str = _option("float32", "dtype policy while training; the model is kept in float32",
                         ("float32", "mixed_bfloat16"))
    seed: int = _option(0, "seed of data, weights and noise")
    fingerprint: bool = _option(True, "keep a hash of the data in config.json, by which it is "
                                      "noticed when they change")


KNOTS = tuple(option.name for option in dataclasses.fields(Preset)
              if option.metadata.get("is_knot"))


def is_as_asked(found: Any, asked: Any) -> bool:
    """Whether a setting of a run is what was asked for; "auto" leaves it to the data.

    >>> is_as_asked("column_gaussian", "auto"), is_as_asked("bernoulli", "column_gaussian")
    (True, False)
    """
    return asked == "auto" or found == asked


def in_steps(preset: Preset, steps: int) -> Preset:
    """The preset with another number of steps; its recipe keeps its shares of the run.

    >>> in_steps(PRESETS["paper/smiley"], 200).steps_per_epoch
    200
    """
    return replace(preset, steps=steps,
                   steps_per_epoch=max(1, min(preset.steps_per_epoch, steps)))


# Fastest on CPUs that have the instructions (benchmarks/speed.py), and as good (RESULTS.md).
_FAST = replace(Preset(), dtype="mixed_bfloat16")
_FEW: dict[str, Any] = {"pseudo_inputs": 64, "refine_end": 7 / 9}
_PAPER = replace(
    Preset(), recipe="paper", hidden_units=3000, likelihood="learned_gaussian",
    mean_activation="sigmoid", scaling="unit_norm", pseudo_inputs=20, pseudo_start="random",
    selector="paper", bound="elbo_paper", spike_activation="relu_exp", sharpness=50.0, alpha=0.01)
_PAPER_SHORT = replace(_PAPER, steps=70_000)  # Of these the recipe has the schedules.
_PAPER_LONG = replace(_PAPER, learning_rate=5e-4, slab_warmup=0.25)

# Of the mean squared error of a pixel the likelihood's variance, 1/4, is about half.
_PATCHES = replace(
    Preset(), dataset="natural_patches", model="thresholded", latent_dim=256, network="deep_mlp",
    likelihood="linear_gaussian", likelihood_scale=0.5, scaling="none", recipe="none", alpha=0.055,
    atom_norm=3.5, fixed_norm=True, optimizer="one_cycle", batch_size=100, steps=3000,
    steps_per_epoch=100)

# Of images, for 300 epochs; the variance is 0.005 for each value of an image.
_PAPER_THRESHOLDS = replace(
    Preset(), model="thresholded", posterior="thresholded_normal", gradients="published",
    threshold_cost="base", alpha=0.1, samples=20, network="conv_batch_norm", likelihood="gaussian",
    mean_activation="sigmoid", scaling="none", recipe="none", learning_rate=3e-4, beta_1=0.5,
    batch_size=512)

PRESETS = {
    # With 9,000 steps one latent in some models still tells two attributes at once (RESULTS.md).
    "smiley": in_steps(_FAST, 13_500),
    # Few observations: more steps would only fit the training subjects better.
    "uci_har": in_steps(replace(
        _FAST, **_FEW, refine_every=1 / 8, dataset="uci_har", likelihood="learned_gaussian",
        variance_floor=1e-4, gate_penalty=0.01, final_gate_penalty=0.005, sparsity="kl", alpha=0.4,
        sparsity_weight=1.0), 4000),
    "fashion_mnist": replace(_FAST, dataset="fashion_mnist", likelihood="bernoulli",
                             final_gate_penalty=0.0015, refine_every=1 / 18),
    "mnist": replace(_FAST, **_FEW, dataset="mnist", likelihood="bernoulli",
                     sparsity_weight=0.2, final_gate_penalty=0.0005, refine_every=1 / 18),
    "celeba": replace(Preset(), dataset="celeba", image_size=32, network="conv",
                      batch_size=100, likelihood="continuous_bernoulli"),
    "natural_patches": _PATCHES,
    # As the library's default, which was measured on data of many kinds (benchmarks.presence).
    "table": replace(Preset(), dataset="", batch_size=0),
    "images": replace(Preset(), dataset="", batch_size=0),
    "paper/smiley": replace(
        _PAPER_LONG, dataset="smiley", slab_ramp=0.05, steps=200_000, decay_begin=0.3,
        decay_end=0.3),
    "paper/celeba": replace(
        _PAPER_LONG, dataset="celeba", image_size=32, latent_dim=300, slab_warmup=0.1,
        slab_ramp=0.02, steps=500_000, decay_begin=0.12, decay_end=0.12),
    "paper/fashion_mnist": replace(_PAPER_SHORT, dataset="fashion_mnist"),
    "paper/uci_har": replace(_PAPER_SHORT, dataset="uci_har", mean_activation="linear",
                             scaling="none"),
    "paper/patches": replace(
        _PATCHES, posterior="thresholded_normal", gradients="published", threshold_cost="base",
        alpha=0.1, atom_norm=1., fixed_norm=False, samples=20, likelihood_scale=1.28**0.5,
        steps=240_000, steps_per_epoch=800),
    **{f"paper/fashion_mnist_j{latents}": replace(
        _PAPER_THRESHOLDS, dataset="fashion_mnist", latent_dim=latents, likelihood_scale=3.92**0.5,
        steps=35_200, steps_per_epoch=100) for latents in (20, 64, 256, 1024)},
    **{f"paper/celeba_j{latents}": replace(
        _PAPER_THRESHOLDS, dataset="celeba", image_size=64, latent_dim=latents,
        likelihood_scale=61.44**0.5, steps=95_400, steps_per_epoch=318)
        for latents in (64, 512, 1024, 2048)},
}


def default_for(dataset: str, is_folder: bool = False) -> str:
    """Name of the preset that suits a data set: its own, or one for tables or images.

    >>> default_for("uci_har"), default_for("my/rows.csv"), default_for("photos", is_folder=True)
    ('uci_har', 'table', 'images')
    """
    if dataset in PRESETS and PRESETS[dataset].dataset == dataset:
        return dataset
    return "images" if is_folder else "table"
