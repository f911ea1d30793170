"""Which signatures a model has, and what they give for what."""
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf.serving import signatures

BOUND = {"elbo", "reconstruction", "kl"}


def run(model, name, top_k=None, **inputs):
    function, specs = signatures.of(model, top_k)[name]
    outputs = function(*(tf.constant(inputs[spec.name]) for spec in specs))
    return {key: value.numpy() for key, value in outputs.items()}


def test_each_model_has_the_signatures_of_its_kind(each):
    model, x, _ = each
    names = {"serving_default", "encode", "decode", "reconstruct", "score"}
    decoded = {"mean"} | ({"scale"} if "Gaussian" in type(model.likelihood).__name__ else set())
    if not isinstance(model, vsc_tf.Autoencoder):
        names.add("sample_like")
    if isinstance(model, vsc_tf.VSC):
        names.add("topk")
    served = signatures.of(model)
    assert set(served) == names
    noise = np.ones((2, model.latent_dim), "float32")
    outputs = {name: run(model, name, x=x[:2], z=noise, noise=noise) for name in served}
    assert set(outputs["encode"]) == set(model.codes_type._fields)
    assert set(outputs["decode"]) == set(outputs["reconstruct"]) == decoded
    assert set(outputs["score"]) == {"VSC": set(model.term_names),
                                     "Autoencoder": {"reconstruction"}}.get(
                                         type(model).__name__, BOUND)
    if "sample_like" in served:
        assert set(outputs["sample_like"]) == decoded | {"z"}
    for name, found in outputs.items():
        for key, value in found.items():
            assert len(value) == 2 and key in signatures.MEANINGS, (name, key)


def test_a_row_s_reply_does_not_depend_on_the_other_rows(each):
    # A server puts the requests of several clients into one batch.
    model, x, _ = each
    noise = np.random.default_rng(1).normal(size=(9, model.latent_dim)).astype("float32")
    for name in signatures.of(model):
        inputs = {"x": x[:9], "z": noise, "noise": noise}
        together = run(model, name, **inputs)
        alone = run(model, name, **{key: value[6:7] for key, value in inputs.items()})
        for key, value in alone.items():
            np.testing.assert_allclose(value[0], together[key][6], rtol=1e-4, atol=1e-5,
                                       err_msg=f"{name} {key}")


def test_decode_gives_mean_and_scale_in_raw_units(vsc):
    z = np.zeros((1, 5), "float32")
    p = vsc.model.likelihood(vsc.model.decoder_features(tf.constant(z)))
    width, offset = vsc.x.std(axis=0), vsc.x.mean(axis=0)
    out = run(vsc.model, "decode", z=z)
    np.testing.assert_allclose(out["mean"], p.mean() * width + offset, rtol=1e-4)
    np.testing.assert_allclose(out["scale"], p.stddev() * width, rtol=1e-4)


def test_unit_norm_gives_an_observation_its_own_length_back(served):
    model, x, _ = served("Autoencoder")
    once, twice = (run(model, "reconstruct", x=k * x[:3]) for k in (1, 2))
    for key in ("mean", "scale"):
        np.testing.assert_allclose(2 * once[key], twice[key], rtol=1e-5)


def test_sample_like_moves_active_latents_only(vsc):
    noise = np.random.default_rng(0).normal(size=(40, 5)).astype("float32")
    z = run(vsc.model, "encode", x=vsc.x)["z"]
    out, other = (run(vsc.model, "sample_like", x=vsc.x, noise=n) for n in (noise, -noise))
    assert 0.1 < (z == 0).mean() < 0.9
    np.testing.assert_array_equal(out["z"] == 0, z == 0)
    assert (out["z"] != other["z"])[z != 0].all()
    np.testing.assert_allclose(out["mean"], vsc.model.decode(out["z"]), rtol=1e-5)


@pytest.mark.parametrize("top_k", [None, 2])
def test_topk_is_the_code_s_active_latents_strongest_first(vsc, top_k):
    z = run(vsc.model, "encode", x=vsc.x)["z"]
    out = run(vsc.model, "topk", top_k, x=vsc.x)
    assert out["indices"].dtype == np.int32 and out["indices"].shape == (40, top_k or 5)
    for row, indices, values in zip(z, out["indices"], out["values"]):
        active = np.flatnonzero(row)
        expected = active[np.argsort(-np.abs(row[active]))][:top_k]
        count = len(expected)
        assert indices.tolist() == [*expected, *[-1] * (len(indices) - count)]
        np.testing.assert_array_equal(values[:count], row[expected])
        assert (values[count:] == 0).all()


@pytest.mark.parametrize(("x", "message"), [
    (np.zeros((2, 4, 1)), r"\[2,4,1\] is not compatible with expected shape \[\?,4,3\]"),
    (np.zeros((2, 12)), r"\[2,12\] is not compatible with expected shape \[\?,4,3\]"),
    (np.zeros((0, 4, 3)), "Input x must hold at least one row. Received: none"),
    (np.where(np.arange(36).reshape(3, 4, 3) == 14, np.nan, 0.),
     r"Input x must be finite. Received: NaN or infinite .* has index\] \[\[?1\]"),
    (np.full((1, 4, 3), np.inf), "Input x must be finite"),
])
def test_what_a_model_cannot_read_is_refused_in_the_graph(vsc, x, message):
    function, _ = signatures.of(vsc.model)["encode"]
    # A session takes any shape, whatever the signature says.
    graph = tf.function(function, input_signature=[tf.TensorSpec(None)], autograph=False)
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        graph(tf.constant(x, tf.float32))


def test_total_correlation_needs_a_batch_and_is_no_score(served):
    model, x, _ = served("BetaTCVAE")
    assert "total_correlation" in model.term_names
    assert set(model.score(x)) == BOUND
