"""Shards: rows that stay on disk, read wherever they lie; what a scaling is fitted to."""
import json

import keras
import numpy as np
import pytest

import vsc_tf
from trainers import shard
from vsc_tf.datasets import shards
from vsc_tf.datasets.batches import batches
from vsc_tf.scaling import METHODS, Scaling

pytest.importorskip("array_record", reason="array-record is optional")


@pytest.fixture(scope="module")
def x():
    return np.random.default_rng(0).normal(5., [1., 3., 0.], (250, 3)).astype("float32")


@pytest.fixture(scope="module")
def folder(x, tmp_path_factory):
    """`x` as shards of 60 rows."""
    path = tmp_path_factory.mktemp("shards") / "rows"
    assert shards.write(np.array_split(x, 7), path, ("a", "b", "c"), shard_rows=60) == 250
    return path


def test_rows_come_as_an_array_gives_them(folder, x):
    stored = shards.Shards(folder)
    assert stored.shape == x.shape and len(list(folder.glob("*.array_record"))) == 5
    for rows in (3, slice(50, 70), [249, 0, 60, 0], x[:, 0] > 5., slice(0, 0)):
        np.testing.assert_array_equal(stored[rows], x[rows])
    part = stored.subset(x[:, 0] > 5.).subset([2, 1])
    np.testing.assert_array_equal(part[:], x[x[:, 0] > 5.][[2, 1]])


def test_batches_are_those_of_the_array(folder, x):
    stored = shards.Shards(folder)
    for options in ({"first_step": 4}, {"share": (1, 2)}):
        found = zip(batches(stored, 40, 1, **options).take(8).as_numpy_iterator(),
                    batches(x, 40, 1, **options).take(8).as_numpy_iterator())
        for mine, expected in found:
            np.testing.assert_array_equal(mine, expected)


@pytest.mark.parametrize("method", METHODS)
def test_a_scaling_fitted_in_parts_is_that_of_the_whole(folder, x, method):
    whole, parts = Scaling(method), Scaling(method)
    whole.adapt(x)
    parts.adapt_to_parts(shards.Shards(folder), rows=33)
    np.testing.assert_allclose(parts(x), whole(x), rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(parts(x)[:, 2] == 0., whole(x)[:, 2] == 0.)


def test_a_model_is_fitted_to_shards_as_to_the_array(folder, x):
    data = vsc_tf.datasets.load(folder, test_fraction=0.2)
    assert data.info.column_names == ("a", "b", "c") and isinstance(data.train.x, shards.Shards)
    assert (len(data.train.x), data.test.x.shape) == (200, (50, 3))
    weights = []
    for train in (data.train.x, data.train.x[:]):
        keras.utils.set_random_seed(0)  # Layers take their seeds when they are made.
        model = vsc_tf.VAE(2, seed=0, likelihood="gaussian", scaling="standardise",
                           encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
        model.compile(optimizer="adam")
        model.fit(train, batch_size=50, verbose=0)
        weights.append(model.get_weights())
    for mine, expected in zip(*weights):
        np.testing.assert_allclose(mine, expected, rtol=1e-4, atol=1e-5)


def test_the_command_writes_what_load_reads(tmp_path, capsys, x):
    table = tmp_path / "rows.csv"
    table.write_text("a,kind,b\n" + "".join(f"{a},k,{b}\n" for a, b in x[:20, :2].tolist()))
    assert shard.main([str(table), str(tmp_path / "out"), "--label-column", "kind"]) == 0
    assert "20 rows" in capsys.readouterr().out
    stored = shards.Shards(tmp_path / "out")
    np.testing.assert_array_equal(stored[:], x[:20, :2])
    assert shards.read_index(tmp_path / "out")["column_names"] == ["a", "b"]
    assert shard.main([str(table), str(tmp_path / "out"), "--label-column", "kind"]) == 2
    assert "new or empty folder" in capsys.readouterr().err


def test_bad_rows_and_folders_are_refused(tmp_path, capsys, folder):
    table = tmp_path / "rows.csv"
    table.write_text("a,b\n1,2\n3,x\n")
    assert shard.main([str(table), str(tmp_path / "out")]) == 2
    assert "expected a number in column 'b', line 3. Received: 'x'" in capsys.readouterr().err
    with pytest.raises(ValueError, match="finite numbers.*row 2"):
        shards.write([np.ones([2, 2]), np.array([[1., np.nan]])], tmp_path / "nan")
    with pytest.raises(ValueError, match="at least one row"):
        shards.write([], tmp_path / "none")
    with pytest.raises(ValueError, match=r"folder of shards with shards\.json"):
        shards.Shards(tmp_path)
    about = json.loads((folder / shards.INDEX).read_text())
    (tmp_path / "cut").mkdir()
    (tmp_path / "cut" / shards.INDEX).write_text(json.dumps(about))
    with pytest.raises(ValueError, match="none of the name rows-00000"):
        shards.Shards(tmp_path / "cut")
