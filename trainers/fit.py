"""Trains a model, evaluates it on the test split, draws it and exports it for serving."""
import argparse
import os
import pathlib
import re
import sys
import time

from trainers import flags
from trainers.running import runs
from trainers.presets import PRESETS


def build_parser(preset_name, preset):
    """The parser; its help shows the defaults of `preset`."""
    parser = argparse.ArgumentParser(
        prog="python -m trainers.fit", description=__doc__,
        epilog=f"The defaults are those of preset {preset_name!r}; with another --dataset or "
               "--preset before --help they are its own. With --steps alone, all other step "
               "counts keep their share of the run.")
    add = parser.add_argument
    add("--preset", choices=tuple(PRESETS), metavar="NAME",
        help=f"settings to start from: {', '.join(PRESETS)} (default: the data set's own)")
    add("--run", metavar="NAME", help="name of the run (default: the preset's, numbered)")
    add("--resume", action="store_true",
        help="go on with --run, or with the newest unfinished run of the preset, of those with "
             "the settings that are given")
    add("--output", type=pathlib.Path, default=pathlib.Path("runs"), metavar="DIR",
        help="folder for runs (default: runs)")
    add("--export", type=pathlib.Path, default=pathlib.Path("saved_models"), metavar="DIR",
        help="folder for SavedModels (default: saved_models)")
    flags.add_settings(parser, preset)
    return parser


def prepare(args, preset_name, preset):
    """Data, model and run folder. All that is wrong shows here, before anything is written."""
    given = flags.given_settings(args)
    if args.resume:
        run, settings = runs.find(args.output, args.run, preset_name, given)
    else:
        run, settings = None, flags.settings_from(preset, given)
        runs.check_name(args.output, args.run)

    # TensorFlow takes seconds: not before the flags are known good.
    from trainers.running import build

    data = build.load_data(settings)
    if settings.batch_size > len(data.train.x):
        raise ValueError(f"expected --batch-size of at most {len(data.train.x)}, the number of "
                         f"training observations. Received: {settings.batch_size}")
    checkpoint = None if run is None else run / runs.CHECKPOINT
    if checkpoint is not None and checkpoint.is_file():
        model = build.restore_model(checkpoint, settings)
    else:
        model = build.build_model(settings, data.info.shape)
        model.adapt(build.to_start_from(data))
    if run is None:
        run = runs.create(args.output, args.run, preset_name, settings)
    return run, settings, data, model


def describe(run, settings, data, model):
    """What is about to happen, as text."""
    info, shape = data.info, " x ".join(map(str, data.info.shape))
    done = int(model.optimizer.iterations)
    body = f"{settings.hidden_units} hidden units" if settings.network == "mlp" else (
        "convolutional bodies")
    lines = [
        ("Data", f"{info.name}: {len(data.train.x):,} train and {len(data.test.x):,} test "
                 f"observations of {shape}" + (f". {info.note}" if info.note else "")),
        ("Model", f"{settings.model}: {settings.latent_dim} latents, {body}, "
                  f"{model.count_params():,} weights, {settings.likelihood} "
                  f"likelihood, scaling {settings.scaling}"),
        ("Training", f"{settings.steps:,} steps of {settings.batch_size} observations"
                     + (f", from step {done:,} on" if done else "")
                     + f"; an epoch is {settings.steps_per_epoch:,} steps"),
        *([("", "Products in bfloat16; --dtype float32 is faster on a CPU that lacks it")]
          if settings.dtype == "mixed_bfloat16" else []),
        ("Run", f"{run}/  (stopped before its end, it goes on with --resume --run {run.name})")]
    return "\n".join(f"{name:<10}{text}" for name, text in lines)


def train(run, settings, data, model):
    """Fits from the model's step to the last one; an OSError for a picture that is broken."""
    import keras
    import tensorflow as tf

    from trainers.running import build, pictures
    from vsc_tf import callbacks
    from vsc_tf.datasets.batches import batches

    step = int(model.optimizer.iterations)
    epoch = step // settings.steps_per_epoch
    epochs = settings.steps // settings.steps_per_epoch
    runs.trim_log(run, epoch)
    stream = batches(data.train.x, settings.batch_size, settings.seed, first_step=step)
    try:
        model.fit(
            stream, epochs=epochs, initial_epoch=epoch,
            steps_per_epoch=settings.steps_per_epoch, shuffle=False,
            validation_data=data.test.x[:2000], validation_batch_size=1000,
            verbose=1 if sys.stdout.isatty() else 2,
            callbacks=[
                *build.model_callbacks(settings, build.to_start_from(data)), callbacks.StopOnNaN(),
                callbacks.LogStep(),
                callbacks.ProgressBar(),
                keras.callbacks.CSVLogger(run / runs.LOG, append=True),
                keras.callbacks.TensorBoard(run / "tensorboard", write_graph=False),
                pictures.Pictures(data, run / "tensorboard" / "pictures", epochs),
                callbacks.Checkpoint(run / runs.CHECKPOINT, settings.checkpoint_seconds)])
    except tf.errors.InvalidArgumentError as error:  # What an error becomes in tf.data.
        cause = re.search("^ValueError: (.*)$", str(error), re.MULTILINE)
        if cause is None:
            raise
        raise OSError(cause[1]) from error


def finish(run, settings, data, model, seconds, export):
    """Keeps, measures, draws and exports; metrics.json comes last and marks the run finished."""
    from trainers.running import build, figures, report
    from trainers.export import about
    from vsc_tf import callbacks, serving

    print("Evaluating on the test split, drawing, exporting ...", flush=True)
    model = build.in_float32(model, settings, data.info.shape)
    callbacks.save(model, run / runs.MODEL)
    measures, codes = report.measure(model, data)
    figures.draw(model, data, codes, run)
    servable = serving.export(model, build.saved_model_folder(settings, export),
                              about=about(run, settings, measures))
    runs.write_json(run / runs.METRICS, {
        **measures, "training_seconds": round(seconds, 1), "saved_model": str(servable)})
    print(f"\n{report.table(measures)}\n\n"
          f"Run         {run}/  (config.json, metrics.json, log.csv, model.keras)\n"
          f"Figures     {run / runs.FIGURES}/\n"
          f"SavedModel  {servable}/\n"
          f"TensorBoard tensorboard --logdir {run / 'tensorboard'}")


def main(argv=None):
    """Returns the exit status: 0, 1 if training broke, 2 for a bad flag, setting or data."""
    argv = sys.argv[1:] if argv is None else argv
    preset_name, preset = flags.preset_of(argv)
    args = build_parser(preset_name, preset).parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        run, settings, data, model = prepare(args, preset_name, preset)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(describe(run, settings, data, model), flush=True)
    started = time.monotonic()
    try:
        train(run, settings, data, model)
    except (FloatingPointError, OSError) as error:
        print(f"error: {error}\nThe last good checkpoint, if there was one yet, is "
              f"{run / runs.CHECKPOINT}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\nStopped. Go on with: python -m trainers.fit --resume --run {run.name} "
              f"--output {args.output}", file=sys.stderr)
        return 130
    finish(run, settings, data, model, time.monotonic() - started, args.export)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
