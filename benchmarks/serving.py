"""Time of `encode` by TensorFlow's C API, as a server runs it, against its matrix products alone.

    python -m benchmarks.serving                 # table of times
    python -m benchmarks.serving --batch-size 64 --hidden 512

All ways take turns in one run, so that other work on the machine slows them alike. "products" is
a SavedModel, too, of the two products that encoding cannot do without and nothing else.
"""
import argparse
import json
import os
import pathlib
import statistics
import tempfile
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
RESULTS = pathlib.Path(__file__).parent / "results" / "serving.json"
GOAL = 0.85  # Of the products' throughput, at the default sizes.


def build_model(args):
    import numpy as np

    import vsc_tf

    model = vsc_tf.VSC(args.latent_dim, encoder=vsc_tf.networks.mlp(args.hidden),
                       decoder=vsc_tf.networks.mlp(args.hidden), likelihood="learned_gaussian",
                       prior=vsc_tf.PseudoInputPrior(20), seed=0)
    model.adapt(np.random.default_rng(0).random((1000, args.features)).astype("float32"))
    return model


def export_products(args, path):
    """A SavedModel that multiplies matrices of the encoder's shapes."""
    import tensorflow as tf

    def normal(*shape):
        return tf.Variable(tf.random.normal(shape))

    module = tf.Module()
    module.pairs = [
        (normal(args.batch_size, args.features), normal(args.features, args.hidden)),
        (normal(args.batch_size, args.hidden), normal(args.hidden, 3 * args.latent_dim))]

    @tf.function(input_signature=[])
    def products():
        return {str(i): tf.matmul(a, b)[0, 0] for i, (a, b) in enumerate(module.pairs)}

    tf.saved_model.save(module, path, signatures={"products": products})


def export_xla(model, path):
    """A SavedModel whose `encode` is one XLA computation."""
    import tensorflow as tf

    from vsc_tf.serving import signatures

    _, specs = signatures.of(model)["encode"]
    step = tf.function(model.encode_step, jit_compile=True)
    module = tf.Module()
    module.weights = [weight.value for weight in model.weights]

    @tf.function(input_signature=specs)
    def compiled(x):
        return dict(zip(model.codes_type._fields, step(x)))

    tf.saved_model.save(module, path, signatures={"encode": compiled})


def ways(args, folder):
    """Name -> function of observations: the ways to encode, and the products alone."""
    from vsc_tf import serving
    from vsc_tf.serving.c_api import Session

    model = build_model(args)
    paths = {name: str(pathlib.Path(folder) / name) for name in ("products", "xla")}
    export_products(args, paths["products"])
    export_xla(model, paths["xla"])
    served = serving.export(model, pathlib.Path(folder) / "served")
    callers = {"C API": (served, "encode"), "C API, XLA": (paths["xla"], "encode"),
               "products": (paths["products"], "products")}
    callers = {name: Session(path).caller(signature)
               for name, (path, signature) in callers.items()}
    return {"products": lambda x: callers["products"](),
            "C API": lambda x: callers["C API"](x=x),
            "C API, XLA": lambda x: callers["C API, XLA"](x=x),
            "Keras, model.encode": model.encode,
            "Keras, eager": lambda x: model.posterior.codes(model.q(x))}


def milliseconds(function, x, repeats):
    started = time.perf_counter()
    for _ in range(repeats):
        function(x)
    return (time.perf_counter() - started) * 1e3 / repeats


def throughput(functions, x, rounds):
    """Name -> milliseconds and rows a second at best, and the share of the products' throughput.

    The share is the median over rounds, each of which times all ways side by side.
    """
    for function in functions.values():
        milliseconds(function, x, 3)
    names, times = list(functions), []
    for i in range(rounds):  # Each goes first in turn: who follows whom matters.
        turn = names[i % len(names):] + names[:i % len(names)]
        times.append({name: milliseconds(functions[name], x, 10) for name in turn})
    best = {name: min(row[name] for row in times) for name in functions}
    return {name: {"ms": best[name], "rows_per_s": len(x) * 1e3 / best[name],
                   "share_of_products": statistics.median(
                       row["products"] / row[name] for row in times)}
            for name in functions}


def latency(functions, x, calls):
    """Name -> p50 and p99 of single calls, milliseconds."""
    found = {}
    for name, function in functions.items():
        milliseconds(function, x, 20)
        cuts = statistics.quantiles([milliseconds(function, x, 1) for _ in range(calls)], n=100)
        found[name] = {"p50_ms": cuts[49], "p99_ms": cuts[98]}
    return found


def main(argv=None):
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serving", description=__doc__.splitlines()[0],
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    add = parser.add_argument
    add("--features", type=int, default=784)
    add("--hidden", type=int, default=3000)
    add("--latent-dim", type=int, default=60)
    add("--batch-size", type=int, default=256)
    add("--rounds", type=int, default=30, help="turns of ten calls each")
    add("--calls", type=int, default=1000, help="single calls for the latency at batch 1")
    add("--output", type=pathlib.Path, default=RESULTS, help="where to write the results")
    args = parser.parse_args(argv)

    import numpy as np

    x = np.random.default_rng(1).random((args.batch_size, args.features)).astype("float32")
    with tempfile.TemporaryDirectory() as folder:
        functions = ways(args, folder)
        batch = throughput(functions, x, args.rounds)
        single = latency({name: function for name, function in functions.items()
                          if name != "products"}, x[:1], args.calls)
    print(f"batch {args.batch_size:<15} ms    rows/s  share of the products' throughput")
    for name, row in batch.items():
        print(f"{name:<19}{row['ms']:>6.2f}{row['rows_per_s']:>10,.0f}"
              f"{row['share_of_products']:>7.2f}")
    print("\nbatch 1            p50 ms  p99 ms")
    for name, row in single.items():
        print(f"{name:<19}{row['p50_ms']:>6.2f}{row['p99_ms']:>8.2f}")
    print(f"\nWanted: the C API at a share of at least {GOAL}")
    args.output.parent.mkdir(parents=True, exist_ok=True)
    args.output.write_text(json.dumps({
        "settings": {name: getattr(args, name) for name in (
            "features", "hidden", "latent_dim", "batch_size", "rounds", "calls")},
        "cores": os.cpu_count(), "throughput": batch, "latency": single}, indent=2) + "\n")
    print(f"Written to {args.output}")


if __name__ == "__main__":
    main()
