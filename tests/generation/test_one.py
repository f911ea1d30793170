"""One object: what is off stays off, what is not touched does not change."""
import numpy as np
import pytest

from vsc_tf import generation


def test_variations_have_the_very_features_of_their_observation(vsc, rows):
    on = vsc.encode(rows).z != 0.
    assert on.any(axis=1).all() and not on.all()
    varied = generation.generate_like(vsc, rows, 4, likeness=0.)
    assert varied.z.shape == (96, 4, 6) and varied.x.shape == (96, 4, 12)
    np.testing.assert_array_equal(varied.z != 0., np.repeat(on[:, None], 4, axis=1))
    assert np.unique(varied.z[varied.z != 0.]).size == np.count_nonzero(varied.z)


def test_variations_of_likeness_one_are_the_observation(model, rows, made):
    if model is made("autoencoder"):
        return
    varied = generation.generate_like(model, rows[:3], 2, likeness=1)
    np.testing.assert_allclose(varied.z, np.repeat(model.encode(rows[:3]).z[:, None], 2, axis=1),
                               atol=1e-5)
    np.testing.assert_allclose(varied.x[:, 0], model.reconstruct(rows[:3]), atol=1e-5)


def test_variations_repeat_with_their_seed_only(vsc, rows):
    first, again, other = (generation.generate_like(vsc, rows[:2], 3, seed=seed).x
                           for seed in (4, 4, 5))
    np.testing.assert_array_equal(first, again)
    assert not np.isclose(first, other).all()


def test_an_observation_without_features_cannot_be_varied(made, rows):
    vsc = made("vsc")
    gates = vsc.posterior.dense.bias.numpy()
    try:
        vsc.posterior.dense.bias.assign(gates - 1000. * (np.arange(18) < 6))
        with pytest.raises(ValueError, match="with none, the first at index 0.*`toggle`"):
            generation.generate_like(vsc, rows[:3], 2)
    finally:
        vsc.posterior.dense.bias.assign(gates)


@pytest.mark.parametrize("likeness", [-0.1, 1.1, "1", True])
def test_likeness_must_be_a_share(vsc, rows, likeness):
    with pytest.raises(ValueError, match="`likeness` must be a number from 0 to 1.*Received"):
        generation.generate_like(vsc, rows[:1], 1, likeness)


def test_without_a_prior_there_are_no_variations_and_no_slab_mean(made, rows):
    model = made("autoencoder")
    with pytest.raises(ValueError, match="model with a prior. Received: Autoencoder.*traverse"):
        generation.generate_like(model, rows[:1], 1)
    with pytest.raises(ValueError, match="Received: Autoencoder .*Pass a `donor`"):
        generation.toggle(model, rows[:1], [0], on=True)


def test_traverse_moves_one_latent_and_leaves_the_others(model, rows):
    z = model.encode(rows[:2]).z
    values = [[-1., 0., 1., 2.], [5., 6., 7., 8.]]
    moved = generation.traverse(model, rows[:2], [4, 1], values)
    assert moved.z.shape == (2, 2, 4, 6) and moved.x.shape == (2, 2, 4, 12)
    for i, dim in enumerate([4, 1]):
        np.testing.assert_array_equal(moved.z[:, i, :, dim], [values[i]] * 2)
        others = np.delete(np.arange(6), dim)
        np.testing.assert_array_equal(moved.z[:, i][..., others],
                                      np.repeat(z[:, None, others], 4, axis=1))
    np.testing.assert_allclose(moved.x[1, 0, 3], model.decode(moved.z[1, 0, 3:4])[0], atol=1e-6)


def test_a_latent_moved_to_where_it_is_leaves_the_reconstruction(model, rows):
    x = rows[:1]
    value = model.encode(x).z[0, 3]
    moved = generation.traverse(model, x, [3], [value])
    np.testing.assert_allclose(moved.x[:, 0, 0], model.reconstruct(x), atol=1e-6)


@pytest.mark.parametrize("values", [[], [[1., 2.]], [np.nan], [[[1.]]]])
def test_values_that_do_not_fit_are_refused(vsc, rows, values):
    with pytest.raises(ValueError, match=r"`values` must hold finite numbers.*2 dim.*Received"):
        generation.traverse(vsc, rows[:1], [0, 1], values)


@pytest.mark.parametrize("dims", [[], [6], [-1], [1, 1], [0.5], ["a"], [[1]], [True]])
def test_dimensions_that_do_not_exist_are_refused(vsc, rows, dims):
    for use in (lambda: generation.toggle(vsc, rows[:1], dims),
                lambda: generation.traverse(vsc, rows[:1], dims, [0.]),
                lambda: generation.swap(vsc, rows[:1], rows[1:2], dims)):
        with pytest.raises(ValueError, match="`dims` must hold .*latent dimension.*Received: dims"):
            use()


def test_switching_off_what_is_off_changes_nothing(vsc, rows):
    z = vsc.encode(rows).z
    row = np.flatnonzero((z == 0.).any(axis=1))[0]
    x = rows[row:row + 1]
    z = vsc.encode(x).z  # Of this row alone: another batch size may round otherwise.
    off = generation.toggle(vsc, x, np.flatnonzero(z[0] == 0.))
    np.testing.assert_array_equal(off.z, z)
    np.testing.assert_allclose(off.x, vsc.reconstruct(x), atol=1e-6)


def test_switching_off_touches_the_named_latents_only(model, rows):
    z = model.encode(rows).z
    off = generation.toggle(model, rows, [0, 5])
    assert not off.z[:, [0, 5]].any()
    np.testing.assert_array_equal(off.z[:, 1:5], z[:, 1:5])
    np.testing.assert_allclose(off.x, model.decode(off.z), atol=1e-6)


def test_switching_on_takes_the_prior_s_mean_where_off_and_leaves_what_is_on(vsc, rows):
    z = vsc.encode(rows).z
    on = generation.toggle(vsc, rows, [2], on=True).z
    mean = generation.prior_slab_mean(vsc)[2]
    np.testing.assert_array_equal(on[:, 2], np.where(z[:, 2] == 0., mean, z[:, 2]))
    np.testing.assert_array_equal(np.delete(on, 2, axis=1), np.delete(z, 2, axis=1))


def test_the_prior_s_slab_mean_weighs_components_by_their_spikes(vsc):
    components = vsc.components()
    h, n = components.spike_probs.numpy().astype(float), components.loc.numpy()
    np.testing.assert_allclose(generation.prior_slab_mean(vsc), (h * n).sum(0) / h.sum(0),
                               rtol=1e-4, atol=1e-6)


def test_switching_on_takes_the_donor_s_slab_mean(vsc, rows):
    z = vsc.encode(rows).z
    donor = np.flatnonzero(z[:, 2])[0]
    on = generation.toggle(vsc, rows, [2], on=True, donor=rows[donor:donor + 1]).z
    np.testing.assert_allclose(on[z[:, 2] == 0., 2], z[donor, 2], rtol=1e-5)


def test_donors_that_cannot_give_are_refused(vsc, rows):
    without = np.flatnonzero(vsc.encode(rows).z[:, 2] == 0.)[0]
    with pytest.raises(ValueError, match=r"a donor with \[2\] off.*strongest examples"):
        generation.toggle(vsc, rows, [2], on=True, donor=rows[without:without + 1])
    with pytest.raises(ValueError, match=r"`donor` must be one observation.*Received: 2"):
        generation.toggle(vsc, rows, [2], on=True, donor=rows[:2])
    with pytest.raises(ValueError, match="`donor` is for switching on"):
        generation.toggle(vsc, rows, [2], donor=rows[:1])
    with pytest.raises(ValueError, match=r"`donor` must have shape \[n, 12\].*Received"):
        generation.toggle(vsc, rows, [2], on=True, donor=rows[:1, :5])
