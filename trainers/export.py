"""Exports a model for serving, or checks an export as a server would load it."""
import argparse
import pathlib
import sys
from collections.abc import Sequence

from . import flags
from .names import called
from .quiet import load_tensorflow


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=called("export"), description=__doc__,
        epilog="With a model and --check, the export at PATH is compared with that model, and "
               "nothing is exported.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("model", nargs="?", metavar="RUN", default=argparse.SUPPRESS,
        help="a run folder, the name of one in --output, or a .keras file of a model of this "
             "library")
    add("--check", type=pathlib.Path, metavar="PATH", default=argparse.SUPPRESS,
        help="run every signature of this export, a version or the newest one of a servable, by "
             "TensorFlow's C API in a process without Python's TensorFlow, and compare with the "
             "Keras model")
    add("--name", metavar="NAME", default=argparse.SUPPRESS,
        help="name of the servable (default: the run's data set, and its model if that is no "
             "VSC; of a .keras file, the file's)")
    add("--version", type=flags.positive, metavar="N", default=argparse.SUPPRESS,
        help="number of the version (default: the next free one)")
    add("--top-k", type=flags.positive, metavar="K", default=argparse.SUPPRESS,
        help="width of the signature topk; where more latents are on, the weakest are left out "
             "(default: the number of latents, so none)")
    add("--onnx", type=pathlib.Path, metavar="DIR", default=argparse.SUPPRESS,
        help="write the signatures as ONNX files to this folder, and no SavedModel")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder that run names are looked up in")
    add("--export", type=pathlib.Path, default=pathlib.Path("saved_models"), metavar="DIR",
        help="folder for SavedModels")
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Returns the exit status: 0, 1 if a check finds differences, 2 for bad input."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if "onnx" in args and ("check" in args or "model" not in args):
        parser.error("expected --onnx with a RUN and without --check. See --help.")
    if "model" not in args and "check" not in args:
        parser.error("expected a RUN to export, or --check PATH. See --help.")
    try:
        load_tensorflow()
        # TensorFlow takes seconds: not before the flags are known good.
        from .running import exporting

        if "check" in args:
            return 0 if exporting.check(args) else 1
        (exporting.export_onnx if "onnx" in args else exporting.export)(args)
    except (ValueError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
