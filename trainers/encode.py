"""Encodes the files of a data lake with a SavedModel; writes the sparse codes as Parquet."""
import argparse
import contextlib
import json
import logging
import os
import sys

from trainers import flags
from trainers.encoding import readers
from trainers.encoding.formats import Options

RUNNER = "FnApiRunner"  # Beam's own, in this process. Its "DirectRunner" downloads another one.


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m trainers.encode", description=__doc__,
        usage="%(prog)s [-h] --model DIR --input PATH [PATH ...] --output DIR [...] "
              "[-- FLAGS OF BEAM]",
        epilog="Flags after -- go to Apache Beam, e.g. -- --runner FlinkRunner "
               f"--flink_master host:8081. Without a runner it is {RUNNER}: all in this process.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--model", required=True, metavar="DIR", default=argparse.SUPPRESS,
        help="servable, of which the newest version is taken, or one version of it")
    add("--input", required=True, nargs="+", metavar="PATH", default=argparse.SUPPRESS,
        help=f"files ({readers.ACCEPTED}), patterns with * and **, or folders, which are gone "
             "through to the bottom")
    add("--output", required=True, metavar="DIR", default=argparse.SUPPRESS,
        help="new or empty folder for the Parquet files, the dead letters and the counts")
    add("--signature", default="encode", metavar="NAME",
        help="signature that gives z (encode), or indices and values (topk)")
    add("--batch-size", type=flags.positive, default=1024, metavar="N", help="rows of a call")
    add("--label-column", default="", metavar="NAME", help=".csv only: the column to leave out")
    add("--feature", default="x", metavar="NAME",
        help="TFRecord only: the float_list of each tf.train.Example")
    add("--resize", action="store_true", help="images only: resize to the model's size")
    add("--crop", type=flags.share, metavar="SHARE",
        help="images only: resize the square in the middle, its side this share of the width; "
             "a model of CelebA was trained on 0.8315")
    return parser


def find_version(model):
    """Folder of the SavedModel: `model` itself, or the highest version in it."""
    import tensorflow as tf

    join, files = os.path.join, tf.io.gfile
    if files.exists(join(model, "saved_model.pb")):
        return model
    names = files.listdir(model) if files.isdir(model) else []
    versions = [int(name.rstrip("/")) for name in names if name.rstrip("/").isdecimal()
                and files.exists(join(model, name, "saved_model.pb"))]
    if not versions:
        raise ValueError("expected --model to be a SavedModel, or a folder of its versions. "
                         f"Received: {model}, which holds none. Export one with: "
                         "python -m trainers.export RUN")
    return join(model, str(max(versions)))


def input_shape(version, name):
    """Shape of one observation that a signature takes. Loads the model once, to be sure of it."""
    import tensorflow as tf

    try:
        signatures = tf.saved_model.load(version).signatures
    except Exception as error:  # Each missing or cut file makes TensorFlow raise another kind.
        raise ValueError(f"expected a whole SavedModel. Received: {version}, which cannot be "
                         f"loaded: {str(error).splitlines()[0]} Export it again.") from error
    if name not in signatures:
        raise ValueError(f"expected --signature to be one of {', '.join(sorted(signatures))}. "
                         f"Received: {name}")
    takes = signatures[name].structured_input_signature[1]
    gives = set(signatures[name].structured_outputs)
    if set(takes) != {"x"} or not ("z" in gives or {"indices", "values"} <= gives):
        raise ValueError("expected --signature to go from x to z, or to indices and values. "
                         f"Received: {name}, from {', '.join(takes)} to "
                         f"{', '.join(sorted(gives))}. Take encode, or topk.")
    return tuple(takes["x"].shape[1:])


def patterns(inputs):
    """File patterns of the inputs, each of which finds something."""
    from apache_beam.io.filesystems import FileSystems

    found = []
    for path in inputs:
        is_file = readers.kind_of(path) or "*" in path
        pattern = path if is_file else FileSystems.join(path, "**")
        files = FileSystems.match([pattern])[0].metadata_list
        if not any(readers.kind_of(file.path) for file in files):
            raise ValueError(f"expected --input to find files ({readers.ACCEPTED}). Received: "
                             f"{path}, with {len(files)} files, none of these. Check the path.")
        found.append(pattern)
    return found


def check_output(output):
    from apache_beam.io.filesystems import FileSystems

    if FileSystems.match([FileSystems.join(output, "**")], [1])[0].metadata_list:
        raise ValueError(f"expected --output to be a new or empty folder. Received: {output}, "
                         "which holds files. Name another one.")


def options_of_beam(argv):
    """`PipelineOptions` of the flags after --."""
    from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions

    options = PipelineOptions(argv)
    standard = options.view_as(StandardOptions)
    standard.runner = standard.runner or RUNNER
    return options


def encode(version, shape, args, beam_options):
    """Runs the pipeline to its end, beside the output, which is then moved; returns the counts."""
    import apache_beam as beam
    from apache_beam.io.filesystems import FileSystems

    from trainers.encoding import pipeline as steps

    handler = steps.SignatureHandler(version, args.signature, args.batch_size)
    options = Options(shape, args.batch_size, args.label_column, args.feature, args.resize,
                      args.crop)
    beside = FileSystems.join(args.output, ".partial")
    with contextlib.suppress(OSError):  # The folder may be there.
        FileSystems.mkdirs(beside)
    try:
        with beam.Pipeline(options=beam_options) as pipeline:
            steps.build(pipeline, args.patterns, beside, handler, options)
        with FileSystems.open(FileSystems.join(beside, steps.COUNTS)) as file:
            counts = json.loads(file.read())
        codes = FileSystems.match([FileSystems.join(beside, "*.parquet")])[0].metadata_list
        written = [file.path for file in codes]
        counts["rows_written"] = sum(map(rows_written, written))
        written += [FileSystems.join(beside, name) for name in (
            steps.DEAD_LETTER, steps.COUNTS)]
        FileSystems.rename(written, [
            FileSystems.join(args.output, FileSystems.split(path)[1]) for path in written])
    finally:
        if FileSystems.exists(beside):  # An object store has no empty folders.
            FileSystems.delete([beside])
    return counts


def rows_written(path):
    """Rows of a Parquet file, as its footer says."""
    import pyarrow.parquet as pq
    from apache_beam.io.filesystems import FileSystems

    with FileSystems.open(path) as file:
        return pq.read_metadata(file).num_rows


def main(argv=None):
    """Returns the exit status: 0, 1 if the job or its counts went wrong, 2 for bad input."""
    argv = sys.argv[1:] if argv is None else argv
    split = argv.index("--") if "--" in argv else len(argv)
    args = build_parser().parse_args(argv[:split])
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.basicConfig(level=logging.ERROR)  # Beam warns of packages that nothing here uses.
    try:
        from vsc_tf import extras
        extras.load("apache_beam", "apache-beam", "trainers.encode")
        args.patterns = patterns(args.input)
        version = find_version(args.model)
        shape = input_shape(version, args.signature)
        check_output(args.output)
        beam_options = options_of_beam(argv[split + 1:])
    except (ValueError, ImportError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Model     {version}, signature {args.signature}: rows of "
          f"{' x '.join(map(str, shape))}", flush=True)
    try:
        counts = encode(version, shape, args, beam_options)
    except Exception as error:  # A full disk, a lost worker: Beam raises what it comes to.
        print(f"error: the job failed, and nothing was written: {error}", file=sys.stderr)
        return 1
    return report(counts, args.output)


def report(counts, output):
    """Prints the counts; the exit status they deserve."""
    files, other, rows, dead, letters, written = (counts.get(name, 0) for name in (
        "files", "passed_over", "rows_in", "rows_dead", "dead_letters", "rows_written"))
    print(f"Files     {files:,} read, {other:,} of other kinds passed over\n"
          f"Rows in   {rows:,}\n"
          f"Codes     {written:,} in {output}/codes*.parquet\n"
          f"Dead      {dead:,}, in {letters:,} lines of {output}/_dead_letter.jsonl")
    if rows != written + dead:
        print(f"error: {rows:,} rows went in, {written:,} codes and {dead:,} dead letters came "
              "out. Do not use these codes; run it again.", file=sys.stderr)
        return 1
    if not written:
        print("error: expected at least one row that can be encoded. Received: none. See the "
              "dead letters.", file=sys.stderr)
        return 1
    print("Agree     rows in = codes + dead")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
