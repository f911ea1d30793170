"""The [batch, count] table of divergences as matrix products, against the naive tensor."""
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from vsc_tf.distributions import CodeDistribution, SpikeAndSlab, pairwise_kl, pairwise_log_prob

tfd = tfp.distributions

BATCH, COUNT, LATENT = 7, 11, 13  # Primes: a size says which axes it is made of.


def parameters(seed, n, logit_spread=3.0, loc_spread=1.0, offset=0.0, scales=(0.3, 3.0)):
    """Float64 (logits, loc, scale), each [n, LATENT]."""
    rng = np.random.default_rng(seed)
    return (rng.uniform(-logit_spread, logit_spread, [n, LATENT]),
            offset + rng.normal(0, loc_spread, [n, LATENT]),
            np.exp(rng.uniform(*np.log(scales), [n, LATENT])))


REGIMES = pytest.mark.parametrize("regime", [
    pytest.param({}, id="usual"),
    pytest.param({"logit_spread": 120.0}, id="saturated-gates"),
    pytest.param({"loc_spread": 100.0}, id="locs-far-apart"),
    pytest.param({"offset": 1000.0}, id="locs-far-from-zero"),
    pytest.param({"scales": (1e-3, 1e-2)}, id="small-scales"),
    pytest.param({"scales": (1e-4, 1e3)}, id="scales-of-all-sizes"),
])


def distributions(regime, dtype):
    """q [BATCH, LATENT] and the components [COUNT, LATENT]."""
    return (SpikeAndSlab(*(p.astype(dtype) for p in parameters(seed, n, **regime)))
            for seed, n in ((1, BATCH), (2, COUNT)))


def naive_kl(q, components):
    """The same by the registered KL of every pair, as a [batch, count, latent] tensor."""
    q = SpikeAndSlab(*(t[:, None] for t in (q.logits, q.loc, q.scale)))
    return tf.reduce_sum(q.kl_divergence(components), axis=-1)


def rounding(q, components, dtype):
    """What each sum can lose, [batch, count]: the expanded square's terms times their rounding.

    Terms are moments about the mean component over t^2. They cancel where m is near n, while
    the error that they were rounded with stays.
    """
    centre = tf.reduce_mean(components.loc, axis=0)
    reach = (tf.abs(q.loc - centre) + q.scale)[:, None] + tf.abs(components.loc - centre)
    size = tf.reduce_sum((reach / components.scale)**2, axis=-1)
    return np.finfo(dtype).eps * size.numpy()


@REGIMES
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_table_equals_the_naive_one_to_rounding(regime, dtype):
    q, components = distributions(regime, dtype)
    expected = naive_kl(*distributions(regime, "float64")).numpy()
    # The relative part is for logs, sigmoids and the rounding of the parameters themselves,
    # which 1000 away from 0 is 1000 times that of their differences.
    relative = {"float64": 1e-11, "float32": 1e-4 if "offset" in regime else 1e-5}[dtype]
    error = abs(pairwise_kl(q, components).numpy() - expected)
    assert (error <= rounding(q, components, dtype) + relative * expected).all()


@pytest.mark.parametrize("regime", [
    pytest.param({}, id="usual"), pytest.param({"logit_spread": 120.0}, id="saturated-gates"),
    pytest.param({"offset": 1000.0}, id="locs-far-from-zero")])
def test_rounding_is_small_where_models_live(regime):
    # The bound above must not be so wide that the comparison means nothing.
    q, components = distributions(regime, "float32")
    assert rounding(q, components, "float32").max() < 1e-3


@REGIMES
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_divergence_to_itself_is_zero_and_none_is_negative(regime, dtype):
    _, p = distributions(regime, dtype)
    table = pairwise_kl(p, p).numpy()
    # 13 latents, each with four logs of up to 120 in size, and the squares.
    tolerance = 4 * 13 * 120 * np.finfo(dtype).eps + rounding(p, p, dtype)
    assert (abs(np.diag(table)) <= np.diag(tolerance)).all()
    assert (table >= -tolerance).all()


def test_divergence_is_from_the_observation_to_the_component():
    q, p = SpikeAndSlab([[3.0]], [[1.0]], [[0.5]]), SpikeAndSlab([[-2.0]], [[0.0]], [[2.0]])
    forth, back = (float(a.kl_divergence(b)[0, 0]) for a, b in ((q, p), (p, q)))
    assert abs(forth - back) > 0.4  # So the order of arguments shows.
    assert float(pairwise_kl(q, p)[0, 0]) == pytest.approx(forth, rel=1e-5)
    assert float(pairwise_kl(p, q)[0, 0]) == pytest.approx(back, rel=1e-5)


def test_shifting_all_codes_changes_nothing():
    q, components = distributions({}, "float32")
    moved = [SpikeAndSlab(d.logits, d.loc + 64.0, d.scale) for d in (q, components)]
    # Squares taken about 0 would lose 64^2 x 13 / 0.3^2 / 2^23 = 0.07 nats here.
    np.testing.assert_allclose(pairwise_kl(*moved), pairwise_kl(q, components), atol=2e-3)


@pytest.mark.parametrize("shape", [(), (LATENT,), (COUNT, 1)], ids=str)
@pytest.mark.parametrize("part", [0, 1, 2], ids=["logits", "loc", "scale"])
def test_parameters_may_broadcast(part, shape):
    q, components = (list(parameters(seed, COUNT)) for seed in (1, 2))
    for side in (q, components):
        side[part] = np.full(shape, 0.7)
        table = pairwise_kl(SpikeAndSlab(*q), SpikeAndSlab(*components))
        np.testing.assert_allclose(
            table, naive_kl(*(SpikeAndSlab(*(np.broadcast_to(v, [COUNT, LATENT]) for v in d))
                              for d in (q, components))), rtol=1e-10)


def gradients(function, regime, dtype):
    """Of a sum of the table with uneven weights, in all six parameters."""
    q, components = (SpikeAndSlab(*map(tf.Variable, (d.logits, d.loc, d.scale)))
                     for d in distributions(regime, dtype))
    weights = np.random.default_rng(3).uniform(0, 1, [BATCH, COUNT]).astype(dtype)
    sources = [getattr(d, n) for d in (q, components) for n in ("logits", "loc", "scale")]
    with tf.GradientTape() as tape:
        tape.watch(sources)
        total = tf.reduce_sum(weights * function(
            SpikeAndSlab(*sources[:3]), SpikeAndSlab(*sources[3:])))
    return tape.gradient(total, sources)


@REGIMES
def test_gradient_equals_the_naive_one(regime):
    # In float64: the algebra. Its rounding error is bounded by the test of values.
    ours, naive = (gradients(f, regime, "float64") for f in (pairwise_kl, naive_kl))
    for name, a, b in zip(("q logits", "q loc", "q scale", "logits", "loc", "scale"), ours, naive):
        size = np.abs(b).max()
        np.testing.assert_allclose(a, b, rtol=1e-8, atol=1e-8 * size, err_msg=name)


def test_gradient_in_float32_equals_the_naive_one_where_models_live():
    ours, naive = (gradients(f, {}, "float32") for f in (pairwise_kl, naive_kl))
    for name, a, b in zip(("q logits", "q loc", "q scale", "logits", "loc", "scale"), ours, naive):
        np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4 * np.abs(b).max(), err_msg=name)


@pytest.mark.parametrize("logit", [-120.0, 120.0])
@pytest.mark.parametrize("scale", [1e-6, 1e3])
def test_values_and_gradients_are_finite_at_the_extremes(logit, scale):
    q = [tf.fill([2, 3], v) for v in (-logit, 5.0, 1.0)]
    p = [tf.fill([4, 3], v) for v in (logit, -5.0, scale)]
    with tf.GradientTape() as tape:
        tape.watch([*q, *p])
        table = pairwise_kl(SpikeAndSlab(*q), SpikeAndSlab(*p))
    assert np.isfinite(table).all()
    assert all(np.isfinite(g).all() for g in tape.gradient(table, [*q, *p]))


def tensors_over_all_three_axes(function):
    """Names of graph tensors of `function` and its gradient with BATCH x COUNT x LATENT values."""
    def loss_and_gradients(*sources):
        with tf.GradientTape() as tape:
            tape.watch(sources)
            table = function(SpikeAndSlab(*sources[:3]), SpikeAndSlab(*sources[3:]))
        return table, tape.gradient(table, sources)

    specs = [tf.TensorSpec([n, LATENT]) for n in (BATCH, COUNT) for _ in range(3)]
    graph = tf.function(loss_and_gradients).get_concrete_function(*specs).graph
    found = []
    for inner in (graph, *(f.graph for f in getattr(graph, "_functions", {}).values()
                           if hasattr(f, "graph"))):
        for tensor in (t for op in inner.get_operations() for t in op.outputs):
            size = tensor.shape.num_elements()
            # Of unknown size may only be index vectors: the axes a gradient is summed over.
            assert size is not None or (tensor.shape.rank == 1 and tensor.dtype.is_integer), tensor
            if size is not None and size >= BATCH * COUNT * LATENT:
                found.append(tensor.name)
    return found


def test_neither_values_nor_gradients_build_a_tensor_over_all_three_axes():
    assert tensors_over_all_three_axes(naive_kl)  # The search finds one where there is one.
    assert tensors_over_all_three_axes(pairwise_kl) == []


class Laplace(tfd.Laplace, CodeDistribution):
    """A family whose log density is no quadratic: pairs are taken one after another."""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_family_without_a_quadratic_goes_by_its_registered_divergence(dtype):
    q, p = (Laplace(*(v.astype(dtype) for v in parameters(seed, n)[1:]))
            for seed, n in ((1, BATCH), (2, COUNT)))
    apart = Laplace(q.loc[:, None], q.scale[:, None])
    expected = tf.reduce_sum(tfd.kl_divergence(apart, p), axis=-1)
    table = pairwise_kl(q, p)
    assert table.dtype == dtype
    np.testing.assert_allclose(table, expected, rtol=1e-5)
    z = q.loc
    np.testing.assert_allclose(
        pairwise_log_prob(z, p), tf.reduce_sum(p.log_prob(z[:, None]), axis=-1), rtol=1e-5)
