"""Encodes the files of a data lake with a SavedModel; writes the sparse codes as Parquet."""
import argparse
import logging
import sys
from collections.abc import Sequence

from . import flags, needed
from .encoding import readers
from .names import called
from .quiet import load_tensorflow

RUNNER = "FnApiRunner"  # Beam's own, in this process. Its "DirectRunner" downloads another one.


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called("encode"), description=__doc__,
        usage="%(prog)s [-h] --model DIR --input PATH [PATH ...] --output DIR [...] "
              "[-- FLAGS OF BEAM]",
        epilog="Flags after -- go to Apache Beam, e.g. -- --runner FlinkRunner "
               f"--flink_master host:8081. Without a runner it is {RUNNER}: all in this process.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--model", required=True, metavar="DIR", default=argparse.SUPPRESS,
        help="servable, of which the newest version is taken, or one version of it; a SavedModel "
             "is a program, so take it from people you trust only")
    add("--input", required=True, nargs="+", metavar="PATH", default=argparse.SUPPRESS,
        help=f"files ({readers.ACCEPTED}), patterns with * and **, or folders, which are gone "
             "through to the bottom")
    add("--output", required=True, metavar="DIR", default=argparse.SUPPRESS,
        help="new or empty folder for the Parquet files, the dead letters and the counts")
    add("--signature", default="encode", metavar="NAME",
        help="signature that gives z (encode), or indices and values (topk)")
    add("--batch-size", type=flags.positive, default=1024, metavar="N", help="rows of a call")
    add("--label-column", default="", metavar="NAME", help="tables only: the column to leave out")
    add("--id-column", default="", metavar="NAME",
        help="tables only: the column that names the rows; it is written beside their codes")
    add("--group-column", default="", metavar="NAME",
        help="tables only: another column to leave out, as in training")
    add("--feature", default="x", metavar="NAME",
        help="TFRecord only: the float_list of each tf.train.Example")
    add("--resize", action="store_true", help="images only: resize to the model's size")
    add("--crop", type=flags.share, metavar="SHARE",
        help="images only: resize the square in the middle, its side this share of the width; "
             "a model of CelebA was trained on 0.8315")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, 1 if the job or its counts went wrong, 2 for bad input."""
    argv = sys.argv[1:] if argv is None else argv
    split = argv.index("--") if "--" in argv else len(argv)
    args = build_parser().parse_args(argv[:split])
    logging.basicConfig(level=logging.ERROR)  # Beam warns of packages that nothing here uses.
    try:
        needed.check("beam", "apache_beam")
        load_tensorflow()
        # Beam is optional, and just now found to be there.
        from .encoding import job, servable

        args.patterns = job.patterns(args.input)
        version = servable.find_version(args.model)
        shape = servable.input_shape(version, args.signature)
        names, table, missing = servable.known_of(version)
        job.check_output(args.output)
        beam_options = job.options_of_beam(argv[split + 1:], RUNNER)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Model     {version}, signature {args.signature}: rows of "
          f"{' x '.join(map(str, shape))}", flush=True)
    if len(shape) == 1:
        read = columns_of(shape[0], names, args.label_column)
        if table:
            read = f"{len(table):,}, by the kinds in the model card, " + read.partition(", ")[2]
        print(f"Columns   {read}{'; cells can be missing' * missing}", flush=True)
    try:
        counts = job.encode(version, shape, args, beam_options, names, table, missing)
    except Exception as error:  # A full disk, a lost worker: Beam raises what it comes to.
        print(f"error: the job failed, and nothing was written: {error}", file=sys.stderr)
        return 1
    return report(counts, args.output)


def columns_of(count: int, names: Sequence[str], label_column: str) -> str:
    """What is read of each table, in a line.

    >>> columns_of(2, ["a", "b"], "kind")
    '2 of numbers, by name: a, b; column kind is left out'
    """
    by = f"by name: {', '.join(names[:8])}{', ...' * (len(names) > 8)}" if names else (
        "by position: the model knows no names")
    return f"{count:,} of numbers, {by}" + f"; column {label_column} is left out" * bool(
        label_column)


def report(counts: dict[str, int], output: str) -> int:
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
