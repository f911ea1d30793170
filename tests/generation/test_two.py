"""Two objects: comparing is symmetric, swapping twice is nothing, ways end where they should."""
import numpy as np
import pytest

from vsc_tf import generation


@pytest.fixture
def pair(rows):
    return rows[:8], rows[8:16]


def test_compare_is_symmetric(model, pair):
    ab, ba = generation.compare(model, *pair), generation.compare(model, *pair[::-1])
    np.testing.assert_array_equal(ab.shared, ba.shared)
    np.testing.assert_array_equal(ab.only_a, ba.only_b)
    np.testing.assert_array_equal(ab.contribution_a, ba.contribution_b)
    np.testing.assert_array_equal(ab.contribution_b, ba.contribution_a)


def test_compare_puts_every_latent_that_is_on_into_one_set(vsc, pair):
    found = generation.compare(vsc, *pair)
    on_a, on_b = (vsc.encode(x).z != 0. for x in pair)
    np.testing.assert_array_equal(found.shared | found.only_a, on_a)
    np.testing.assert_array_equal(found.shared | found.only_b, on_b)
    assert not (found.only_a & found.only_b).any() and not (found.shared & found.only_a).any()
    assert found.only_a.any() and found.only_b.any() and found.shared.any()


def test_contribution_is_what_switching_off_changes(model, rows):
    z = model.encode(rows[:3]).z
    found = generation.contributions(model, z)
    for dim in range(6):
        change = model.reconstruct(rows[:3]) - generation.toggle(model, rows[:3], [dim]).x
        np.testing.assert_allclose(found[:, dim], np.abs(change).mean(axis=1), atol=1e-6)
    assert (found[z == 0.] == 0.).all() and (found[z != 0.] > 0.).all()


def test_one_object_is_compared_with_many(vsc, rows):
    many = generation.compare(vsc, rows[:1], rows[:5])
    single = generation.compare(vsc, rows[:1], rows[4:5])
    np.testing.assert_array_equal(many.only_b[4], single.only_b[0])


@pytest.mark.parametrize("use", [
    generation.compare, lambda *args: generation.swap(*args, [0]), generation.interpolate])
def test_objects_that_do_not_fit_are_refused(vsc, rows, use):
    with pytest.raises(ValueError,
                       match="`a` and `b` must hold the same number.*Received: 2 and 3"):
        use(vsc, rows[:2], rows[:3])
    with pytest.raises(ValueError, match=r"`b` must have shape \[n, 12\]. Received"):
        use(vsc, rows[:2], rows[:2, :7])


def test_swapping_all_is_exchanging_and_swapping_twice_is_nothing(model, pair):
    a, b = generation.swap(model, *pair, np.arange(6))
    np.testing.assert_allclose(a.x, model.reconstruct(pair[1]), atol=1e-6)
    np.testing.assert_allclose(b.x, model.reconstruct(pair[0]), atol=1e-6)


def test_swap_leaves_the_other_latents(vsc, pair):
    z_a, z_b = (vsc.encode(x).z for x in pair)
    a, b = generation.swap(vsc, *pair, [1, 3])
    np.testing.assert_array_equal(a.z[:, [1, 3]], z_b[:, [1, 3]])
    np.testing.assert_array_equal(b.z[:, [1, 3]], z_a[:, [1, 3]])
    np.testing.assert_array_equal(a.z[:, [0, 2, 4, 5]], z_a[:, [0, 2, 4, 5]])


def test_interpolation_goes_from_one_to_the_other(model, pair):
    way = generation.interpolate(model, *pair, steps=3)
    z_a, z_b = (model.encode(x).z for x in pair)
    np.testing.assert_allclose(way.z, np.stack([z_a, (z_a + z_b) / 2, z_b], axis=1), atol=1e-6)
    np.testing.assert_allclose(way.x[:, 2], model.reconstruct(pair[1]), atol=1e-6)


def test_interpolation_moves_shared_or_exclusive_latents(vsc, pair):
    z_a, z_b = (vsc.encode(x).z for x in pair)
    both = (z_a != 0.) & (z_b != 0.)
    shared = generation.interpolate(vsc, *pair, steps=4, along="shared").z
    np.testing.assert_array_equal(shared[:, -1], np.where(both, z_b, z_a))
    assert ((shared != 0.) == (z_a != 0.)[:, None]).all()  # Nothing is switched.
    exclusive = generation.interpolate(vsc, *pair, steps=4, along="exclusive").z
    np.testing.assert_array_equal(exclusive[:, -1], np.where(both, z_a, z_b))
    np.testing.assert_allclose(exclusive[both[:, None].repeat(4, 1)].reshape(-1, 4).std(), np.std(
        np.repeat(z_a[:, None], 4, 1)[both[:, None].repeat(4, 1)]), rtol=1e-5)


def test_ways_that_lead_nowhere_are_refused(vsc, pair):
    with pytest.raises(ValueError, match="`steps` must be at least 2.*Received: steps=1"):
        generation.interpolate(vsc, *pair, steps=1)
    with pytest.raises(ValueError, match="`along` must be one of.*Received: along='none'"):
        generation.interpolate(vsc, *pair, along="none")
