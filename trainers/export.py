"""Exports a model for serving, or checks an export as a server would load it."""
import argparse
import dataclasses
import os
import pathlib
import sys
import zipfile

from trainers import flags
from trainers.running import runs


def build_parser():
    parser = argparse.ArgumentParser(
        prog="python -m trainers.export", description=__doc__,
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


def about(run, settings, measures):
    """What the model card says of a run: its data, settings and measures."""
    return {"run": run.name,
            "training_data": measures.get("dataset", {"name": settings.dataset}),
            "settings": dataclasses.asdict(settings),
            "measures": {name: measures[name] for name in ("test", "codes", "sources")
                         if name in measures},
            "trained_with": measures["versions"]}


def load(name, output):
    """Model, folder name of its servable, and what its card says, of a run or a .keras file."""
    from trainers.running import build

    path = pathlib.Path(name)
    if path.suffix == ".keras":
        return load_file(path), path.stem, {"keras_file": path.name}
    run = runs.find_finished(name, output)
    settings = runs.read_config(run)
    return (load_file(run / runs.MODEL), build.saved_model_folder(settings, "").name,
            about(run, settings, runs.read_json(run / runs.METRICS)))


def load_file(path):
    """The model of a .keras file, or a ValueError that says why there is none."""
    import keras

    from vsc_tf.models.base import LatentModel

    cure = "Name a run folder, or a .keras file of a model of this library."
    if not path.is_file():
        raise ValueError(f"expected a .keras file. Received: {path}, which is not there. {cure}")
    try:
        model = keras.models.load_model(path)
    except (ValueError, TypeError, KeyError, OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"expected {path} to be a whole .keras file. Received: {error}. "
                         f"{cure}") from None
    if not isinstance(model, LatentModel):
        raise ValueError(f"expected a model of this library in {path}. Received: "
                         f"{type(model).__name__}. {cure}")
    return model


def export(args):
    """Exports the model that the command line names."""
    from vsc_tf import serving

    model, name, card = load(args.model, args.output)
    name = getattr(args, "name", name)
    if pathlib.Path(name).name != name or name.startswith("."):
        raise ValueError("expected --name to be one folder's name, as clients will ask for it. "
                         f"Received: {name!r}. Name the folder above it with --export.")
    servable = serving.export(model, args.export / name, version=getattr(args, "version", None),
                              top_k=getattr(args, "top_k", None), about=card)
    print(f"SavedModel  {servable}/  (model_card.json says what it takes and gives)\n"
          f"Check it    python -m trainers.export --check {servable}")


def export_onnx(args):
    """Writes the model's signatures as ONNX files; prints which, and why others cannot be."""
    from vsc_tf import serving

    model = load(args.model, args.output)[0]
    written = 0
    for name in serving.signatures.of(model):
        path = args.onnx / f"{name}.onnx"
        if name == serving.signatures.DEFAULT:
            continue  # The same as encode.
        try:
            print(f"ONNX        {serving.export_onnx(model, path, name)}")
            written += 1
        except ValueError as error:
            print(f"left out    {error}", file=sys.stderr)
    if not written:
        raise ValueError("expected a signature that can be an ONNX file. Received: none.")


def check(args):
    """Checks an export, prints a table and returns whether all agrees."""
    from vsc_tf import serving
    from vsc_tf.serving.checking import TOLERANCE

    model = load(args.model, args.output)[0] if "model" in args else None
    differences = serving.check(args.check, model)
    sizes = sorted({rows for _, rows in differences})
    print("Largest difference from the Keras model, in units of max(1, |value|); exact zeros of "
          "codes must agree\n")
    print(f"{'signature':<18}{'outputs':<40}" + "".join(f"{n:>8} rows" for n in sizes))
    for name in dict.fromkeys(name for name, _ in differences):
        worst = [max(differences[name, n].values()) for n in sizes]
        outputs = ", ".join(differences[name, sizes[0]])
        print(f"{name:<18}{outputs[:38]:<40}" + "".join(f"{value:>13.1e}" for value in worst))
    agrees = all(value <= TOLERANCE for outputs in differences.values()
                 for value in outputs.values())
    print(f"\n{'All agree' if agrees else 'NOT all agree'} within {TOLERANCE:g}.")
    return agrees


def main(argv=None):
    """Returns the exit status: 0, 1 if a check finds differences, 2 for bad input."""
    parser = build_parser()
    args = parser.parse_args(argv)
    if "onnx" in args and ("check" in args or "model" not in args):
        parser.error("expected --onnx with a RUN and without --check. See --help.")
    if "model" not in args and "check" not in args:
        parser.error("expected a RUN to export, or --check PATH. See --help.")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        if "check" in args:
            return 0 if check(args) else 1
        (export_onnx if "onnx" in args else export)(args)
    except (ValueError, OSError, ImportError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
