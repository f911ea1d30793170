import numpy as np
import pytest

from vsc_tf.metrics import factor_vae_score

N = 2000
FACTORS = np.random.default_rng(0).integers(0, 3, (N, 4))
NOISE = np.random.default_rng(1).normal(size=(N, 4))


def test_perfect_code():
    assert factor_vae_score(FACTORS, FACTORS) == 1.0
    assert factor_vae_score(np.hstack([FACTORS, FACTORS]), FACTORS) == 1.0
    assert factor_vae_score(FACTORS[:, [2, 0, 3, 1]], FACTORS) == 1.0


def test_random_code_is_at_chance():
    assert factor_vae_score(NOISE, FACTORS) == pytest.approx(1 / 4, abs=0.05)


def test_votes_of_the_evaluation_are_others():
    # With 200 latents of noise each has a few votes: a classifier that may see the votes it is
    # tested on would find far more than chance.
    noise = np.random.default_rng(2).normal(size=(N, 200))
    assert factor_vae_score(noise, FACTORS) < 0.33


def test_code_of_half_of_the_factors():
    # Fixing one of the two others is a vote for either latent: at best one of them is right.
    assert factor_vae_score(FACTORS[:, :2], FACTORS) == pytest.approx(0.5, abs=0.06)


def test_continuous_factors_share_bins():
    lines = np.random.default_rng(3).uniform(size=(N, 3))
    assert factor_vae_score(lines, lines) > 0.99


def test_scale_and_dead_latents_do_not_matter():
    z = FACTORS + 0.3 * NOISE
    expected = factor_vae_score(z, FACTORS)
    scaled = z * np.array([1e-150, 1.0, 1e150, 10.0])
    assert factor_vae_score(scaled, FACTORS) == pytest.approx(expected)
    rarely = np.where(np.arange(N)[:, None] % 25 == 0, NOISE, 0.0)  # On in 4 %.
    dead = np.hstack([np.zeros((N, 2)), rarely, z, np.full((N, 1), 0.1)])
    assert factor_vae_score(dead, FACTORS) == pytest.approx(expected)
    constant = np.column_stack([np.ones(N), FACTORS])
    assert factor_vae_score(z, constant) == pytest.approx(expected)


def test_ties_are_shared():
    # Half of the time the attribute is absent, its two latents are off and the vote is halved.
    rng = np.random.default_rng(4)
    present = rng.random((N, 1)) < 0.5
    factors = present * rng.choice([1.0, 2.0, 3.0], (N, 2))
    score = factor_vae_score(factors, factors)
    assert score == pytest.approx(0.75, abs=0.04)
    assert factor_vae_score(factors[:, ::-1], factors) == pytest.approx(score, abs=0.04)


def test_same_seed_same_score():
    z = FACTORS + 2.0 * NOISE
    assert factor_vae_score(z, FACTORS, seed=5) == factor_vae_score(z, FACTORS, seed=5)
    assert factor_vae_score(z, FACTORS, seed=5) != factor_vae_score(z, FACTORS, seed=6)


def test_constant_codes_are_at_chance():
    assert factor_vae_score(np.full((N, 3), 0.1), FACTORS) == 1 / 4


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": np.full((N, 1), np.nan)}, "`z` must be finite", id="nan"),
    pytest.param({"z": FACTORS[:30]}, "as many rows as `z`, 30", id="lengths"),
    pytest.param({"factors": FACTORS[:, :1]}, "at least 2 factors that vary", id="one-factor"),
    pytest.param({"z": FACTORS[:30], "factors": FACTORS[:30]},
                 "a value that 20 observations share. Received: 0", id="too-rare"),
    pytest.param({"seed": None}, "`seed` must be.*Received: seed=None", id="seed"),
])
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        factor_vae_score(**({"z": FACTORS, "factors": FACTORS} | change))
