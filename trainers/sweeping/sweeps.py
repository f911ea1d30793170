"""What the sweeps train, as frozen dataclasses. Imports no TensorFlow.

Settings that a sweep does not vary are those of the presets, so it follows when they change.
"""
import dataclasses
import itertools

from .. import flags
from ..presets import PRESETS, Preset


@dataclasses.dataclass(frozen=True)
class Case:
    """One setting of a sweep; it is trained once with each seed.

    Attributes:
        name: Name, part of the run's.
        label: The model, as figures call it.
        preset: Name of the preset it starts from.
        given: Pairs (setting, value) that differ from the preset.
    """

    name: str
    label: str
    preset: str
    given: tuple

    def settings(self, seed: int, extra: dict | None = None) -> Preset:
        """The `Preset` of a run; `extra` is a dict of settings for every run of the sweep.

        Raises:
            ValueError: Settings that do not fit each other.
        """
        settings = flags.settings_from(PRESETS[self.preset], dict(self.given))
        return flags.settings_from(settings, {**(extra or {}), "seed": seed})


@dataclasses.dataclass(frozen=True)
class Sweep:
    """Cases and seeds, and how the log-likelihood is estimated (see `trainers.evaluate`)."""

    about: str
    cases: tuple
    seeds: tuple
    samples: int = 100
    rows: int = 3000


LABELS = {"vsc": "VSC", "autoencoder": "AE", "vae": "VAE", "beta_vae": "β-VAE",
          "beta_tcvae": "β-TCVAE", "thresholded": "Thresholded"}


def grid(preset: str, model: str, fixed: tuple = (), label: str | None = None,
         **axes: tuple) -> tuple[Case, ...]:
    """Cases of one model, every combination of the values of `axes`.

    Args:
        preset: Name of the preset.
        model: The model.
        fixed: Pairs (setting, value) of all cases that are not in their names.
        label: Name of the model in figures, if it is not the model's own.
        **axes: Setting -> values.

    >>> [case.name for case in grid("uci_har", "vsc", alpha=(0.1, 0.2))]
    ['uci_har-vsc-alpha0.1', 'uci_har-vsc-alpha0.2']
    """
    label = label or LABELS[model]
    stem = model if label == LABELS[model] else label.lower().replace(" ", "_")
    given = dict(fixed)
    dataset = given.get("dataset", PRESETS[preset].dataset)
    cases = []
    for values in itertools.product(*axes.values()):
        varied = dict(zip(axes, values, strict=True))
        name = "-".join([dataset, stem, *(f"{'latent' if key == 'latent_dim' else key}{value:g}"
                                          for key, value in varied.items())])
        cases.append(Case(name, label, preset,
                          tuple({**given, "model": model, **varied}.items())))
    return tuple(cases)


# The paper's term: only there is alpha a number of features, and not only a price.
_TO_ALPHA = (("sparsity", "kl"), ("sparsity_weight", 1.0))


def _elbo(presets, alphas, betas):
    return tuple(case for preset, fixed, twin in presets for case in (
        *grid(preset, "vsc", (*fixed, *_TO_ALPHA), alpha=alphas),
        *grid(preset, "beta_vae", (*fixed, *twin), beta=betas)))


def _disentangle(preset, latents, betas, tc_betas, fixed=(), twin=()):
    return (*grid(preset, "vsc", fixed, latent_dim=latents),
            *grid(preset, "beta_vae", (*fixed, *twin), latent_dim=latents, beta=betas),
            *grid(preset, "beta_tcvae", (*fixed, *twin), latent_dim=latents, beta=tc_betas))


def _mnist(preset, latents, warm_up, fixed=(), twin=()):
    cold = tuple((name, 0.) for name, _ in warm_up)
    return (*grid(preset, "autoencoder", (*fixed, *twin), latent_dim=latents),
            *grid(preset, "vae", (*fixed, *twin), latent_dim=latents),
            *grid(preset, "vsc", (*fixed, *cold), latent_dim=latents),
            *grid(preset, "vsc", (*fixed, *warm_up), "VSC warm-up", latent_dim=latents))


_PUBLISHED_CODES = (("gradients", "published"), ("threshold_cost", "base"))
_FAMILIES = {  # Label -> settings beside those of the model "thresholded".
    "Gaussian": (("posterior", "normal"), ("prior", "standard")),
    "Slab": (("posterior", "spike_and_slab"), ("prior", "fixed_sparse"),
             ("relaxation", "binary_concrete")),
    "TG": (("posterior", "thresholded_normal"), *_PUBLISHED_CODES),
    "TGG": (("posterior", "gamma_thresholded_normal"), *_PUBLISHED_CODES),
    "TL": (("posterior", "thresholded_laplace"), *_PUBLISHED_CODES),
    "TLG": (("posterior", "gamma_thresholded_laplace"), *_PUBLISHED_CODES),
    "TG exact": (("posterior", "thresholded_normal"),),
    "TLG exact": (("posterior", "gamma_thresholded_laplace"),)}


def _thresholds(preset, latents, fixed=()):
    exact = (("gradients", "exact"), ("threshold_cost", "exact"))
    return tuple(case for label, given in _FAMILIES.items() for case in grid(
        preset, "thresholded", tuple(dict((*fixed, *exact, *given)).items()), label,
        latent_dim=latents))


def _constant_rate(rate):
    """The published learning rate of the dense models: spec'd as one number for the whole run."""
    return (("learning_rate", rate), ("final_learning_rate", rate))


_ABOUT = {
    "elbo": "ELBO and log-likelihood of VSC over alpha and of beta-VAE over beta ([T20] fig. 1)",
    "disentangle": "latents that follow the sources of Smiley, for four numbers of latents "
                   "([T20] fig. 3, supplement fig. 9)",
    "activation": "which latents each class switches on, and how alike these are ([T20] fig. 5)",
    "thresholds": "error and activity of thresholded codes of Fashion-MNIST, published and exact "
                  "([F22] table 1)",
    "mnist": "AE, VAE, VSC and VSC with slab warm-up on MNIST: latent grid, mean codes, clean "
             "and noisy digits"}

_LATENTS = (18, 40, 50, 60)
_HALF = (("steps", 4500),)
_PUBLISHED_ELBO = (("paper/fashion_mnist", (), _constant_rate(1e-4)),
                   ("paper/uci_har", (), _constant_rate(1e-4)))

_SIZES: dict[str, dict[str, tuple]] = {
    "elbo": {
        "small": (_elbo((("fashion_mnist", _HALF, ()), ("uci_har", (), ())),
                        (0.01, 0.05, 0.1, 0.2), (1.0, 2.0, 4.0)), (0, 1)),
        "published": (_elbo(_PUBLISHED_ELBO, (0.001, 0.003, 0.01, 0.03, 0.1, 0.3),
                            (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)), (0, 1, 2))},
    "disentangle": {
        "small": (_disentangle("smiley", _LATENTS, (2.0, 4.0, 8.0), (4.0,), _HALF), (0,)),
        "published": (_disentangle("paper/smiley", _LATENTS,
                                   (1.0, 2.0, 4.0, 8.0, 12.0, 16.0, 24.0, 32.0, 50.0),
                                   (2.0, 4.0, 8.0, 16.0), twin=_constant_rate(5e-5)),
                      (0, 1, 2))},
    "activation": {
        "small": ((*grid("fashion_mnist", "vsc"), *grid("uci_har", "vsc")), (0, 1, 2)),
        "published": ((*grid("paper/fashion_mnist", "vsc"), *grid("paper/uci_har", "vsc")),
                      (0, 1, 2))},
    "thresholds": {
        "small": (_thresholds("paper/fashion_mnist_j64", (20, 64, 256), (
            ("network", "mlp"), ("samples", 5), ("batch_size", 100), ("steps", 1500))), (0,)),
        "published": (_thresholds("paper/fashion_mnist_j64", (20, 64, 256, 1024)), (0, 1, 2))},
    "mnist": {
        "small": (_mnist("mnist", (2, 60), (("slab_warmup", 1 / 6), ("slab_ramp", 1 / 18)),
                         (("steps", 6000),)), (0, 1)),
        "published": (_mnist("paper/fashion_mnist", (2, 60),
                             (("slab_warmup", 15 / 70), ("slab_ramp", 5 / 70)),
                             (("dataset", "mnist"),), _constant_rate(1e-4)), (0, 1, 2))},
}

SIZES = ("small", "published")
SWEEPS = {name: {size: Sweep(_ABOUT[name], *parts) for size, parts in sizes.items()}
          for name, sizes in _SIZES.items()}

# Two cores, 512 hidden units: seconds of a step, and of all that comes around the steps.
_STEP_SECONDS = {"uci_har": 0.0105}
_OTHER_STEP_SECONDS = 0.02
_TOTAL_CORRELATION_SECONDS = 0.04  # More, for 60 latents.
_DRAW_SECONDS = {"conv_batch_norm": 1.5e-3}  # Of one draw of one image, decoded and back;
_OTHER_DRAW_SECONDS = 8e-5
_THRESHOLD_SECONDS = 2e-6  # Of one threshold that is drawn, and of an integral over it.
START_SECONDS, EVALUATE_SECONDS = 20, 25


def training_seconds(settings: Preset, steps: int | None = None) -> float:
    """About how long two cores train a run, in seconds; `steps` if not all are to be done."""
    step = _STEP_SECONDS.get(settings.dataset, _OTHER_STEP_SECONDS)
    step *= 0.3 + 0.7 * settings.hidden_units / 512
    if settings.model == "thresholded":
        step = settings.samples * settings.batch_size * _DRAW_SECONDS.get(
            settings.network, _OTHER_DRAW_SECONDS)
        if settings.posterior == "gamma_thresholded_normal":
            step += settings.batch_size * settings.latent_dim * _THRESHOLD_SECONDS
    if settings.model == "beta_tcvae":
        step += _TOTAL_CORRELATION_SECONDS * settings.latent_dim / 60
    return START_SECONDS + step * (settings.steps if steps is None else steps)
