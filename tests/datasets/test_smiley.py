"""The faces pixel by pixel, by hand and by what must hold."""
import numpy as np
import pytest

from vsc_tf.datasets import smiley

BOWTIE, HAT, EYES, MOUTH = np.eye(4, dtype=int)


def draw(presence, **variables):
    """One face; variables by number, e.g. v3=1.0; the rest are 0."""
    values = np.zeros(18)
    for name, value in variables.items():
        values[int(name[1:]) - 1] = value
    return smiley.render(np.reshape(presence, [1, 4]), values[None])[0]


def rows(face, y0, y1, x0, x1):
    """Pixels of rows y0..y1 and columns x0..x1, counted from 1, as text."""
    return ["".join(".#"[pixel] for pixel in row) for row in face[y0 - 1:y1, x0 - 1:x1]]


def test_bare_head_is_a_disc_of_radius_ten():
    face = draw([0, 0, 0, 0])
    # Half the pixels of row 16.5 + d: those with x - 16.5 <= sqrt(100 - d^2), d = 0.5 .. 9.5.
    halves = [10, 10, 10, 9, 9, 8, 8, 7, 5, 3]
    expected = [0] * 6 + [2 * half for half in halves[::-1] + halves] + [0] * 6
    np.testing.assert_array_equal(face.sum(1), expected)
    np.testing.assert_array_equal(face, face[:, ::-1])
    np.testing.assert_array_equal(face, face.T)
    assert face.dtype == np.uint8


def test_bowtie_by_hand():
    # Box 12 x 5, left column rho(16.5 - 6) = 11, top row rho(29 - 2.5) = 27.
    assert rows(draw(BOWTIE), 26, 32, 10, 23) == [
        "....######....",  # The chin.
        ".#..........#.",
        ".####....####.",
        ".############.",
        ".####....####.",
        ".#..........#.",
        ".............."]


def test_bowtie_of_even_height_still_meets():
    # v4 = 0.5 makes h = 6 and the top row rho(29 - 3) = 26; v2 = 2 moves it to 28.
    assert rows(draw(BOWTIE, v2=2, v4=0.5), 28, 32, 11, 22) == [
        "#..........#",
        "###......###",
        "############",
        "############",
        "###......###"]  # The sixth row is cut by the border.


def test_eyes_by_hand():
    face, bare = draw(EYES), draw([0, 0, 0, 0])
    assert bare.sum() - face.sum() == 24
    assert rows(face, 12, 16, 10, 23) == [
        "##############",
        "#....####....#",
        "#....####....#",
        "#....####....#",
        "##############"]


def test_mouth_by_hand():
    assert rows(draw(MOUTH), 20, 24, 11, 21) == [
        "###########",
        "###.....###",
        "#.........#",
        "###.....###",
        "###########"]
    # v18 = 1.5: the corners drop to rho(23.5) = 24 and rho(22 + 2.1) = 24; -1.5: rise to 21, 20.
    assert rows(draw(MOUTH, v18=1.5), 23, 24, 11, 21) == ["###.....###", "#..#####..#"]
    assert rows(draw(MOUTH, v18=-1.5), 20, 21, 11, 21) == ["#.#######.#", "##.......##"]


def test_hat_by_hand():
    face = draw(HAT)
    assert face.sum() == 316 + 3 * 16 - 6 + 2 * 11  # Six pixels of the brim are head already.
    assert rows(face, 2, 7, 8, 25) == [
        "..................",
        "....###########...",
        "....###########...",
        ".################.",
        ".################.",
        ".################."]


def test_hat_is_painted_over_the_eyes_and_bowtie_under_the_mouth():
    low_hat = draw(HAT + EYES, v6=8)  # Brim on rows 13..15, where the eyes are.
    assert rows(low_hat, 13, 15, 11, 22) == ["############"] * 3
    assert rows(draw(BOWTIE + MOUTH, v2=-7), 22, 22, 12, 20) == ["........."]


def test_high_crown_is_cut_at_the_border():
    face = draw(HAT, v10=10)  # It would begin at row -2; the canvas at hand at row -4.
    assert rows(face, 1, 2, 11, 23) == [".###########."] * 2
    lost = draw(HAT, v6=-6)  # Brim on rows -1..1, all of the crown above.
    assert lost.sum() == 316 + 16


@pytest.mark.parametrize("variables", [
    pytest.param(dict(v1=100), id="bowtie-right"),
    pytest.param(dict(v2=-100), id="bowtie-above"),
    pytest.param(dict(v5=100, v6=100), id="hat"),
    pytest.param(dict(v7=-9, v9=-9), id="hat-of-negative-width"),
    pytest.param(dict(v13=-3), id="eyes-of-negative-radius"),
    pytest.param(dict(v11=1e6), id="eyes-apart"),
    pytest.param(dict(v16=100), id="mouth-right"),
])
def test_attributes_off_the_canvas_or_empty_leave_the_head(variables):
    groups = {smiley.FACTOR_GROUPS[int(name[1:]) - 1] for name in variables}
    presence = [int(group in groups) for group in range(4)]
    np.testing.assert_array_equal(draw(presence, **variables), draw([0, 0, 0, 0]))


def test_smallest_bowtie_is_one_pixel():
    # Box 1 x 1 although 12 + 3 v3 = -12; left rho(16.5 + 6) = 23, top rho(29 + 2.5) = 32.
    face = draw(BOWTIE, v3=-8, v4=-5)
    assert face.sum() == 317
    assert face[31, 22] == 1


def test_rounds_half_away_from_zero():
    values = np.array([0.5, 1.5, -0.5, -2.5, 0.49999999999999994, -0.2])
    np.testing.assert_array_equal(smiley._rho(values), [1, 2, -1, -3, 0, 0])


def test_variables_of_absent_attributes_do_not_matter():
    generator = np.random.default_rng(1)
    presence = generator.integers(0, 2, [200, 4])
    variables = generator.normal(0, 0.5, [200, 18])
    absent = presence[:, smiley.FACTOR_GROUPS] == 0
    others = np.where(absent, generator.normal(0, 5, [200, 18]), variables)
    np.testing.assert_array_equal(
        smiley.render(presence, variables), smiley.render(presence, others))


def test_render_takes_no_faces_and_more_than_a_chunk(monkeypatch):
    assert smiley.render(np.zeros([0, 4]), np.zeros([0, 18])).shape == (0, 32, 32)
    generator = np.random.default_rng(2)
    presence, variables = generator.integers(0, 2, [11, 4]), generator.normal(size=[11, 18])
    whole = smiley.render(presence, variables)
    monkeypatch.setattr(smiley, "_CHUNK", 4)
    np.testing.assert_array_equal(smiley.render(presence, variables), whole)


def test_load_gives_faces_with_their_sources():
    data = smiley.load(train_size=2000, test_size=500)
    x, factors = data.train.x, data.train.factors
    assert x.shape == (2000, 32, 32) and x.dtype == np.float32
    assert set(np.unique(x)) == {0, 1}
    assert factors.shape == (2000, 18) and factors.dtype == np.float32
    assert data.train.y is None and data.test.x.shape == (500, 32, 32)
    groups = np.array(data.info.factor_groups)
    assert groups.tolist() == [0] * 4 + [1] * 6 + [2] * 3 + [3] * 5
    presence = np.stack([(factors[:, groups == g] != 0).all(1) for g in range(4)], axis=1)
    some = np.stack([(factors[:, groups == g] != 0).any(1) for g in range(4)], axis=1)
    np.testing.assert_array_equal(presence, some)  # All of a group, or none of it.
    np.testing.assert_array_equal(smiley.render(presence, factors), x)
    # Five standard errors of a rate of one half, and of a standard deviation of one half.
    np.testing.assert_allclose(presence.mean(0), 0.5, atol=5 * 0.5 / np.sqrt(2000))
    present = factors[factors != 0]
    assert present.std() == pytest.approx(0.5, abs=5 * 0.5 / np.sqrt(2 * present.size))
    assert present.mean() == pytest.approx(0, abs=5 * 0.5 / np.sqrt(present.size))


def test_load_repeats_and_splits_do_not_depend_on_each_other():
    one, two = smiley.load(3, 50, 20), smiley.load(3, 50, 30)
    np.testing.assert_array_equal(one.train.factors, two.train.factors)
    assert not np.array_equal(one.train.factors[:20], one.test.factors)
    assert not np.array_equal(one.train.factors, smiley.load(4, 50, 20).train.factors)


def test_presence_probability():
    assert not smiley.load(train_size=50, test_size=5, presence_prob=0).train.factors.any()
    assert smiley.load(train_size=50, test_size=5, presence_prob=1).train.factors.all()


@pytest.mark.parametrize(("options", "message"), [
    (dict(seed=-1), "`seed` to be an integer >= 0.*Received: seed=-1"),
    (dict(train_size=0), "`train_size` to be an integer >= 1.*Received: train_size=0"),
    (dict(test_size=2.5), "`test_size` to be an integer.*Received: test_size=2.5"),
    (dict(test_size=True), "`test_size` to be an integer.*Received: test_size=True"),
    (dict(presence_prob=1.5), r"`presence_prob`.*\[0, 1\].*Received: presence_prob=1.5"),
])
def test_load_rejects_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        smiley.load(**options)


@pytest.mark.parametrize(("presence", "variables", "message"), [
    (np.zeros(4), np.zeros([1, 18]), r"`presence` of shape \[n, 4\].*Received: shape \(4,\)"),
    (np.zeros([1, 4]), np.zeros([1, 17]), r"`variables` of shape \[n, 18\].*\(1, 17\)"),
    (np.zeros([2, 4]), np.zeros([1, 18]), "of equal length.*Received: 2 and 1"),
    (np.full([1, 4], 0.5), np.zeros([1, 18]), "to hold 0 and 1.*Received: values from 0.5"),
    (np.zeros([1, 4]), np.full([1, 18], np.nan), "finite `variables`.*Received: NaN"),
    (np.zeros([1, 4]), np.full([1, 18], "a"), "`variables` to hold numbers.*Received: dtype <U1"),
])
def test_render_rejects_bad_sources(presence, variables, message):
    with pytest.raises(ValueError, match=message):
        smiley.render(presence, variables)
