"""What the pages know of a model: against generation, which they build on."""
import csv
import io

import numpy as np

from trainers.explorer.explored import changed, numbers
from vsc_tf import generation


def test_changes_are_what_traverse_and_toggle_do(faces):
    x = faces.test.x[3]
    look, dim = faces.look_at(x), next(iter(faces.features))
    np.testing.assert_allclose(faces.decode(look, {dim: 0.7}), generation.traverse(
        faces.model, x[None], [dim], [0.7]).x[0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(faces.decode(look, {dim: 0.}), generation.toggle(
        faces.model, x[None], [dim]).x[0], atol=1e-6)
    np.testing.assert_array_equal(changed(look, {}), look.z)


def test_the_table_of_numbers_holds_every_latent(faces):
    look = faces.look_at(faces.test.x[3])
    rows = list(csv.DictReader(io.StringIO(numbers(look, {2: 1.5}).decode())))
    assert [int(row["feature"]) for row in rows] == list(range(8))
    np.testing.assert_allclose([float(row["z"]) for row in rows], look.z, rtol=1e-5)
    np.testing.assert_allclose([float(row["contribution"]) for row in rows], look.contribution,
                               rtol=1e-5)
    assert float(rows[2]["changed_z"]) == 1.5


def test_objects_are_described_by_what_is_known(faces, rows_of_a_table):
    assert rows_of_a_table.describe(3) == "3, run"
    assert faces.describe(59) == "59"  # Nothing is there.
    present = faces.test.factors[5][[0, 4, 10, 13]] != 0
    assert faces.describe(5) == ", ".join(["5", *np.array(["bowtie", "hat", "eyes", "mouth"])[
        present]])


def test_what_a_feature_goes_with_is_named_the_closest_first(faces, rows_of_a_table):
    feature = next(iter(rows_of_a_table.features.values()))
    pairs = rows_of_a_table.goes_with(feature)
    assert {name for name, _ in pairs} == {"sit", "run"} and pairs[0][1] >= pairs[1][1]
    assert len(faces.goes_with(next(iter(faces.features.values())))) == 18


def test_the_first_object_has_something_to_see(faces):
    assert (faces.look_at(faces.test.x[faces.first]).z != 0).any()
