"""Signs and sums of what training maximises, by hand."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import objectives, posteriors
from vsc_tf.objectives import (
    Average,
    Best,
    Draws,
    ImportanceWeighted,
    SoftmaxWeighted,
    Terms,
    averaged,
)

ONE = {"kl_weight": 1.}


@pytest.fixture
def terms():
    """Two observations; every term another number."""
    return Terms(reconstruction=tf.constant([-10., -7.]), kl=tf.constant([3., 1.]),
                 selection_kl=tf.constant([0.5, 0.25]))


@pytest.fixture
def draws():
    """Two draws of two observations: their means are `terms`."""
    return Draws(reconstruction=tf.constant([[-12., -7.], [-8., -7.]]), kl=tf.constant([3., 1.]),
                 price=tf.constant([0.5, 0.25]))


def test_bounds_are_reconstruction_less_what_the_code_costs(terms):
    np.testing.assert_allclose(terms.elbo_paper, [-13., -8.])
    np.testing.assert_allclose(terms.elbo, [-13.5, -8.25])


def test_bounds_grow_with_reconstruction_and_fall_with_every_cost(terms):
    for bound in objectives.BOUNDS:
        assert (getattr(terms._replace(reconstruction=terms.reconstruction + 1), bound)
                > getattr(terms, bound)).numpy().all()
        assert (getattr(terms._replace(kl=terms.kl + 1), bound)
                < getattr(terms, bound)).numpy().all()
    dearer = terms._replace(selection_kl=terms.selection_kl + 1)
    assert (dearer.elbo < terms.elbo).numpy().all()
    np.testing.assert_array_equal(dearer.elbo_paper, terms.elbo_paper)


def test_terms_are_means_over_draws(terms, draws):
    each = draws._replace(kl=tf.constant([[1., 0.], [5., 2.]]))  # One KL for each draw.
    for found in (averaged(draws), averaged(each)):
        for ours, expected in zip(found, terms, strict=True):
            np.testing.assert_allclose(ours, expected)


@pytest.mark.parametrize("bound", objectives.BOUNDS)
def test_loss_is_minus_the_bound(terms, draws, bound):
    np.testing.assert_allclose(Average(bound=bound).loss(draws, ONE), -getattr(terms, bound))


def test_loss_by_hand(draws):
    # 10 + 3 + 0.5 and 7 + 1 + 0.25: the bound is `elbo`.
    np.testing.assert_allclose(Average().loss(draws, ONE), [13.5, 8.25])
    np.testing.assert_allclose(Average(bound="elbo_paper").loss(draws, ONE), [13., 8.])


def test_the_weight_of_the_kl_weighs_the_price_too(draws):
    dense = draws._replace(price=tf.zeros(2))
    for weight, expected in ((0., [10., 7.]), (1., [13., 8.]), (4., [22., 11.])):
        np.testing.assert_allclose(Average(weight).loss(dense, {"kl_weight": weight}), expected)
    np.testing.assert_allclose(Average().loss(draws, {"kl_weight": 4.}), [24., 12.])


def test_the_weight_of_the_kl_is_a_schedule_from_what_was_given():
    assert Average().schedules == {"kl_weight": (0, 0, 1., 1.)}
    assert Average(4).schedules == {"kl_weight": (0, 0, 4., 4.)}
    assert not Best().schedules and not SoftmaxWeighted().schedules
    assert not ImportanceWeighted().schedules


def test_best_takes_the_draw_that_reconstructs_best(draws):
    np.testing.assert_allclose(Best().loss(draws, {}), [8. + 3.5, 7. + 1.25])


def test_softmax_weighs_the_losses_of_the_draws_by_themselves(draws):
    losses = np.array([[15.5, 8.25], [11.5, 8.25]])
    weights = np.exp(-losses) / np.exp(-losses).sum(axis=0)
    np.testing.assert_allclose(
        SoftmaxWeighted().loss(draws, {}), (weights * losses).sum(axis=0), rtol=1e-6)


def test_softmax_weights_have_a_gradient_of_their_own(draws):
    reconstruction = draws.reconstruction
    with tf.GradientTape() as tape:
        tape.watch(reconstruction)
        loss = SoftmaxWeighted().loss(draws._replace(reconstruction=reconstruction), {})
    weights = tf.nn.softmax(reconstruction, axis=0)  # The gradient if they were constants.
    gradient = tape.gradient(loss, reconstruction)
    assert np.abs(gradient + weights)[:, 0].max() > 0.01
    np.testing.assert_allclose(tf.reduce_sum(gradient, axis=0), [-1., -1.], rtol=1e-5)


def test_importance_weighted_is_the_logarithm_of_the_mean_weight():
    weights = np.array([[0.1, 2.], [0.3, 4.], [0.2, 6.]])
    draws = Draws(None, None, None, tf.constant(np.log(weights), tf.float32))
    loss = ImportanceWeighted().loss(draws, {})
    np.testing.assert_allclose(loss, -np.log(weights.mean(axis=0)), rtol=1e-5)
    assert (loss.numpy() <= -np.log(weights).mean(axis=0)).all()  # Tighter than the mean.


@pytest.mark.parametrize("posterior", [
    posteriors.SpikeAndSlab(), posteriors.RectifiedNormal(), posteriors.Deterministic()],
    ids=lambda posterior: type(posterior).__name__)
def test_importance_weights_are_refused_where_they_jump(posterior):
    ImportanceWeighted().check(posteriors.Normal())
    with pytest.raises(ValueError, match=f"without an atom.*Received: "
                                         f"posterior={type(posterior).__name__}. Use .*average"):
        ImportanceWeighted().check(posterior)


@pytest.mark.parametrize(("arguments", "message"), [
    ({"kl_weight": -1.}, "`kl_weight` must be a finite number of at least 0"),
    ({"bound": "iwae"}, r"`bound` must be one of \('elbo', 'elbo_paper'\)")])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        Average(**arguments)


@pytest.mark.parametrize(("name", "kind"), objectives.OBJECTIVES.items())
def test_get_makes_an_objective_by_name_and_passes_objects_through(name, kind):
    made = objectives.get(name)
    assert type(made) is kind and objectives.get(made) is made
    assert type(made).from_config(made.get_config()).get_config() == made.get_config()


def test_get_names_the_objectives_there_are():
    with pytest.raises(ValueError, match=r"`objective` must be .*'average'.*Received: objective="):
        objectives.get("sum")
