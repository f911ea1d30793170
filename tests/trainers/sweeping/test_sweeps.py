"""What the sweeps train."""
import dataclasses

import pytest

from trainers.presets import PRESETS, in_steps
from trainers.sweeping.sweeps import EVALUATE_SECONDS, SWEEPS, grid, training_seconds

EVERY = [pytest.param(sizes[size], id=f"{name}-{size}") for name, sizes in SWEEPS.items()
         for size in sizes]


@pytest.mark.parametrize("sweep", EVERY)
def test_every_case_has_a_name_of_its_own_and_settings_that_fit(sweep):
    assert len({case.name for case in sweep.cases}) == len(sweep.cases)
    for case in sweep.cases:
        settings = case.settings(seed=7)
        assert settings.seed == 7 and case.name.startswith(settings.dataset + "-")
        # All that the case does not name is the preset's.
        plain = in_steps(PRESETS[case.preset], settings.steps)
        given = {*dict(case.given), "seed"}
        for field in dataclasses.fields(settings):
            if field.name not in given:
                assert getattr(settings, field.name) == getattr(plain, field.name)


@pytest.mark.parametrize("name", SWEEPS)
def test_small_sweeps_take_about_an_hour_of_two_cores(name):
    sweep = SWEEPS[name]["small"]
    seconds = sum(EVALUATE_SECONDS + training_seconds(case.settings(0)) for case in sweep.cases)
    assert seconds * len(sweep.seeds) < 4000


def models(name, size, **wanted):
    cases = [case.settings(0) for case in SWEEPS[name][size].cases]
    return [s for s in cases if all(getattr(s, key) == value for key, value in wanted.items())]


@pytest.mark.parametrize("size", ["small", "published"])
def test_sweeps_hold_what_the_papers_figures_need(size):
    for data in ("fashion_mnist", "uci_har"):
        assert len({s.alpha for s in models("elbo", size, dataset=data, model="vsc")}) >= 4
        assert 1.0 in {s.beta for s in models("elbo", size, dataset=data, model="beta_vae")}
        assert models("activation", size, dataset=data, model="vsc")
    for latents in (18, 40, 50, 60):
        for model in ("vsc", "beta_vae", "beta_tcvae"):
            assert models("disentangle", size, latent_dim=latents, model=model, dataset="smiley")
    for latents in (2, 60):
        for model in ("autoencoder", "vae", "vsc"):
            assert models("mnist", size, latent_dim=latents, model=model, dataset="mnist")
        warm = {s.slab_warmup > 0 and s.slab_ramp > 0
                for s in models("mnist", size, latent_dim=latents, model="vsc")}
        assert warm == {True, False}


def test_published_dense_twins_have_the_published_rates():
    for name, rate in (("elbo", 1e-4), ("mnist", 1e-4), ("disentangle", 5e-5)):
        for settings in models(name, "published"):
            if settings.model != "vsc":
                assert settings.learning_rate == settings.final_learning_rate == rate
            assert settings.hidden_units == 3000
            assert settings.steps == (200_000 if name == "disentangle" else 70_000)


def test_settings_for_every_run_keep_the_share_of_a_warm_up():
    warm, = (case for case in SWEEPS["mnist"]["small"].cases
             if case.name == "mnist-vsc_warm-up-latent2")
    settings = warm.settings(0, {"steps": 60, "hidden_units": 16})
    assert (settings.steps, settings.slab_warmup, settings.hidden_units) == (60, 1 / 6, 16)
    assert warm.label == "VSC warm-up"


def test_a_grid_is_every_combination():
    cases = grid("smiley", "beta_vae", (("steps", 500),), latent_dim=(2, 3), beta=(1.0, 2.5))
    assert [case.name for case in cases] == [
        "smiley-beta_vae-latent2-beta1", "smiley-beta_vae-latent2-beta2.5",
        "smiley-beta_vae-latent3-beta1", "smiley-beta_vae-latent3-beta2.5"]
    assert dict(cases[1].given) == {
        "steps": 500, "model": "beta_vae", "latent_dim": 2, "beta": 2.5}
