"""Numbers of evaluations, and tables of them."""
import pytest

from trainers.running import comparison


def evaluation(elbo, **sections):
    return {"data": "smiley", "model": "vsc", "test": {"elbo": elbo}, "codes": {"l0_mean": 2},
            **sections}


def test_numbers_are_flat_and_presence_is_a_mean():
    numbers = comparison.numbers(evaluation(
        -3.0, sources={"presence_hat": 0.5, "presence_eyes": 1.0, "group_presence_hat": 0.0},
        likelihood={"log_likelihood": -2.0, "standard_error": 0.1, "samples": 9, "rows": 5},
        correlation={"exploited": 3, "matrix": [[1.0]]}, probe=0.9))
    assert numbers == {
        "elbo": -3.0, "l0_mean": 2.0, "presence_hat": 0.5, "presence_eyes": 1.0,
        "group_presence_hat": 0.0, "presence": 0.75, "log_likelihood": -2.0,
        "standard_error": 0.1, "exploited": 3.0, "probe": 0.9}


def test_tables_have_a_column_for_each_of_few_runs_and_a_line_for_each_of_many():
    row = comparison.mean_row([evaluation(-3.0), evaluation(-1.0)])
    assert row["measures"]["elbo"] == (-2.0, pytest.approx(2 ** 0.5))
    few = comparison.table({"a": row, "b": comparison.row(evaluation(-5.0))}).splitlines()
    assert few[0].split() == ["a", "b"] and few[3].split() == ["ELBO,", "nats", "-2", "±", "1.4",
                                                               "-5"]
    many = comparison.table({str(i): row for i in range(9)}).splitlines()
    assert len(many) == 10 and many[0].split() == ["data", "model", "ELBO", "L0"]
    assert many[9].split() == ["8", "smiley", "vsc", "-2", "±", "1.4", "2"]
