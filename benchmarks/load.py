"""Concurrent clients against the loopback server: errors, wrong replies, memory.

    python -m benchmarks.load                      # 8 clients, 60 s
    python -m benchmarks.load --seconds 5 --clients 2

The server is a process of its own and puts requests into batches as TensorFlow Serving does. Every
fourth client speaks REST, the others gRPC; each sends 1 to 2,000 rows at a time to the signatures
in turn and compares every reply with what the SavedModel gives here: the same zeros, the same
indices, values within 1e-5 (of 1, or relative). Nothing is tried twice. Memory is what a process
has for itself (RssAnon), twice a second.
"""
import argparse
import contextlib
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import threading
import time

RESULTS = pathlib.Path(__file__).parent / "results" / "load.json"
SIGNATURES = ("encode", "decode", "reconstruct", "score", "topk", "sample_like")
BATCHES = (1, 7, 256, 257, 2000)
MODEL = "rows"


def make_cases(path, batches=BATCHES):
    """(signature, inputs, expected outputs) of every signature and batch size."""
    import numpy as np
    import tensorflow as tf

    served, rng, cases = tf.saved_model.load(path).signatures, np.random.default_rng(2), []
    for name in SIGNATURES:
        specs = served[name].structured_input_signature[1]
        for n in batches:
            inputs = {key: rng.standard_normal((n, *spec.shape[1:]), np.float32)
                      for key, spec in specs.items()}
            reply = served[name](**{key: tf.constant(x) for key, x in inputs.items()})
            cases.append((name, inputs, {key: value.numpy() for key, value in reply.items()}))
    return cases


def is_same(found, expected):
    """Whether a reply has the same names, zeros and indices, and values within 1e-5."""
    import numpy as np

    return set(found) == set(expected) and all(
        np.array_equal(found[key] == 0, value == 0)
        and np.allclose(found[key], value, rtol=1e-5, atol=1e-5)
        for key, value in expected.items())


def work(client, cases, until, tally, shift):
    """Sends cases in turn until the clock says `until`; keeps what happened in `tally`."""
    i = shift
    with client:
        while time.monotonic() < until:
            name, inputs, expected = cases[i % len(cases)]
            started = time.perf_counter()
            try:
                is_right = is_same(client.predict(inputs, name), expected)
            except Exception as error:  # All that can go wrong is what this counts.
                tally["errors"].append(f"{type(error).__name__}: {error}")
            else:
                tally["milliseconds"].append((time.perf_counter() - started) * 1e3)
                tally["wrong"] += not is_right
            i += 1


def memory(pid):
    """MiB that a process has for itself."""
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(text.split("RssAnon:")[1].split()[0]) / 1024


@contextlib.contextmanager
def serving(folder, *options):
    """(process, gRPC address, REST address) of a server of `folder`, which ends with the block."""
    server = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.loopback", folder, "--grpc-port", "0",
         "--rest-port", "0", *options], stdout=subprocess.PIPE, text=True)
    try:
        yield server, *server.stdout.readline().split()
    finally:
        server.terminate()
        server.wait(30)


def run(folder, seconds, clients):
    """The load on a server of the servable `MODEL` in `folder`; returns a dict for JSON."""
    from vsc_tf.client import GRPCClient, RESTClient

    cases = make_cases(os.path.join(folder, MODEL, "1"))
    with serving(folder) as (server, grpc_address, rest_address):
        tallies = [{"errors": [], "wrong": 0, "milliseconds": []} for _ in range(clients)]
        until, threads = time.monotonic() + seconds, []
        for i, tally in enumerate(tallies):
            kind, address = ((RESTClient, rest_address) if i % 4 == 3
                             else (GRPCClient, grpc_address))
            client = kind(address, MODEL, timeout=30., retries=0)
            threads.append(threading.Thread(target=work, args=(client, cases, until, tally, i)))
            threads[-1].start()
        samples = []
        while any(thread.is_alive() for thread in threads):
            samples.append((memory(server.pid), memory(os.getpid())))
            time.sleep(0.5)
    times = sorted(ms for tally in tallies for ms in tally["milliseconds"])
    errors = [error for tally in tallies for error in tally["errors"]]
    half = len(samples) // 2
    return {
        "clients": clients, "seconds": seconds, "replies": len(times),
        "replies_per_s": round(len(times) / seconds), "errors": len(errors),
        "first_errors": errors[:3], "wrong": sum(tally["wrong"] for tally in tallies),
        "p50_ms": round(statistics.median(times), 2) if times else None,
        "p99_ms": round(times[int(len(times) * 0.99)], 2) if times else None,
        "memory_mib": {who: {"middle": round(column[half]), "end": round(column[-1])}
                       for who, column in zip(("server", "clients"), zip(*samples))}}


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.load", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--seconds", type=float, default=60, help="how long")
    add("--clients", type=int, default=8, help="concurrent clients")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from benchmarks.encode import write_model

    with tempfile.TemporaryDirectory() as folder:
        write_model(os.path.join(folder, MODEL), features=561, latent_dim=60, hidden=512)
        result = run(folder, args.seconds, args.clients)
    mib = result["memory_mib"]
    print(f"{result['replies']:,} replies to {args.clients} clients in {args.seconds:g} s, "
          f"{result['errors']} errors, {result['wrong']} wrong; p50 {result['p50_ms']} ms, "
          f"p99 {result['p99_ms']} ms\nmemory in MiB, middle -> end: "
          + ", ".join(f"{who} {m['middle']:,} -> {m['end']:,}" for who, m in mib.items()))
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(result) + "\n")
    return int(bool(result["errors"] or result["wrong"]))


if __name__ == "__main__":
    raise SystemExit(main())
