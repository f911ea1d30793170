"""Rows per second of `trainers.encode` against a plain loop over the SavedModel, and memory.

    python -m benchmarks.encode                  # 1,000,000 rows of 561 features, 2.2 GB
    python -m benchmarks.encode --rows 100000

The loop calls the signature on batches of the same .npy file, in order, and drops the codes.
The pipeline reads, checks, encodes and writes Parquet; the floor of that is the loop when it
writes the same tables, one after the other. Each runs in a process of its own, loop, loop that
writes, pipeline, loop; all times count from before the model is loaded, without imports. CPU time
is that of all threads: unlike the clock it hardly depends on what else runs. Memory is what a
process has for itself (RssAnon), twice a second; it is flat if the last third needs no more than
the one before.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "encode.json"
GOAL = 0.9  # Of the loop's rows a second.


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
    gates = vsc_tf.posteriors.SpikeAndSlab(spike_bias=-0.4)
    model = vsc_tf.VSC(latent_dim, posterior=gates, seed=0, scaling="standardise",
                       likelihood="learned_gaussian", **networks)
    x = np.random.default_rng(1).standard_normal((5000, features), np.float32)
    model.adapt(x)
    active = float((model.encode(x).z != 0).mean() * latent_dim)
    return str(vsc_tf.serving.export(model, folder)), round(active, 1)


def loop(version, path, batch_size, output=""):
    """Calls the signature on all rows; writes the codes to `output`, a Parquet file, if given."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    import tensorflow as tf

    from trainers.encoding import codes, pipeline
    from trainers.encoding.formats import Block

    @timed
    def run():
        model = tf.saved_model.load(version)
        served, x = model.signatures["encode"], np.load(path, mmap_mode="r")
        with contextlib.ExitStack() as stack:
            writer, tables = output and stack.enter_context(
                pq.ParquetWriter(output, codes.SCHEMA, **pipeline.LAYOUT)), []
            for i in range(0, len(x), batch_size):
                z = served(x=tf.constant(x[i:i + batch_size]))["z"].numpy()
                if writer:
                    tables.append(codes.table([Block(path, np.arange(i, i + len(z)), z)], {"z": z}))
                if len(tables) == 64:
                    writer.write_table(pa.concat_tables(tables))
                    tables.clear()
            if tables:
                writer.write_table(pa.concat_tables(tables))

    return run()


def pipeline(version, path, batch_size, output):
    """Runs the command, in this process."""
    import tensorflow  # noqa: F401  Imports are not timed.

    from trainers import encode
    from trainers.encoding import job  # noqa: F401

    @timed
    def run():
        if encode.main(["--model", version, "--input", path, "--output", output,
                        "--batch-size", str(batch_size)]):
            raise SystemExit("the job failed")

    return run()


def timed(function):
    """The function, which then gives the seconds that it took, and those of the CPU."""
    def run():
        started, cpu = time.perf_counter(), time.process_time()
        function()
        return time.perf_counter() - started, time.process_time() - cpu

    return run


def measured(*command):
    """Runs this module in a new process; (seconds, CPU seconds), samples of its memory in MiB."""
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
    return tuple(map(float, process.stdout.read().split()[-2:])), samples


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
        return print(*function(version, path, args.batch_size, *rest))
    with tempfile.TemporaryDirectory() as folder:
        path, codes = os.path.join(folder, "rows.npy"), os.path.join(folder, "codes")
        write_rows(path, args.rows, args.features)
        version, active = write_model(os.path.join(folder, "model"), args.features,
                                      args.latent_dim, args.hidden)
        tail = ["--batch-size", args.batch_size]
        before, _ = measured("--run", "loop", version, path, *tail)
        floor, _ = measured("--run", "loop", version, path, f"{folder}/floor.parquet", *tail)
        taken, memory = measured("--run", "pipeline", version, path, codes, *tail)
        after, _ = measured("--run", "loop", version, path, *tail)
        size = sum(p.stat().st_size for p in pathlib.Path(codes).glob("*.parquet"))
    third = max(1, len(memory) // 3)
    alone, alone_cpu = ((a + b) / 2 for a, b in zip(before, after))
    result = {
        "rows": args.rows, "features": args.features, "latent_dim": args.latent_dim,
        "hidden": args.hidden, "batch_size": args.batch_size, "active_latents": active,
        **{f"{name}_seconds": [round(value, 2) for value in values] for name, values in (
            ("loop", (before[0], after[0])), ("loop_cpu", (before[1], after[1])),
            ("writing", floor), ("pipeline", taken))},
        "rows_per_s": {name: round(args.rows / value) for name, value in (
            ("loop", alone), ("writing", floor[0]), ("pipeline", taken[0]))},
        "of_loop": round(alone / taken[0], 3), "of_loop_cpu": round(alone_cpu / taken[1], 3),
        "writing_of_loop": round(alone / floor[0], 3),
        "writing_of_loop_cpu": round(alone_cpu / floor[1], 3), "goal": GOAL,
        "parquet_mib": round(size / 2**20, 3),
        "memory_mib": {"middle_third": round(max(memory[third:2 * third] or memory)),
                       "last_third": round(max(memory[2 * third:] or memory)),
                       "samples": [round(sample) for sample in memory]}}
    print(f"{'':<12}{'rows/s':>10}{'seconds':>9}{'of CPU':>8}{'of the loop':>13}{'of its CPU':>12}")
    for name, (seconds, cpu) in (("loop", before), ("and writes", floor), ("pipeline", taken),
                                 ("loop", after)):
        print(f"{name:<12}{args.rows / seconds:>10,.0f}{seconds:>9.2f}{cpu:>8.2f}"
              f"{alone / seconds:>13.0%}{alone_cpu / cpu:>12.0%}")
    print(f"memory of the pipeline: {result['memory_mib']['middle_third']:,} MiB at most in the "
          f"middle third, {result['memory_mib']['last_third']:,} MiB in the last")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(result) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
