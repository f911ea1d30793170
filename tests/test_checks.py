"""What every check accepts and what it says to the rest."""
import numpy as np
import pytest
import tensorflow as tf

from vsc_tf import checks

X = np.arange(12.0).reshape(4, 3)


@pytest.mark.parametrize("value", [1, 500, np.int64(3)])
def test_positive_integer_accepts(value):
    found = checks.positive_integer("n", value)
    assert found == value and type(found) is int


@pytest.mark.parametrize("value", [0, -1, 2.0, True, "3", None, np.float64(2)])
def test_positive_integer_rejects(value):
    with pytest.raises(ValueError, match="`n` must be a positive integer. Received: n="):
        checks.positive_integer("n", value)


def test_batch_size_none_is_the_default():
    assert checks.batch_size(None) == 500 and checks.batch_size(None, 32) == 32
    assert type(checks.batch_size(np.int32(7))) is int
    with pytest.raises(ValueError, match="`batch_size` must be a positive integer.*size=-1"):
        checks.batch_size(-1)


@pytest.mark.parametrize("value", [[1, 0, 2.5], np.array([[1], [2], [0]]), np.array([1, 1, 1])])
def test_weights_accepted(value):
    found = checks.weights(value, 3)
    assert found.dtype == np.float32 and found.shape == (3,)


@pytest.mark.parametrize(("value", "received"), [
    ([1, 2], r"shape \(2,\)"), (np.ones([3, 2]), r"shape \(3, 2\)"),
    ([1, -1, 1], "-1.0 at index 1"), ([1, 1, np.nan], "nan at index 2"),
    ([0, 0, 0], "only zeros"), (["a", "b", "c"], "list"), ({"a": 1}, "a dict of a")])
def test_weights_refused(value, received):
    with pytest.raises(ValueError, match=f"`sample_weight` must be an array of 3 .*: {received}"):
        checks.weights(value, 3)


@pytest.mark.parametrize("value", [0.01, 0.5, np.float64(0.99)])
def test_probability_accepts(value):
    checks.probability("alpha", value)


@pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, -0.1, 1.1, True, "0.5", None, float("nan")])
def test_probability_rejects(value):
    with pytest.raises(ValueError, match="`alpha` must be a number between 0 and 1, both "
                                         "excluded. Received: alpha="):
        checks.probability("alpha", value)


@pytest.mark.parametrize("value", [0, -3, 2**31 - 1, np.int64(7)])
def test_seed_accepts(value):
    assert checks.seed(value) == value and type(checks.seed(value)) is int


@pytest.mark.parametrize("value", [0.5, True, "3", 2**31, -2**31 - 1, None])
def test_seed_rejects(value):
    with pytest.raises(ValueError, match="`seed` must be an integer of 32 bits. Received: seed="):
        checks.seed(value)


def test_steps_are_whole_numbers_from_0_on():
    assert checks.steps("Ramp", np.int64(0)) == 0 and type(checks.steps("Ramp", 5)) is int
    for value in (-1, 2., True, "3", None):
        with pytest.raises(ValueError, match="Ramp counts in optimizer steps, whole numbers of at "
                                             f"least 0. Received: {value!r}"):
            checks.steps("Ramp", value)


@pytest.mark.parametrize(("check", "accepted", "rejected", "expected"), [
    (checks.finite, [-1.5, 0, 3], [], "a finite number"),
    (checks.positive, [1e-9, 3], [0, -1.], "a positive number"),
    (checks.non_negative, [0, 2.5], [-1e-9], "a finite number of at least 0"),
    (checks.share, [0, 0.5, 1], [-0.1, 1.1], "a number from 0 to 1")],
    ids=["finite", "positive", "non_negative", "share"])
def test_numbers_become_floats_or_are_named(check, accepted, rejected, expected):
    for value in [*accepted, np.float32(0.5), np.int64(1)]:
        assert check("weight", value) == value and type(check("weight", value)) is float
    for value in [*rejected, True, "0.5", None, float("nan"), float("inf")]:
        with pytest.raises(ValueError, match=f"`weight` must be {expected}. Received: weight="):
            check("weight", value)


def test_one_of_names_the_choices():
    checks.one_of("bound", "elbo", ("elbo", "elbo_paper"))
    with pytest.raises(ValueError, match=r"`bound` must be one of \('elbo', 'elbo_paper'\). "
                                         "Received: bound='ELBO'"):
        checks.one_of("bound", "ELBO", ("elbo", "elbo_paper"))


def test_observations_become_float32_and_float32_is_not_copied():
    for x in (X, X.astype("int64"), X.tolist(), tf.constant(X), X > 5):
        result = checks.observations(x)
        assert result.dtype == np.float32
        np.testing.assert_array_equal(result, np.asarray(x))
    already = X.astype("float32")
    assert checks.observations(already, (3,), batch_size=4) is already


@pytest.mark.parametrize(("x", "message"), [
    pytest.param([["a", "b"]],
                 r"must be an array of numbers.*Received: list \(text, dtype <U1; convert",
                 id="text"),
    pytest.param([[1, 2], [3]], "must be an array of numbers.*Received: list ", id="ragged"),
    pytest.param(X * 1j, r"must be an array of numbers.*ndarray \(complex numbers\)", id="complex"),
    pytest.param([[object()]], "must be an array of numbers.*Received: list", id="objects"),
    pytest.param(None, r"at least one observation.*Received: shape \(\)", id="none"),
    pytest.param(X[0], r"Received: shape \(3,\). For a single observation use x\[None\]",
                 id="one-observation"),
    pytest.param(X[:0], r"n >= 1. Received: shape \(0, 3\)", id="no-rows"),
    pytest.param(X[:, :0], r"Received: shape \(4, 0\)", id="no-columns"),
    pytest.param(np.where(X == 7, np.nan, X), "must be finite. Received: NaN or infinite values "
                 "in 1 of 4 rows, the first at index 2. Drop or fill", id="nan"),
    pytest.param(np.where(X > 4, -np.inf, X), "in 3 of 4 rows, the first at index 1",
                 id="infinite"),
    pytest.param(X * 1e300, "in 4 of 4 rows, the first at index 0", id="beyond-float32"),
])
def test_observations_reject(x, message):
    with pytest.raises(ValueError, match="Argument `mine` .*" + message):
        checks.observations(x, what="mine")


def test_observations_must_have_the_known_shape():
    with pytest.raises(ValueError, match=r"`x` must have shape \[n, 2, 2\]. Received: shape "
                                         r"\(4, 3\)"):
        checks.observations(X, (2, 2))


@pytest.mark.parametrize(("batch_size", "message"), [
    (5, "`batch_size` must be at most the number of observations, 4. Received: batch_size=5"),
    (0, "`batch_size` must be a positive integer. Received: batch_size=0"),
    (2.0, "`batch_size` must be a positive integer. Received: batch_size=2.0"),
])
def test_observations_must_fill_a_batch(batch_size, message):
    with pytest.raises(ValueError, match=message):
        checks.observations(X, batch_size=batch_size)


def test_unit_interval_accepts_its_ends_and_names_what_lies_outside():
    checks.unit_interval(X / 11, "Bernoulli")
    with pytest.raises(ValueError, match="A Bernoulli likelihood needs observations between 0 "
                                         "and 1 after scaling. Received: values from 0 to 11. "
                                         "Use scaling='min_max'"):
        checks.unit_interval(X, "Bernoulli")
    with pytest.raises(ValueError, match="from -1 to 0.5"):
        checks.unit_interval(np.array([-1.0, 0.5]), "Bernoulli")


@pytest.mark.parametrize(("z", "message"), [
    pytest.param(np.zeros((2, 4)), r"shape \[n, 3\] with n >= 1. Received: shape \(2, 4\)",
                 id="width"),
    pytest.param(np.zeros(3), r"Received: shape \(3,\)", id="one-code"),
    pytest.param(np.zeros((0, 3)), r"Received: shape \(0, 3\)", id="none"),
    pytest.param([["a"] * 3], r"array of numbers \[n, 3\]. Received: list", id="text"),
    pytest.param([[0, np.nan, 0]], "must be finite. Received: NaN.*in 1 of 1 rows", id="nan"),
])
def test_codes_reject(z, message):
    with pytest.raises(ValueError, match="Argument `z` .*" + message):
        checks.codes(z, 3)


def test_codes_become_float32():
    assert checks.codes([[0, 1, 2]], 3).dtype == np.float32


class Part:
    """Stands for a part of a model."""

    def __init__(self, size=1):
        self.size = size


def test_part_is_itself_or_made_by_its_name():
    mine = Part()
    assert checks.part("thing", mine, {"small": Part}, Part) is mine
    assert checks.part("thing", "small", {"small": Part}, Part, size=3).size == 3
    for value in ("large", None, 3, ["small"], Part):
        with pytest.raises(ValueError, match=r"`thing` must be a .*Part or one of \['small'\]. "
                                             "Received: thing="):
            checks.part("thing", value, {"small": Part}, Part)


def test_a_choice_that_cannot_be_hashed_is_named_too():
    with pytest.raises(ValueError, match=r"`bound` must be one of .*Received: bound=\['elbo'\]"):
        checks.one_of("bound", ["elbo"], {"elbo": 1})


@pytest.mark.parametrize(("x", "kind"), [
    ([["1_000", "2"]], "text"), (np.array([["1", 2.]], object), "text"),
    (np.array([[b"1"]]), "text"), (np.array([["nan"]], np.dtypes.StringDType()), "text"),
    (np.array([["2020-01-31"]], "datetime64[D]"), "dates"),
    (np.array([[3]], "timedelta64[D]"), "dates")])
def test_text_and_dates_are_no_observations(x, kind):
    with pytest.raises(ValueError, match=f"array of numbers.*Received: .*{kind}, dtype .*first"):
        checks.observations(x)


def test_what_are_observations():
    for x in (np.array([[1, 2.5]], object), np.array([[True, False]]), [[1, 2]],
              tf.constant([[1., 2.]], tf.bfloat16)):
        assert checks.observations(x).dtype == np.float32
