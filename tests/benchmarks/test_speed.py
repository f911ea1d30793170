"""The benchmark's list of matrix products."""
from benchmarks.speed import products


def test_products_are_those_of_the_papers_network():
    shapes = products(features=784, hidden=3000, latents=60, pseudo_inputs=0, batch=500,
                      outputs=2 * 784)
    forward = 784 * 3000 + 3000 * 180 + 60 * 3000 + 3000 * 1568
    # Three products for each layer, but none for the gradient of the observations.
    assert sum(m * k * n for m, k, n in shapes) == 500 * (3 * forward - 784 * 3000)


def test_pseudo_inputs_are_trained_so_their_gradient_is_needed():
    with_them = products(10, 4, 2, pseudo_inputs=3, batch=1, outputs=10)
    assert (3, 4, 10) in with_them and (1, 4, 10) in with_them  # The second is the decoder's.
    assert (3, 6, 4) in with_them
