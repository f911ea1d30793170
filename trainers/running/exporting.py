"""Loads a model, exports it for serving or as ONNX, and checks an export: `trainers.export`."""
import argparse
import dataclasses
import pathlib
import sys

from vsc_tf import serving
from vsc_tf.models.base import LatentModel
from vsc_tf.serving.checking import TOLERANCE

from ..names import called
from ..presets import Preset
from . import build, naming, runs


def about(run: pathlib.Path, settings: Preset, measures: dict) -> dict:
    """What the model card says of a run: its data, settings, measures and named features."""
    names = naming.read(run)
    return {"run": run.name,
            **({"feature_names": {str(dim): names[dim] for dim in sorted(names)}} if names else {}),
            "training_data": measures.get("dataset", {"name": settings.dataset}),
            "settings": dataclasses.asdict(settings),
            "measures": {name: measures[name] for name in ("test", "codes", "sources")
                         if name in measures},
            "trained_with": measures["versions"]}


def load(name: str, output: pathlib.Path) -> tuple[LatentModel, str, dict]:
    """Model, folder name of its servable, and what its card says, of a run or a .keras file."""
    path = pathlib.Path(name)
    if path.suffix == ".keras":
        return build.load_model(path), path.stem, {"keras_file": path.name}
    run = runs.find_finished(name, output)
    settings = runs.read_config(run)
    return (build.load_model(run / runs.MODEL), build.saved_model_folder(settings, "").name,
            about(run, settings, runs.read_json(run / runs.METRICS)))


def export(args: argparse.Namespace) -> None:
    """Exports the model that the command line names."""
    model, name, card = load(args.model, args.output)
    name = getattr(args, "name", name)
    if pathlib.Path(name).name != name or name.startswith("."):
        raise ValueError("expected --name to be one folder's name, as clients will ask for it. "
                         f"Received: {name!r}. Name the folder above it with --export.")
    servable = serving.export(model, args.export / name, version=getattr(args, "version", None),
                              top_k=getattr(args, "top_k", None), about=card)
    print(f"SavedModel  {servable}/  (model_card.json says what it takes and gives)\n"
          f"Check it    {called('export')} --check {servable}")


def export_onnx(args: argparse.Namespace) -> None:
    """Writes the model's signatures as ONNX files; prints which, and why others cannot be."""
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


def check(args: argparse.Namespace) -> bool:
    """Checks an export, prints a table and returns whether all agrees."""
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
