"""Names of features are kept with a run, and used in its figures."""
import numpy as np
import pytest

from trainers.running import figures, naming
from vsc_tf.datasets import Info
from vsc_tf.generation import Feature


def test_names_are_kept_and_long_ones_cut(tmp_path):
    assert naming.read(tmp_path) == {}
    naming.write(tmp_path, {12: "hat", 3: "m" * 99})
    assert naming.read(tmp_path) == {3: "m" * 60, 12: "hat"}
    assert [path.name for path in tmp_path.iterdir()] == [naming.FILE]


@pytest.mark.parametrize("text", ["[1]", "{", '{"a": "hat"}', "null"])
def test_a_damaged_file_is_named(tmp_path, text):
    (tmp_path / naming.FILE).write_text(text)
    with pytest.raises(ValueError, match="feature_names.json to hold a name.*Mend or remove it"):
        naming.read(tmp_path)


def test_figures_have_them():
    feature = Feature(3, 0.5, 0., 1., 2., np.arange(2), np.zeros(4), 1., np.array([0.1, 0.9]), None)
    info = Info("x", (4,), class_names=("cat", "dog"))
    assert figures.title(feature, info, {3: "tail"}) == "3: tail"
    assert "tail" not in figures.title(feature, info, {5: "tail"})
