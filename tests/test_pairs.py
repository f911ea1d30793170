"""Every pair of parts of a model trains, or is refused in the constructor by a fitting sentence.

A model holds ten pairs, so a few models are enough: each pair is in one that is not refused, if
there is such a model at all.
"""
import functools
import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from vsc_tf import distributions, likelihoods, objectives, penalties, posteriors, priors

FEATURES, LATENT, BATCH = 6, 3, 8
PARTS = {  # Part -> name -> what makes an example.
    "posterior": dict(posteriors.POSTERIORS),
    "prior": {
        "fixed_sparse": priors.FixedSparsePrior,
        "pseudo_inputs": lambda: priors.PseudoInputPrior(2, start="random"),
        "vamp": lambda: priors.VampPrior(2, "random"),
        "standard": priors.StandardPrior, "thresholded": priors.ThresholdedPrior,
        "none": priors.NoPrior},
    "objective": dict(objectives.OBJECTIVES),
    "likelihood": dict(likelihoods.LIKELIHOODS),
    "penalty": {"nothing": lambda: None, **penalties.PENALTIES}}
MORE_PRIORS = {  # Beside each posterior only.
    **{f"{slab} slab": functools.partial(priors.FixedSparsePrior, slab=slab)
       for slab in ("normal", "half_normal", "exponential")},
    "optimal": lambda: priors.VampPrior(2, "random", "optimal"),
    "sharpened": lambda: priors.PseudoInputPrior(2, "hard", "random", sharpen_spikes=True)}

PLAIN = ("average", "bernoulli", "nothing")  # Objective, likelihood and penalty.


def example(part, name):
    return (MORE_PRIORS.get(name) or PARTS[part][name])()


looked_at = functools.cache(example)  # To ask what it is, not to build.


def refusal(posterior, prior, objective, likelihood, penalty):
    """The sentence by which these five are refused, if they are: the rules of the design."""
    posterior, prior = looked_at("posterior", posterior), looked_at("prior", prior)
    objective, penalty = looked_at("objective", objective), looked_at("penalty", penalty)
    if prior.name.startswith("thresholded") and posterior.family.about_zero is (
            distributions.CodeDistribution.about_zero):
        return "ThresholdedPrior is for posteriors whose noise is thresholded"
    q, p = posterior.family, prior.family_for(posterior)
    if not prior.is_prior:
        if q.has_density:
            return "NoPrior is for posteriors.Deterministic only"
    elif not p.is_component:
        return "has no closed form. Received: prior="
    elif not q.has_density:
        return "infinitely far from this prior: a code puts all its mass on one point"
    elif q.has_atom and not p.has_atom:
        return "infinitely far from this prior: a code is exactly 0 with some probability"
    elif p.one_sided and not q.one_sided:
        return "infinitely far from this prior: a code can be negative"
    has_gates = isinstance(posterior, posteriors.SpikeAndSlab)
    if getattr(prior, "sharpen_spikes", False) and not has_gates:
        return "`sharpen_spikes` is for posteriors with gates of their own"
    if has_gates and posterior.relaxation == "sigmoid" and (
            isinstance(prior, priors.VampPrior) and not prior.selector
            or isinstance(penalty, penalties.TotalCorrelation)):
        return "needs the density of draws, and relaxed ones of a spike and slab have none"
    if objective.uses_log_weights and (q.has_atom or not q.has_density):
        return "The objective 'iwae' needs a posterior with a density and without an atom"
    if penalty and penalty.needs_switches and not q.has_atom:
        return f"The penalty {type(penalty).__name__} is for codes that can be exactly 0"
    if penalty and not penalty.per_observation and not q.has_density:
        return f"The penalty {type(penalty).__name__} needs a posterior with a density"
    return None


def pairs_of(five):
    """Keys of a dictionary, since a set has another order in each of pytest's workers."""
    return dict.fromkeys(itertools.combinations(zip(PARTS, five), 2)).keys()


def covering():
    """Pair, two of (part, name) -> five parts that hold it, of as few different ones as it goes."""
    every = [*itertools.product(*PARTS.values())]
    held = {five: pairs_of(five) for five in every if refusal(*five) is None}
    found, missing = {}, {pair for pairs in held.values() for pair in pairs}
    while missing:
        five = max(held, key=lambda five: len(held[five] & missing))
        found |= {pair: five for pair in held[five] if pair in missing}
        missing -= held[five]
    # Pairs that are refused whatever the others are: best by themselves, not for the prior's sake.
    for five in sorted(every, key=lambda five: refusal(*five[:2], *PLAIN) is not None):
        found |= {pair: five for pair in pairs_of(five) if pair not in found}
    for names in itertools.product(PARTS["posterior"], MORE_PRIORS):
        pair = tuple(zip(("posterior", "prior"), names))
        found[pair] = (*names, *PLAIN)
    return found


PAIRS = covering()
X = np.random.default_rng(0).uniform(size=(2, BATCH, FEATURES)).astype("float32")


def make(posterior, prior, objective, likelihood, penalty):
    penalty, likelihood = example("penalty", penalty), example("likelihood", likelihood)
    return vsc_tf.LatentModel(
        LATENT, example("posterior", posterior), example("prior", prior), seed=0, samples=2,
        likelihood=likelihood, objective=example("objective", objective),
        penalties=[penalty] if penalty else [], encoder=vsc_tf.networks.mlp(5),
        decoder=None if likelihood.reads_codes else vsc_tf.networks.mlp(5))


@functools.cache
def trained(*five):
    """Losses of two steps of such a model, and whether all gradients were finite.

    Not in graph mode: tracing a hundred graphs takes longer than all else. tests/test_parts.py
    compiles each part.
    """
    model = make(*five)
    model.build((None, FEATURES))
    model.compile(keras.optimizers.SGD(0.01), run_eagerly=True)
    values, found = model.schedule_values(0), []
    for i, x in enumerate(X):
        with tf.GradientTape() as tape:
            losses, terms = model.losses_and_terms(x, values, tf.constant([0, i]), training=True)
            loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, model.trainable_weights)
        for weight, gradient in zip(model.trainable_weights, gradients):
            if gradient is not None:
                weight.assign_sub(0.01 * gradient)
        found.append((losses.numpy(), np.array(terms),
                      [np.asarray(g) for g in gradients if g is not None]))
    return found


def test_no_class_is_missing():
    for part, modules in (("posterior", posteriors.POSTERIORS), ("prior", priors.PRIORS),
                          ("objective", objectives.OBJECTIVES),
                          ("likelihood", likelihoods.LIKELIHOODS),
                          ("penalty", penalties.PENALTIES)):
        assert {*PARTS[part]} - {"nothing"} == {*modules}
        for name, kind in modules.items():
            assert type(example(part, name)) is kind


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: "-".join(name for _, name in pair))
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


def test_every_pair_is_there_and_each_part_trains_with_something():
    sizes = [len(names) for names in PARTS.values()]
    of_parts = sum(a * b for a, b in itertools.combinations(sizes, 2))
    assert len(PAIRS) == of_parts + len(PARTS["posterior"]) * len(MORE_PRIORS)
    trains = {five for five in PAIRS.values() if refusal(*five) is None}
    for names in (*PARTS.values(), MORE_PRIORS):
        assert set(names) <= set().union(*trains)
    refused = {pair for pair, five in PAIRS.items() if refusal(*five) is not None}
    assert 20 < len(refused) < len(PAIRS) / 3
