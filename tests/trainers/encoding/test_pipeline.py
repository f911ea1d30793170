"""The model handler and what it makes of replies."""
import numpy as np
import pyarrow.parquet as pq
import pytest

from trainers.encoding import codes, formats, pipeline, readers
from trainers.encoding.formats import Block
from trainers.encoding.handler import SignatureHandler


def blocks(rows):
    return [Block("a.npy", np.array([3]), rows[:1]),
            Block("b.npy", np.array([0, 5]), rows[1:3], np.array(["u", None], object))]


def dense(table, latent_dim):
    """Codes [n, latent_dim] of a table of indices and values."""
    z = np.zeros((len(table), latent_dim), "float32")
    for i, row in enumerate(table.to_pylist()):
        z[i, row["indices"]] = row["values"]
    return z


def test_active_latents_of_dense_codes():
    z = np.array([[0, 2, 0, -1], [0, 0, 0, 0], [3, 0, 0, 0]], "float32")
    table = codes.table(blocks(np.ones([3, 12], "float32")), {"z": z})
    assert table.to_pylist() == [
        {"source": "a.npy", "row": 3, "id": None, "indices": [1, 3], "values": [2., -1.]},
        {"source": "b.npy", "row": 0, "id": "u", "indices": [], "values": []},
        {"source": "b.npy", "row": 5, "id": None, "indices": [0], "values": [3.]}]


def test_active_latents_of_padded_codes_keep_their_order():
    reply = {"indices": np.array([[3, 1, -1], [-1, -1, -1], [0, -1, -1]], "int32"),
             "values": np.array([[-5, 2, 0], [0, 0, 0], [3, 0, 0]], "float32")}
    table = codes.table(blocks(np.ones([3, 12], "float32")), reply)
    assert table["indices"].to_pylist() == [[3, 1], [], [0]]
    assert table["values"].to_pylist() == [[-5., 2.], [], [3.]]


@pytest.mark.parametrize("signature", ["encode", "topk"])
def test_the_handler_puts_blocks_together_and_calls_the_signature(signature, servable, rows):
    model, folder = servable
    handler = SignatureHandler(str(folder / "blocks" / "1"), signature, 3, (12,))
    batch = blocks(rows * 50.) + blocks(rows[3:] * 50.)
    assert handler.get_num_bytes(batch) == 6 * 12 * 4
    found = handler.run_inference(batch, handler.load_model())
    assert [len(each.codes) for each in found] == [3, 3]  # In order, and no call of more.
    for (table, bad), x in zip(found, (rows[:3], rows[3:6])):
        assert bad == []
        z = model.encode(x * 50.).z
        np.testing.assert_allclose(dense(table, 4), z, atol=1e-5)
        np.testing.assert_array_equal(dense(table, 4) == 0, z == 0)
    options = handler.batch_elements_kwargs()
    assert options["max_batch_size"] == 8 * 3 and options["element_size_fn"](batch[1]) == 2


def test_of_large_observations_fewer_are_in_memory_at_a_time():
    large = SignatureHandler("", "encode", 1024, (64, 64, 3))
    assert large.batch_elements_kwargs()["max_batch_size"] == 1024


def test_rows_of_an_array_file_are_encoded_where_they_were_read(tmp_path, servable, rows):
    model, folder = servable
    np.save(tmp_path / "a.npy", rows[:5] * np.float32(50.))
    found = list(readers.read(str(tmp_path / "a.npy"), formats.Options((12,), batch_size=2)))
    assert all(block.x.ctypes.data % formats.ALIGNMENT == 0 for block in found)
    handler = SignatureHandler(str(folder / "blocks" / "1"), "encode", 2, (12,))
    tables = [each.codes for each in handler.run_inference(found, handler.load_model())]
    np.testing.assert_allclose(np.concatenate([dense(table, 4) for table in tables]),
                               model.encode(rows[:5] * 50.).z, atol=1e-5)


def test_row_groups_are_written_as_they_fill(tmp_path, monkeypatch):
    monkeypatch.setattr(pipeline, "_GROUP_ROWS", 5)
    table = codes.table(blocks(np.ones([3, 12], "float32")), {"z": np.eye(3, dtype="float32")})
    sink = pipeline.ParquetSink()
    with open(tmp_path / "a.parquet", "wb") as file:
        sink.open(file)
        for _ in range(5):
            sink.write(table)
        sink.flush()
    found = pq.ParquetFile(tmp_path / "a.parquet")
    assert [found.metadata.row_group(i).num_rows for i in range(3)] == [6, 6, 3]
    assert found.schema_arrow.equals(codes.SCHEMA)


def test_rows_without_a_code_are_named_and_lose_no_other():
    z = np.array([[0, np.nan], [1, 0], [np.inf, 2]], "float32")
    for reply in ({"z": z}, {"indices": np.array([[0, 1]] * 3, "int32"), "values": z}):
        table, bad = codes.encoded(blocks(np.ones([3, 12], "float32")), reply)
        assert [(row["source"], row["row"], row["id"]) for row in table.to_pylist()] == [
            ("b.npy", 0, "u")]
        assert [(each.source, each.row, each.rows) for each in bad] == [("a.npy", 3, 1),
                                                                      ("b.npy", 5, 1)]
        assert "can compute with" in bad[0].reason


def test_rows_whose_squares_overflow_are_finite_all_the_same():
    x = np.array([[1e30, 1.], [np.nan, 1.], [2., 3.]], "float32")
    bad, good = readers.screen(Block("a.npy", np.arange(3), x), (2,))
    assert bad.row == 1 and good.rows.tolist() == [0, 2]
