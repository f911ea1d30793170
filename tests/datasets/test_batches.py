"""The endless stream of batches: permutations, starts anywhere, and seeds."""
import itertools

import numpy as np
import pytest

from vsc_tf.datasets.batches import batches


def first(stream, count):
    return list(itertools.islice(stream.as_numpy_iterator(), count))


@pytest.mark.parametrize("batch_size", [1, 2, 3, 4, 12])
def test_every_pass_is_a_permutation(batch_size):
    steps = 5 * 12 // batch_size  # Five passes.
    rows = np.concatenate(first(batches(np.arange(12), batch_size, seed=3), steps))
    for one_pass in rows.reshape(5, 12):
        np.testing.assert_array_equal(np.sort(one_pass), np.arange(12))


@pytest.mark.parametrize("batch_size", [5, 7, 11])
def test_batches_of_a_size_that_does_not_divide_go_on_into_the_next_pass(batch_size):
    stream = first(batches(np.arange(12), batch_size, seed=3), 12)  # batch_size whole passes.
    assert {len(batch) for batch in stream} == {batch_size}
    for one_pass in np.concatenate(stream).reshape(batch_size, 12):
        np.testing.assert_array_equal(np.sort(one_pass), np.arange(12))


def test_passes_have_orders_of_their_own():
    passes = first(batches(np.arange(50), 50, seed=0), 4)
    for one, other in itertools.combinations(passes, 2):
        assert not np.array_equal(one, other)
    assert not any(np.array_equal(p, np.arange(50)) for p in passes)  # Shuffled at all.


@pytest.mark.parametrize("batch_size", [4, 5, 12])
@pytest.mark.parametrize("start", [1, 2, 3, 7, 100])
def test_a_stream_started_anywhere_gives_the_batches_it_would_have_given(batch_size, start):
    x = np.arange(12)
    whole = first(batches(x, batch_size, seed=5), start + 6)
    np.testing.assert_array_equal(
        first(batches(x, batch_size, seed=5, first_step=start), 6), whole[start:])


def test_a_late_start_costs_nothing():
    # Ten billion rows in: run through from the start this would take hours.
    late = first(batches(np.arange(10), 10, seed=1, first_step=10**9), 2)
    for batch in late:
        np.testing.assert_array_equal(np.sort(batch), np.arange(10))


def test_the_same_seed_gives_the_same_batches_and_another_seed_others():
    x = np.arange(100)
    same, again, other = (first(batches(x, 20, seed=s), 5) for s in (7, 7, 8))
    np.testing.assert_array_equal(same, again)
    assert not np.array_equal(same, other)
    # Another seed is not the same passes in another order either.
    later = first(batches(x, 20, seed=7), 25)
    assert not any(np.array_equal(other[0], batch) for batch in later)


def test_rows_come_whole_with_shape_and_dtype():
    x = np.random.default_rng(0).uniform(size=(9, 4, 3)).astype("float32")
    stream = batches(x, 3)
    assert tuple(stream.element_spec.shape) == (3, 4, 3)
    batch = first(stream, 1)[0]
    assert batch.dtype == np.float32
    assert all(any(np.array_equal(row, known) for known in x) for row in batch)


def test_data_are_never_written_to():
    x = np.arange(6.0)
    x.setflags(write=False)
    first(batches(x, 3), 4)


@pytest.mark.parametrize("batch_size", [0, -1, 7, 600])
def test_bad_sizes_are_named(batch_size):
    with pytest.raises(ValueError, match="`batch_size` must be between 1 and the number of "
                                         f"observations, 6. Received: batch_size={batch_size}"):
        batches(np.arange(6), batch_size)


def test_it_has_no_tuner():
    """`fit` waited for its thread now and then, up to two seconds, before it returned."""
    assert batches(np.arange(12), 3).options().autotune.enabled is False
