"""Rows per second of `trainers.encode` against a plain loop over the SavedModel, and memory.

    python -m benchmarks.encode                  # 1,000,000 rows of 561 features, 2.2 GB
    python -m benchmarks.encode --rows 100000

The loop calls the signature on batches of the same .npy file, in order, and drops the codes.
The pipeline reads, checks, encodes and writes Parquet. Each runs in a process of its own, loop,
pipeline, loop; both times count from before the model is loaded, without imports. Memory is
what a process has for itself (RssAnon), twice a second; it is flat if the last third needs no
more than the one before.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "encode.json"
GOAL = 2.0  # The pipeline may take so many times the loop's seconds.


def write_rows(path, rows, features, seed=0):
    """A .npy file of standard Normal rows, written a block at a time."""
    import numpy as np

    x = np.lib.format.open_memmap(path, "w+", np.float32, (rows, features))
    rng = np.random.default_rng(seed)
    for i in range(0, rows, 10_000):
        x[i:i + 10_000] = rng.standard_normal((len(x[i:i + 10_000]), features), np.float32)
    x.flush()


def write_model(folder, features, latent_dim, hidden):
    """A SavedModel of UCI HAR's size, whose rows have about a third of the latents active."""
    import numpy as np

    import vsc_tf

    networks = {name: vsc_tf.networks.mlp(hidden) for name in ("encoder", "decoder")}
    model = vsc_tf.VSC(latent_dim, seed=0, scaling="standardise", spike_bias=-0.4,
                       likelihood="learned_gaussian", **networks)
    x = np.random.default_rng(1).standard_normal((5000, features), np.float32)
    model.adapt(x)
    active = float((model.encode(x).z != 0).mean() * latent_dim)
    return str(vsc_tf.serving.export(model, folder)), round(active, 1)


def loop(version, path, batch_size):
    """Seconds of calling the signature on all rows, in this process."""
    import numpy as np
    import tensorflow as tf

    started = time.perf_counter()
    model = tf.saved_model.load(version)
    served, x = model.signatures["encode"], np.load(path, mmap_mode="r")
    for i in range(0, len(x), batch_size):
        served(x=tf.constant(x[i:i + batch_size]))["z"].numpy()
    return time.perf_counter() - started


def pipeline(version, path, batch_size, output):
    """Seconds of the Beam job, in this process."""
    from trainers import encode
    from trainers.encoding import job

    argv = ["--model", version, "--input", path, "--output", output,
            "--batch-size", str(batch_size)]
    run, seconds = job.encode, []

    def timed(*args):
        started = time.perf_counter()
        counts = run(*args)
        seconds.append(time.perf_counter() - started)
        return counts

    job.encode = timed
    if encode.main(argv):
        raise SystemExit("the job failed")
    return seconds[0]


def measured(*command):
    """Runs this module in a new process; its seconds, and samples of its memory in MiB."""
    process = subprocess.Popen([sys.executable, "-m", "benchmarks.encode", *map(str, command)],
                               stdout=subprocess.PIPE, text=True)
    samples, status = [], pathlib.Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        text = status.read_text()
        if "RssAnon:" in text:
            samples.append(int(text.split("RssAnon:")[1].split()[0]) / 1024)
        time.sleep(0.5)
    if process.returncode:
        raise SystemExit(f"{command[0]}: exit status {process.returncode}")
    return float(process.stdout.read().split()[-1]), samples


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.encode", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--rows", type=int, default=1_000_000, help="rows of the file")
    add("--features", type=int, default=561, help="values of a row")
    add("--latent-dim", type=int, default=60, help="latents of the model")
    add("--hidden", type=int, default=512, help="units of its hidden layer")
    add("--batch-size", type=int, default=1024, help="rows of a call")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    add("--run", nargs="+", default=None, help=argparse.SUPPRESS)
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if args.run:
        what, version, path, *rest = args.run
        function = {"loop": loop, "pipeline": pipeline}[what]
        return print(function(version, path, args.batch_size, *rest))
    with tempfile.TemporaryDirectory() as folder:
        path, codes = os.path.join(folder, "rows.npy"), os.path.join(folder, "codes")
        write_rows(path, args.rows, args.features)
        version, active = write_model(os.path.join(folder, "model"), args.features,
                                      args.latent_dim, args.hidden)
        tail = ["--batch-size", args.batch_size]
        before, _ = measured("--run", "loop", version, path, *tail)
        seconds, memory = measured("--run", "pipeline", version, path, codes, *tail)
        after, _ = measured("--run", "loop", version, path, *tail)
        size = sum(p.stat().st_size for p in pathlib.Path(codes).glob("*.parquet"))
    third = max(1, len(memory) // 3)
    result = {
        "rows": args.rows, "features": args.features, "latent_dim": args.latent_dim,
        "hidden": args.hidden, "batch_size": args.batch_size, "active_latents": active,
        "loop_seconds": [round(before, 2), round(after, 2)], "pipeline_seconds": round(seconds, 2),
        "loop_rows_per_s": round(args.rows / ((before + after) / 2)),
        "pipeline_rows_per_s": round(args.rows / seconds),
        "ratio": round(seconds / ((before + after) / 2), 2), "goal": GOAL,
        "parquet_mib": round(size / 2**20, 3),
        "memory_mib": {"middle_third": round(max(memory[third:2 * third] or memory)),
                       "last_third": round(max(memory[2 * third:] or memory)),
                       "samples": [round(sample) for sample in memory]}}
    print(f"loop      {result['loop_rows_per_s']:>9,} rows/s  ({before:.1f} s, {after:.1f} s)\n"
          f"pipeline  {result['pipeline_rows_per_s']:>9,} rows/s  ({seconds:.1f} s), "
          f"{result['ratio']:.2f} times the loop's time; goal {GOAL}\n"
          f"memory    {result['memory_mib']['middle_third']:,} MiB at most in the middle third, "
          f"{result['memory_mib']['last_third']:,} MiB in the last")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(result) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
