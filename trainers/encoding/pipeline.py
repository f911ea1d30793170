"""The Apache Beam pipeline of `trainers.encode`: files -> blocks -> codes -> Parquet."""
import concurrent.futures
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

import apache_beam as beam
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io import fileio
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.ml.inference.base import ModelHandler, RunInference

from . import readers
from .formats import Bad, Block, Options

CODES = "codes"
# Readers of a folder of Parquet pass over names with an underscore.
DEAD_LETTER, COUNTS = "_dead_letter.jsonl", "_counts.json"
SCHEMA = pa.schema([("source", pa.string()), ("row", pa.int64()), ("id", pa.string()),
                    ("indices", pa.list_(pa.int32())), ("values", pa.list_(pa.float32()))])
_CODE = ("z", "indices", "values")  # The outputs that are written, where a signature has them.
_GROUP_ROWS = 65_536  # Of a Parquet row group: what is in memory until it is written.
UNCODED = ("expected values that the model can compute with. Received: some too far from those that "
           "it was fitted to")


class Encoded(NamedTuple):
    """What became of the rows of one call: their codes, a table of `SCHEMA`, and those without."""

    codes: pa.Table
    bad: list[Bad]


class SignatureHandler(ModelHandler):
    """Calls a named signature of a SavedModel on `Block`s of rows; gives an `Encoded` for each call.

    Args:
        path: Folder of a version of a SavedModel, on any file system TensorFlow knows.
        signature: Name of a signature from `x` to `z`, or to `indices` and `values`.
        batch_size: Most rows of a call. Short blocks (an image is one of a single row) are
            put together.
    """

    def __init__(self, path: str, signature: str, batch_size: int) -> None:
        super().__init__(min_batch_size=batch_size, max_batch_size=batch_size,
                         element_size_fn=_rows_of_block)
        self.path, self.signature = path, signature

    def load_model(self) -> Any:
        # Only workers that encode load TensorFlow: to import this module is quick for the others.
        import tensorflow as tf

        return tf.saved_model.load(self.path)

    def run_inference(self, batch: Sequence[Block], model: Any,
                      inference_args: dict[str, Any] | None = None) -> list[Encoded]:
        # `load_model` has loaded it by now.
        import tensorflow as tf

        x = batch[0].x if len(batch) == 1 else np.concatenate([block.x for block in batch])
        reply = model.signatures[self.signature](x=tf.constant(x))
        return [encoded(batch, {name: reply[name].numpy() for name in _CODE if name in reply})]

    def get_num_bytes(self, batch: Sequence[Block]) -> int:
        return sum(block.x.nbytes for block in batch)


def _rows_of_block(block):
    return len(block.x)


def encoded(blocks: Sequence[Block], reply: dict[str, np.ndarray]) -> Encoded:
    """The codes of the rows that have one, the others as `Bad`; arguments as for `table`."""
    values = reply["values" if "indices" in reply else "z"]
    good = np.isfinite(values).all(axis=1)
    if good.all():
        return Encoded(table(blocks, reply), [])
    kept, bad, start = [], [], 0
    for block in blocks:
        mine = good[start:start + len(block.rows)]
        start += len(block.rows)
        kept.append(block.some(mine))
        bad += [Bad(block.source, int(row), 1, UNCODED) for row in block.rows[~mine]]
    return Encoded(table(kept, {name: array[good] for name, array in reply.items()}), bad)


def table(blocks: Sequence[Block], reply: dict[str, np.ndarray]) -> pa.Table:
    """The active latents of every row as a table of `SCHEMA`.

    Args:
        blocks: The `Block`s that the rows come from.
        reply: Either `z` [n, latent_dim], of which all that is not zero is kept, in the order
            of the latents; or `indices` (-1: none) and `values`, [n, k], kept in their order.
    """
    values = reply["values" if "indices" in reply else "z"]
    active = values != 0 if "z" in reply else reply["indices"] >= 0
    places = np.flatnonzero(active)
    indices = reply["indices"].ravel()[places] if "indices" in reply else (
        places % values.shape[1]).astype(np.int32)
    ends = np.concatenate([[0], np.cumsum(np.count_nonzero(active, axis=1))]).astype(np.int32)
    sources = pa.concat_arrays([pa.repeat(pa.scalar(b.source), len(b.rows)) for b in blocks])
    ids = pa.concat_arrays([pa.nulls(len(b.rows), pa.string()) if b.ids is None else
                            pa.array(b.ids, pa.string()) for b in blocks])
    return pa.table([
        sources, pa.array(np.concatenate([block.rows for block in blocks])), ids,
        pa.ListArray.from_arrays(ends, pa.array(indices)),
        pa.ListArray.from_arrays(ends, pa.array(values.ravel()[places]))], schema=SCHEMA)


class ParquetSink(fileio.FileSink):
    """A Parquet file of tables of `SCHEMA`, in row groups of at least `_GROUP_ROWS` rows.

    A thread writes a group while the next one is made.

    Args:
        columns: Names of the columns of what was encoded, which go into the file's metadata.
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.schema = SCHEMA.with_metadata({"input_columns": json.dumps([*columns])})

    def open(self, fh: IO[bytes]) -> None:
        # Floats do not repeat: a dictionary of them costs time and saves nothing.
        self.writer = pq.ParquetWriter(
            fh, self.schema, use_dictionary=["source", "indices.list.element"])
        self.thread, self.writing = concurrent.futures.ThreadPoolExecutor(1), None
        self.tables: list[pa.Table] = []
        self.rows = 0

    def write(self, record: pa.Table) -> None:
        self.tables.append(record)
        self.rows += len(record)
        if self.rows >= _GROUP_ROWS:
            self._write_group()

    def _write_group(self):
        self._wait()
        if self.rows:
            self.writing = self.thread.submit(
                self.writer.write_table,
                pa.concat_tables(self.tables).replace_schema_metadata(self.schema.metadata))
        self.tables, self.rows = [], 0

    def _wait(self):
        if self.writing is not None:
            self.writing.result()

    def flush(self) -> None:
        self._write_group()
        self._wait()
        self.thread.shutdown()
        self.writer.close()


class _Parts(beam.DoFn):
    """File -> the parts of it that are read by themselves."""

    def process(self, file: Any) -> Iterator[Any]:
        if readers.kind_of(file.path) is None:
            yield _count("passed_over", 1)
            return
        yield _count("files", 1)
        for start, stop in readers.parts(file.path, _open):
            yield file.path, start, stop


class _Read(beam.DoFn):
    """Part of a file -> its `Block`s; the `Bad` rows and the counts beside."""

    def __init__(self, options: Options) -> None:
        self.options = options

    def process(self, part: tuple[str, int, int | None]) -> Iterator[Any]:
        for rows, found in readers.ahead(self._screened(*part)):
            yield _count("rows_in", rows)
            for item in found:
                if isinstance(item, Block):
                    yield item
                else:
                    yield _count("dead_letters", 1)
                    yield _count("rows_dead", item.rows)
                    yield beam.pvalue.TaggedOutput("bad", item)

    def _screened(self, path, start, stop):
        """(rows as they were read, what became of them)."""
        for item in readers.read(path, self.options, _open, start, stop):
            if isinstance(item, Block):
                yield len(item.rows), list(readers.screen(
                    item, self.options.shape, self.options.missing))
            else:
                yield item.rows, [item]


class _Codes(beam.DoFn):
    """`Encoded` -> its table of codes; the `Bad` rows and the counts beside."""

    def process(self, found: Encoded) -> Iterator[Any]:
        yield found.codes
        yield _count("rows_encoded", len(found.codes))
        for bad in found.bad:
            yield _count("dead_letters", 1)
            yield _count("rows_dead", 1)
            yield beam.pvalue.TaggedOutput("bad", bad)


def _count(name, number):
    return beam.pvalue.TaggedOutput("counts", (name, number))


def _open(path, mode):
    # As it is: Beam unpacks by the name, and takes an archive that was cut short for a whole one.
    return FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)


def build(pipeline: beam.Pipeline, patterns: Sequence[str], output: str,
          handler: SignatureHandler, options: Options) -> None:
    """Adds all steps to a Beam pipeline.

    Args:
        pipeline: `beam.Pipeline`.
        patterns: File patterns as Beam's file systems know them.
        output: Folder for the Parquet files, the dead letters and the counts.
        handler: `SignatureHandler`.
        options: `formats.Options`.
    """
    parts = (pipeline | "Patterns" >> beam.Create(patterns)
             | "Files" >> fileio.MatchAll()
             | "Parts" >> beam.ParDo(_Parts()).with_outputs("counts", main="parts"))
    # Without the shuffle, one worker would read all that it has found.
    read = (parts.parts | "Spread" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_Read(options)).with_outputs("bad", "counts", main="blocks"))
    made = (read.blocks | "Encode" >> RunInference(handler)
            | "Split" >> beam.ParDo(_Codes()).with_outputs("bad", "counts", main="codes"))
    columns = [column[0] for column in options.table] or options.names
    # Beam's WriteToParquet would hold all codes in memory: it waits for a side input.
    made.codes | "Codes" >> fileio.WriteToFiles(
        output, sink=lambda _: ParquetSink(columns), file_naming=fileio.default_file_naming(CODES, ".parquet"))
    ((read.bad, made.bad) | "All dead" >> beam.Flatten()
     | "Lines" >> beam.Map(lambda bad: json.dumps(bad._asdict()))
     | "Dead letters" >> beam.io.WriteToText(
         FileSystems.join(output, DEAD_LETTER), num_shards=1, shard_name_template=""))
    ((parts.counts, read.counts, made.counts)
     | "All counts" >> beam.Flatten() | "Sum" >> beam.CombinePerKey(sum)
     | "As one" >> beam.combiners.ToDict() | "As JSON" >> beam.Map(json.dumps)
     | "Counts" >> beam.io.WriteToText(
         FileSystems.join(output, COUNTS), num_shards=1, shard_name_template=""))
