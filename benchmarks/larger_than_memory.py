"""Trains on a table larger than the memory that a process may have.

    python -m benchmarks.larger_than_memory                     # 5 GB of rows, limit of 2 GiB
    python -m benchmarks.larger_than_memory --gigabytes 0.5 --steps 50

Writes a Parquet file, then runs `trainers.shard` and `trainers.fit`, which are ended once they have
ever had more in memory than the limit: by VmHWM, the kernel's own account, in which pages of files
count as well. (Its limits, RLIMIT_DATA and RLIMIT_AS, count what is reserved and never used, of
which TensorFlow has gigabytes.) A tenth of the rows goes the same way, to see that memory does not
grow with them. RssAnon is what a process has for itself, ten times a second. The folder is removed
at the end.
"""
import argparse
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "larger_than_memory.json"
COLUMNS, BLOCK = 1000, 10_000


def write_parquet(path, rows):
    """Rows of which a few hidden values explain a part, a block at a time; uncompressed float32."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((8, COLUMNS), np.float32)
    names = [f"column {i}" for i in range(COLUMNS)]
    schema = pa.schema([(name, pa.float32()) for name in names])
    with pq.ParquetWriter(path, schema, use_dictionary=False, compression="none") as writer:
        for start in range(0, rows, BLOCK):
            n = min(BLOCK, rows - start)
            x = rng.standard_normal((n, 8), np.float32) @ mixing
            x += rng.standard_normal((n, COLUMNS), np.float32)
            writer.write_table(pa.table(list(np.ascontiguousarray(x.T)), schema=schema))


def limited(command, limit, log):
    """Runs a command under a limit in bytes; its status, seconds, and highest memory in MiB."""
    started, own, whole = time.perf_counter(), 0, 0
    with open(log, "a") as out, subprocess.Popen(
            [sys.executable, *command], stdout=out, stderr=out) as process:
        status = pathlib.Path(f"/proc/{process.pid}/status")
        while process.poll() is None:
            found = dict(line.split(":") for line in status.read_text().splitlines())
            own = max(own, int(found.get("RssAnon", "0").split()[0]))
            whole = max(whole, int(found.get("VmHWM", "0").split()[0]))
            if whole * 1024 > limit:
                process.kill()
            time.sleep(0.1)
    if process.returncode:
        print(pathlib.Path(log).read_text()[-3000:], file=sys.stderr)
    return {"status": process.returncode, "seconds": round(time.perf_counter() - started, 1),
            "rss_anon_mib": own // 1024, "peak_rss_mib": whole // 1024}


def measured(folder, gigabytes, limit, steps):
    """What sharding and training of so many bytes of rows needed."""
    rows = math.ceil(gigabytes * 1e9 / (4 * COLUMNS))
    table, shards, log = (os.path.join(folder, name) for name in ("rows.parquet", "shards", "log"))
    write_parquet(table, rows)
    found = {"rows": rows, "gigabytes": gigabytes}
    found["shard"] = limited(["-m", "trainers.shard", table, shards], limit, log)
    os.remove(table)
    found["fit"] = limited([
        "-m", "trainers.fit", "--dataset", shards, "--steps", str(steps), "--run", "large",
        "--output", os.path.join(folder, "runs"), "--export", os.path.join(folder, "exports")],
        limit, log)
    found["bytes_of_shards"] = sum(path.stat().st_size for path in pathlib.Path(shards).iterdir())
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.larger_than_memory", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--gigabytes", type=float, default=5., help="of rows, in float32")
    add("--limit-gib", type=float, default=2., help="that a process may allocate")
    add("--steps", type=int, default=300, help="of training")
    add("--folder", default=None, help="where the data are for as long (default: the system's)")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    limit, found = int(args.limit_gib * 2**30), []
    for share in (0.1, 1.):
        with tempfile.TemporaryDirectory(dir=args.folder) as folder:
            free, wanted = shutil.disk_usage(folder).free, 2.2e9 * args.gigabytes * share
            if free < wanted:
                raise SystemExit(f"error: expected {wanted / 1e9:.1f} GB to be free in {folder}. "
                                 f"Received: {free / 1e9:.1f}. Give another --folder.")
            found.append(measured(folder, share * args.gigabytes, limit, args.steps))
        each = found[-1]
        print(f"{each['gigabytes']:.1f} GB, {each['rows']:,} rows of {COLUMNS}, limit "
              f"{args.limit_gib:g} GiB", flush=True)
        for name in ("shard", "fit"):
            print(f"  {name:<6} status {each[name]['status']}, {each[name]['seconds']:>6.1f} s, "
                  f"at most {each[name]['rss_anon_mib']:,} MiB of its own, "
                  f"{each[name]['peak_rss_mib']:,} MiB with pages of files", flush=True)
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps({"limit_gib": args.limit_gib, "steps": args.steps,
                                       "runs": found}) + "\n")
    print(f"Written to {args.output}")
    return int(any(each[name]["status"] for each in found for name in ("shard", "fit")))


if __name__ == "__main__":
    raise SystemExit(main())
