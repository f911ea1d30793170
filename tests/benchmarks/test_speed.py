"""The benchmark's list of matrix products."""
import pytest

from benchmarks.speed import products, products_alone


def multiply_adds(shapes):
    return sum(m * k * n for m, k, n, *_ in shapes)


def test_products_are_those_of_the_papers_network():
    shapes = products(features=784, hidden=3000, latents=60, pseudo_inputs=0, batch=500,
                      outputs=2 * 784)
    forward = 784 * 3000 + 3000 * 180 + 60 * 3000 + 3000 * 1568
    # Three products for each layer, but none for the gradient of the observations.
    assert multiply_adds(shapes) == 500 * (3 * forward - 784 * 3000)


def test_gradients_are_products_of_what_the_layer_has_at_hand():
    shapes = products(features=5, hidden=4, latents=2, pseudo_inputs=3, batch=7, outputs=6)
    assert shapes[-3:] == [(7, 4, 6, False, False), (4, 7, 6, True, False),
                           (7, 6, 4, False, True)]  # h W, h^T g and g W^T.


@pytest.mark.parametrize("transposed", [True, False])
def test_every_product_is_possible(transposed):
    shapes = products(features=5, hidden=4, latents=2, pseudo_inputs=3, batch=7, outputs=6)
    assert len(products_alone(shapes, "float32", transposed)()) == len(shapes)


def test_each_pseudo_input_adds_its_encoding_and_its_column_of_two_tables():
    sizes = {"features": 10, "hidden": 4, "latents": 2, "batch": 7, "outputs": 10}
    more = multiply_adds(products(pseudo_inputs=1, **sizes)) - multiply_adds(
        products(pseudo_inputs=0, **sizes))
    assert more == 3 * (10 * 4 + 4 * 6) + 2 * 7 * 10 + 3 * 7 * 6
