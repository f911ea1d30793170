"""When a model is refined while it trains, and what is refused."""
import numpy as np
import pytest

import vsc_tf
from vsc_tf import callbacks


def make(kind=vsc_tf.VSC, **kwargs):
    return kind(latent_dim=2, seed=1, encoder=vsc_tf.networks.mlp(4),
                decoder=vsc_tf.networks.mlp(4), **{"recipe": None, **kwargs})


@pytest.fixture
def seen(monkeypatch):
    """Name of what the callback does -> the optimizer steps at which it did."""
    steps = {"rezero": [], "split": [], "separate": [], "regroup": [], "join": []}

    def note(name):
        return lambda model, x: steps[name].append(int(model.optimizer.iterations))

    for name in steps:
        monkeypatch.setattr(f"vsc_tf.refinement.callback.{name}", note(name))
    return steps


def run(rows, epochs, batch_size, others=(), steps_per_execution=1, **when):
    model = make(prior=vsc_tf.PseudoInputPrior(3))
    model.compile(optimizer="adam", jit_compile=False,
                  steps_per_execution=steps_per_execution)
    model.fit(rows, batch_size=batch_size, epochs=epochs, verbose=0,
              callbacks=[*others, callbacks.Rezero(rows, **when)])


def test_callback_moves_at_multiples_between_its_ends(rows, seen):
    run(rows, epochs=8, batch_size=48, begin=4, end=12, every=4)
    assert seen["rezero"] == [4, 8, 12]


def test_callback_does_not_wait_for_the_end_of_the_epoch(rows, seen):
    run(rows, epochs=4, batch_size=32, begin=0, end=100, every=4)
    assert seen["rezero"] == [4, 8, 12]


def test_callback_waits_for_the_end_of_an_execution_of_several_steps(rows, seen):
    run(rows, epochs=4, batch_size=32, begin=0, end=100, every=4, steps_per_execution=3)
    assert seen["rezero"] == [6, 9, 12]


def test_callback_waits_for_the_end_of_the_slab_warm_up(rows, seen):
    run(rows, 5, 48, [callbacks.SlabWarmUp(3, 3)], begin=0, end=9, every=2)
    assert seen["rezero"] == [6, 8]


def test_callback_splits_and_separates_in_the_first_three_quarters(rows, seen):
    run(rows, batch_size=48, epochs=8, begin=4, end=16, every=2)
    assert seen["split"] == seen["separate"] == [4, 6, 8, 10, 12]
    assert seen["regroup"] == [8, 12]
    assert seen["rezero"] == seen["join"] == [4, 6, 8, 10, 12, 14, 16]


def test_callback_looks_at_all_of_ordered_data():
    x = callbacks.Rezero(np.arange(60_000)[:, None], 0, 1).x.ravel()
    assert (len(x), x[0], x[-1]) == (5000, 0, 59_999) and np.diff(x).max() <= 13
    assert callbacks.Rezero(np.arange(3)[:, None], 0, 1).x.ravel().tolist() == [0, 1, 2]


@pytest.mark.parametrize(("begin", "end", "every", "message"), [
    (-1, 5, 1, "Rezero counts .* whole numbers of at least 0. Received: -1"),
    (0, 2.5, 1, "whole numbers of at least 0. Received: 2.5"),
    (0, True, 1, "whole numbers of at least 0. Received: True"),
    (0, 5, 0, "`every` must be a positive integer. Received: every=0"),
    (5, 4, 1, "`end` that is not before `begin`. Received: begin=5, end=4")])
def test_callback_counts_in_whole_steps(rows, begin, end, every, message):
    with pytest.raises(ValueError, match=message):
        callbacks.Rezero(rows, begin, end, every)


@pytest.mark.parametrize(("x", "message"), [
    (np.zeros([9, 5], "float32"), r"\(n, 12\)|shape"), (np.full([9, 12], np.nan), "NaN|finite")])
def test_callback_refuses_data_before_the_first_step(rows, x, message):
    model = make()
    model.compile(optimizer="adam", jit_compile=False)
    with pytest.raises(ValueError, match=message):
        model.fit(rows, verbose=0, callbacks=[callbacks.Rezero(x, 0, 5)])
    assert int(model.optimizer.iterations) == 0


@pytest.mark.parametrize(("kind", "posterior", "found"), [
    (vsc_tf.VAE, "normal", "posterior=Normal"),
    (vsc_tf.VSC, vsc_tf.posteriors.SpikeAndSlab("relu_exp"), "posterior=SpikeAndSlab .*relu_exp")],
    ids=["dense", "relu_exp"])
def test_callback_needs_gates_that_are_logits(rows, kind, posterior, found):
    model = make(kind, posterior=posterior)
    model.compile(optimizer="adam", jit_compile=False)
    with pytest.raises(ValueError, match=f"Rezero needs .*SpikeAndSlab .*Received: {found}"):
        model.fit(rows, verbose=0, callbacks=[callbacks.Rezero(rows, 0, 5)])
    assert int(model.optimizer.iterations) == 0


def test_a_recipe_refines_by_itself_at_shares_of_the_run(rows, seen):
    recipe = vsc_tf.recipes.Recipe(refine_begin=0.25, refine_end=0.75, refine_every=0.125)
    model = make(prior=vsc_tf.PseudoInputPrior(3), recipe=recipe)
    model.compile(optimizer="adam", jit_compile=False)
    model.fit(rows, batch_size=48, epochs=8, verbose=0)  # 16 steps.
    assert seen["rezero"] == [4, 6, 8, 10, 12] and seen["split"] == [4, 6, 8, 10]
    model.fit(rows, batch_size=48, epochs=4, verbose=0)  # A new run, of 8 steps.
    assert seen["rezero"][5:] == [18, 19, 20, 21, 22]
