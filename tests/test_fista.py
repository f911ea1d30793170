"""FISTA against scikit-learn's coordinate descent, and the dictionary that goes with it."""
import numpy as np
import pytest
from sklearn.decomposition import sparse_encode

from vsc_tf import fista

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(("latents", "values", "penalty"), [
    (20, 30, 0.3), (64, 30, 1.), (256, 64, 0.5), (5, 40, 1e-3)])
def test_codes_are_those_of_scikit_learn(latents, values, penalty):
    atoms = RNG.normal(size=(latents, values))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    x = RNG.normal(size=(40, values))
    expected = sparse_encode(x, atoms, algorithm="lasso_cd", alpha=penalty, max_iter=20_000)
    ours = fista.fista(x, atoms, penalty, steps=20_000, tolerance=1e-7)
    np.testing.assert_allclose(ours, expected, atol=1e-4)
    assert ((ours == 0.) == (np.abs(expected) < 1e-6)).mean() > 0.99


def test_atoms_of_any_norm_and_a_large_penalty():
    atoms = 7. * RNG.normal(size=(10, 4, 5))
    x = RNG.normal(size=(3, 4, 5))
    expected = sparse_encode(x.reshape(3, -1), atoms.reshape(10, -1), algorithm="lasso_cd",
                             alpha=20., max_iter=20_000)
    np.testing.assert_allclose(fista.fista(x, atoms, 20., 20_000, 1e-8), expected, atol=1e-4)
    assert not fista.fista(x, atoms, penalty=1e6).any()


@pytest.mark.parametrize("unit", [1e-4, 1e4])
def test_codes_are_as_right_in_any_unit(unit):
    atoms, x = RNG.normal(size=(10, 20)), RNG.normal(size=(30, 20))
    np.testing.assert_allclose(fista.fista(unit * x, atoms, unit * 2., steps=5000) / unit,
                               fista.fista(x, atoms, 2., steps=5000), atol=1e-4)


def test_it_warns_where_it_stops_short():
    atoms, x = RNG.normal(size=(64, 20)), RNG.normal(size=(30, 20))
    with pytest.warns(UserWarning, match="FISTA stopped after 5 steps .* Give more steps"):
        fista.fista(x, atoms, 0.1, steps=5)


def test_many_observations_are_solved_in_parts_alike():
    x, atoms = RNG.normal(size=(1500, 6)), RNG.normal(size=(4, 6))
    both = fista.fista(x, atoms, 0.2, tolerance=0.)
    np.testing.assert_allclose(both[1400:], fista.fista(x[1400:], atoms, 0.2, tolerance=0.),
                               atol=1e-5)


def test_most_atoms_of_a_dictionary_are_found_again():
    """Orthogonal atoms, one in five present; two may stay mixed, in a minimum of their own."""
    rng = np.random.default_rng(0)
    true = np.linalg.qr(rng.normal(size=(12, 12)))[0][:6]
    z = (rng.random((2000, 6)) < 0.2) * rng.normal(0., 2., (2000, 6))
    atoms = fista.fit_dictionary(z @ true, 6, penalty=0.3, steps=600, batch_size=50,
                                 learning_rate=1., decay=0.2)
    np.testing.assert_allclose(np.linalg.norm(atoms, axis=1), 1., rtol=1e-5)
    alike = np.abs(atoms @ true.T)
    assert (alike.max(axis=0) > 0.98).sum() >= 4 and alike.max(axis=0).min() > 0.7


@pytest.mark.parametrize(("arguments", "message"), [
    ((np.ones((2, 3)), np.ones((2, 4)), 1.), "must hold observations of one shape"),
    ((np.ones((2, 3)), np.ones((2, 3)), 0.), "`penalty` must be a positive number"),
    ((np.ones((2, 3)), np.ones((2, 3)), 1., 0), "`steps` must be a positive integer"),
    ((np.full((2, 3), np.nan), np.ones((2, 3)), 1.), "`x` must be finite"),
    ((np.ones((2, 3)), np.ones(3), 1.), "`atoms` must hold at least one observation")])
def test_bad_arguments_are_named(arguments, message):
    with pytest.raises(ValueError, match=message):
        fista.fista(*arguments)


def test_bad_arguments_of_a_dictionary_are_named():
    with pytest.raises(ValueError, match="`latent_dim` must be a positive integer"):
        fista.fit_dictionary(np.ones((4, 3)), 0, 1.)
    with pytest.raises(ValueError, match="dictionary of 1,000,000,000,000 atoms takes .*smaller"):
        fista.fit_dictionary(np.ones((4, 3)), 10**12, 1., batch_size=2)
    with pytest.raises(ValueError, match="`batch_size` must be at most the number of observations"):
        fista.fit_dictionary(np.ones((4, 3)), 2, 1.)
