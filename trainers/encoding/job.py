"""The Beam job of `trainers.encode`: what it reads, where it writes, and its run to the end."""
import argparse
import contextlib
import json
import os
import re
from collections.abc import Sequence

import apache_beam as beam
import pyarrow.parquet as pq
from apache_beam.io.filesystems import FileSystems
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

from . import pipeline, readers
from .formats import Options
from .handler import SignatureHandler


def patterns(inputs: Sequence[str]) -> list[str]:
    """File patterns of the inputs, each of which finds something."""
    found = []
    for path in inputs:
        is_there = FileSystems.exists(path)  # Then it is no pattern, whatever is in its name.
        literal = re.sub(r"([*?\[])", r"[\1]", path) if is_there else path
        is_file = readers.kind_of(path) or "*" in path and not is_there
        pattern = (literal if is_file and not os.path.isdir(path)
                   else FileSystems.join(literal, "**"))
        files = FileSystems.match([pattern])[0].metadata_list
        if not any(readers.kind_of(file.path) for file in files):
            raise ValueError(f"expected --input to find files ({readers.ACCEPTED}). Received: "
                             f"{path}, with {len(files)} files, none of these. Check the path.")
        found.append(pattern)
    return found


def check_output(output: str) -> None:
    """A ValueError if the output folder holds files."""
    if FileSystems.match([FileSystems.join(output, "**")], [1])[0].metadata_list:
        raise ValueError(f"expected --output to be a new or empty folder. Received: {output}, "
                         "which holds files. Name another one.")


def options_of_beam(argv: Sequence[str], runner: str) -> PipelineOptions:
    """`PipelineOptions` of the flags after --; `runner` if they name none."""
    options = PipelineOptions(argv)
    standard = options.view_as(StandardOptions)
    standard.runner = standard.runner or runner
    return options


def encode(version: str, shape: tuple[int, ...], args: argparse.Namespace,
           beam_options: PipelineOptions, names: tuple[str, ...] = (), table: tuple = (),
           missing: bool = False) -> dict[str, int]:
    """Runs the pipeline to its end, beside the output, which is then moved; returns the counts."""
    handler = SignatureHandler(version, args.signature, args.batch_size, shape)
    options = Options(shape, args.batch_size, args.label_column, args.feature, args.resize,
                      args.crop, names, table, args.id_column, missing, args.group_column)
    beside = FileSystems.join(args.output, ".partial")
    with contextlib.suppress(OSError):  # The folder may be there.
        FileSystems.mkdirs(beside)
    try:
        with beam.Pipeline(options=beam_options) as running:
            pipeline.build(running, args.patterns, beside, handler, options)
        with FileSystems.open(FileSystems.join(beside, pipeline.COUNTS)) as file:
            counts = json.loads(file.read())
        codes = FileSystems.match([FileSystems.join(beside, "*.parquet")])[0].metadata_list
        written = [file.path for file in codes]
        counts["rows_written"] = sum(map(rows_written, written))
        written += [FileSystems.join(beside, name) for name in (
            pipeline.DEAD_LETTER, pipeline.COUNTS)]
        FileSystems.rename(written, [
            FileSystems.join(args.output, FileSystems.split(path)[1]) for path in written])
    finally:
        if FileSystems.exists(beside):  # An object store has no empty folders.
            FileSystems.delete([beside])
    return counts


def rows_written(path: str) -> int:
    """Rows of a Parquet file, as its footer says."""
    with FileSystems.open(path) as file:
        return pq.read_metadata(file).num_rows
