"""Replies are counted by the clock and by the CPU."""
import itertools

import pytest

from benchmarks import single_rows


def test_replies_are_counted_by_the_clock_and_by_the_cpu():
    calls, clock = itertools.count(), iter([3., 5.])
    by_clock, by_cpu = single_rows.rate([lambda: next(calls)] * 2, 0.2, lambda: next(clock))
    counted = next(calls) - 2  # Each thread's call has connected before.
    assert by_clock == pytest.approx(counted / 0.2)
    assert by_cpu == pytest.approx(counted / 2.)
