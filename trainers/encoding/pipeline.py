"""The Apache Beam pipeline of `trainers.encode`: files -> blocks -> codes -> Parquet."""
import concurrent.futures
import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

import apache_beam as beam
import pyarrow as pa
import pyarrow.parquet as pq
from apache_beam.io import fileio
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.ml.inference.base import RunInference

from . import readers
from .codes import SCHEMA, Encoded
from .formats import Block, Options
from .handler import SignatureHandler

CODES = "codes"
# Readers of a folder of Parquet pass over names with an underscore.
DEAD_LETTER, COUNTS = "_dead_letter.jsonl", "_counts.json"
# Of Parquet files. Floats do not repeat: a dictionary of them costs time and saves nothing.
LAYOUT = {"use_dictionary": ["source", "indices.list.element"]}
_GROUP_ROWS = 65_536  # Of a Parquet row group: what is in memory until it is written.

class ParquetSink(fileio.FileSink):
    """A Parquet file of tables of `SCHEMA`, in row groups of at least `_GROUP_ROWS` rows.

    A thread writes a group while the next one is made.

    Args:
        columns: Names of the columns of what was encoded, which go into the file's metadata.
    """

    def __init__(self, columns: Sequence[str] = ()) -> None:
        self.schema = SCHEMA.with_metadata({"input_columns": json.dumps([*columns])})

    def open(self, fh: IO[bytes]) -> None:
        self.writer = pq.ParquetWriter(fh, self.schema, **LAYOUT)
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
        output, sink=lambda _: ParquetSink(columns),
        file_naming=fileio.default_file_naming(CODES, ".parquet"))
    ((read.bad, made.bad) | "All dead" >> beam.Flatten()
     | "Lines" >> beam.Map(lambda bad: json.dumps(bad._asdict()))
     | "Dead letters" >> beam.io.WriteToText(
         FileSystems.join(output, DEAD_LETTER), num_shards=1, shard_name_template=""))
    ((parts.counts, read.counts, made.counts)
     | "All counts" >> beam.Flatten() | "Sum" >> beam.CombinePerKey(sum)
     | "As one" >> beam.combiners.ToDict() | "As JSON" >> beam.Map(json.dumps)
     | "Counts" >> beam.io.WriteToText(
         FileSystems.join(output, COUNTS), num_shards=1, shard_name_template=""))
