"""Every pair of parts of a model trains, or is refused in the constructor by a fitting sentence.

The three parts that a pair leaves open are at a default that goes with it, where there is one.
"""
import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import likelihoods, objectives, penalties, posteriors, priors

FEATURES, LATENT, BATCH = 6, 3, 8
PARTS = {  # Part -> name -> what makes an example; defaults come first.
    "posterior": dict(posteriors.POSTERIORS),
    "prior": {
        "fixed_sparse": priors.FixedSparsePrior,
        "pseudo_inputs": lambda: priors.PseudoInputPrior(2, start="random"),
        "vamp": lambda: priors.VampPrior(2, "random"),
        "standard": priors.StandardPrior, "none": priors.NoPrior},
    "objective": dict(objectives.OBJECTIVES),
    "likelihood": dict(likelihoods.LIKELIHOODS),
    "penalty": {"nothing": lambda: None, **penalties.PENALTIES}}
MORE_PRIORS = {  # Beside each posterior only.
    **{f"{slab} slab": functools.partial(priors.FixedSparsePrior, slab=slab)
       for slab in ("normal", "half_normal", "exponential")},
    "optimal": lambda: priors.VampPrior(2, "random", "optimal"),
    "sharpened": lambda: priors.PseudoInputPrior(2, "hard", "random", sharpen_spikes=True)}


def example(part, name):
    return (MORE_PRIORS.get(name) or PARTS[part][name])()


@functools.cache
def refusal(posterior, prior, objective, likelihood, penalty):
    """The sentence by which these five are refused, if they are: the rules of the design."""
    posterior, prior = example("posterior", posterior), example("prior", prior)
    objective, penalty = example("objective", objective), example("penalty", penalty)
    q, p = posterior.family, prior.family_for(posterior)
    if not prior.is_prior:
        if q.has_density:
            return "NoPrior is for posteriors.Deterministic only"
    elif not q.has_density:
        return "infinitely far from this prior: a code puts all its mass on one point"
    elif q.has_atom and not p.has_atom:
        return "infinitely far from this prior: a code is exactly 0 with some probability"
    elif p.one_sided and not q.one_sided:
        return "infinitely far from this prior: a code can be negative"
    has_gates = isinstance(posterior, posteriors.SpikeAndSlab)
    if getattr(prior, "sharpen_spikes", False) and not has_gates:
        return "`sharpen_spikes` is for posteriors with gates of their own"
    if objective.uses_log_weights and (q.has_atom or not q.has_density):
        return "The objective 'iwae' needs a posterior with a density and without an atom"
    if penalty and penalty.needs_switches and not q.has_atom:
        return f"The penalty {type(penalty).__name__} is for codes that can be exactly 0"
    if penalty and not penalty.per_observation and not q.has_density:
        return f"The penalty {type(penalty).__name__} needs a posterior with a density"
    return None


def completed(pair):
    """The five parts: the pair, and the first defaults that go with it, if any do."""
    choices = [[pair[part]] if part in pair else [*names] for part, names in PARTS.items()]
    every = [*itertools.product(*choices)]
    return next((five for five in every if refusal(*five) is None), every[0])


def pairs():
    """(part: name, part: name) -> the five parts."""
    found = {}
    for one, other in itertools.combinations(PARTS, 2):
        for names in itertools.product(PARTS[one], PARTS[other]):
            if "nothing" not in names:
                found[names] = completed({one: names[0], other: names[1]})
    for names in itertools.product(PARTS["posterior"], MORE_PRIORS):
        found[names] = (*names, "average", "bernoulli", "nothing")
    return found


PAIRS = pairs()
X = np.random.default_rng(0).uniform(size=(2, BATCH, FEATURES)).astype("float32")


def make(posterior, prior, objective, likelihood, penalty):
    penalty = example("penalty", penalty)
    return vsc_tf.LatentModel(
        LATENT, example("posterior", posterior), example("prior", prior), seed=0, samples=2,
        likelihood=example("likelihood", likelihood), objective=example("objective", objective),
        penalties=[penalty] if penalty else [], encoder=vsc_tf.networks.mlp(5),
        decoder=vsc_tf.networks.mlp(5))


@functools.cache
def trained(*five):
    """Losses of two steps of such a model in graph mode, and whether all gradients were finite."""
    model = make(*five)
    model.build((None, FEATURES))
    model.compile(keras.optimizers.SGD(0.01), run_eagerly=True)  # No XLA: one graph a model.
    values = model.schedule_values(0)

    @tf.function(autograph=False)
    def step(x, seed):
        with tf.GradientTape() as tape:
            losses, terms = model.losses_and_terms(x, values, seed, training=True)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_weights)
        for weight, gradient in zip(model.trainable_weights, gradients):
            if gradient is not None:
                weight.assign_sub(0.01 * gradient)
        return losses, tf.stack(terms), [g for g in gradients if g is not None]

    return [tf.nest.map_structure(np.asarray, step(x, tf.constant([0, i])))
            for i, x in enumerate(X)]


def test_no_class_is_missing():
    for part, modules in (("posterior", posteriors.POSTERIORS), ("prior", priors.PRIORS),
                          ("objective", objectives.OBJECTIVES),
                          ("likelihood", likelihoods.LIKELIHOODS),
                          ("penalty", penalties.PENALTIES)):
        assert {*PARTS[part]} - {"nothing"} == {*modules}
        for name, kind in modules.items():
            assert type(example(part, name)) is kind


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_a_pair_trains_or_is_refused(pair):
    five = PAIRS[pair]
    expected = refusal(*five)
    if expected is not None:
        with pytest.raises(ValueError, match=expected):
            make(*five)
        return
    for losses, terms, gradients in trained(*five):
        assert losses.shape == (BATCH,) and np.isfinite(losses).all()
        assert np.isfinite(terms).all()
        assert gradients and all(np.isfinite(gradient).all() for gradient in gradients)


def test_both_outcomes_are_there_and_each_part_trains_with_something():
    trains = {five for five in PAIRS.values() if refusal(*five) is None}
    assert 60 < len(trains) < len(PAIRS)
    for names in PARTS.values():
        assert set(names) <= set().union(*trains)
