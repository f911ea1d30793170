"""What batching is worth to clients that send single rows: replies a second with and without it.

    python -m benchmarks.single_rows

`encode` and `score` of 784-3000-60, with the exported batching parameters, in turns. "direct" are
threads that call TensorFlow Serving's scheduler itself (`benchmarks/batching.py`), which is nearest
to the server, whose gRPC is C++. "gRPC" are clients of `benchmarks.loopback`, whose gRPC is
Python's. Beside replies a second are those of a CPU second, of clients and server together: unlike
the clock they hardly depend on what else runs.
"""
import argparse
import json
import os
import pathlib
import tempfile
import threading
import time

from benchmarks import load

RESULTS = pathlib.Path(__file__).parent / "results" / "single_rows.json"
SIGNATURES, CLIENTS = ("encode", "score"), (8, 32)
OPTIONS = ("--no-batching", "--batching")


def rate(calls, seconds, cpu=time.process_time):
    """(replies a second, replies of a CPU second) of threads, each making one of `calls`."""
    counts = [0] * len(calls)

    def work(i):
        while time.monotonic() < until:
            calls[i]()
            counts[i] += 1

    for call in calls:
        call()  # Connects, and compiles.
    threads = [threading.Thread(target=work, args=(i,)) for i in range(len(calls))]
    before, until = cpu(), time.monotonic() + seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds, sum(counts) / (cpu() - before)


def direct(folder, seconds):
    """Rates of threads that call the signatures: (signature, clients, option) -> rates."""
    import tensorflow as tf

    from benchmarks.batching import batched, parameters
    from vsc_tf.serving.server_files import BATCHING

    version, found = pathlib.Path(folder) / load.MODEL / "1", {}
    loaded, numbers = (tf.saved_model.load(str(version)),
                       parameters((version / BATCHING).read_text()))
    x = tf.random.stateless_uniform([1, 784], (0, 0))
    for name in SIGNATURES:
        function = loaded.signatures[name]
        scheduled = batched(function, function.structured_input_signature[1], numbers)
        for clients in CLIENTS:
            for option, call in zip(OPTIONS, (function, scheduled)):
                found[name, clients, option] = rate([lambda: call(x=x)] * clients, seconds)
    return found


def by_grpc(folder, seconds):
    """Rates of gRPC clients: (signature, clients, option) -> rates."""
    import numpy as np

    from vsc_tf.client import GRPCClient

    x, found = np.random.default_rng(0).random((1, 784), np.float32), {}
    for option in OPTIONS:
        with load.serving(folder, option) as (server, address, _):
            stat = pathlib.Path(f"/proc/{server.pid}/stat")

            def cpu():
                return time.process_time() + sum(
                    map(int, stat.read_text().split()[13:15])) / os.sysconf("SC_CLK_TCK")

            for name in SIGNATURES:
                for clients in CLIENTS:
                    connected = [GRPCClient(address, load.MODEL, timeout=60., retries=0)
                                 for _ in range(clients)]
                    found[name, clients, option] = rate(
                        [lambda c=client: c.predict(x, name) for client in connected], seconds, cpu)
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.single_rows", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--seconds", type=float, default=4., help="of each measurement")
    add("--hidden", type=int, default=3000, help="units of the hidden layer")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from benchmarks.encode import write_model

    with tempfile.TemporaryDirectory() as folder:
        write_model(os.path.join(folder, load.MODEL), features=784, latent_dim=60,
                    hidden=args.hidden)
        ways = {"direct": direct(folder, args.seconds), "gRPC": by_grpc(folder, args.seconds)}
    rows = []
    print(f"{'':<8}{'':<8}{'clients':>8}{'alone/s':>9}{'batched/s':>11}{'times':>7}"
          f"{'a CPU s':>9}{'batched':>9}{'times':>7}")
    for way, found in ways.items():
        for name in SIGNATURES:
            for clients in CLIENTS:
                alone, together = (found[name, clients, option] for option in OPTIONS)
                rows.append({"way": way, "signature": name, "clients": clients,
                             "alone": alone, "batched": together,
                             "times": [b / a for a, b in zip(alone, together)]})
                print(f"{way:<8}{name:<8}{clients:>8}{alone[0]:>9,.0f}{together[0]:>11,.0f}"
                      f"{rows[-1]['times'][0]:>7.2f}{alone[1]:>9,.0f}{together[1]:>9,.0f}"
                      f"{rows[-1]['times'][1]:>7.2f}")
    args.output.parent.mkdir(exist_ok=True)
    args.output.write_text(json.dumps(rows) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
