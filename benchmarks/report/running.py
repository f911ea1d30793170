"""Tables about speed, memory, serving and bad input."""
import collections

from benchmarks.report.data import load
from benchmarks.report.markdown import number, table


def speed():
    """A training step beside the bare matrix products."""
    return table(["hidden units", "type", "XLA", "step, ms", "of the bare products"],
                 [[str(row["hidden"]), row["dtype"], "yes" if row["xla"] else "no",
                   number(row["step_ms"], 1), number(row["ratio"], 2)]
                  for row in load("speed")["times"]])


def serving():
    """`encode` by each way to call it."""
    found = load("serving")
    rows = []
    for name, row in found["throughput"].items():
        late = found["latency"].get(name, {})
        rows.append([name, f"{row['rows_per_s']:,.0f}", number(row["share_of_products"], 2),
                     number(late.get("p50_ms"), 2), number(late.get("p99_ms"), 2)])
    return table(["", "rows a second, batches of 256", "of the bare products",
                  "one row: median, ms", "99 %, ms"], rows)


def kills():
    """Runs that were ended and resumed, by way."""
    runs = load("faults")["runs"]
    ways = collections.Counter(run["way"] for run in runs)
    same = collections.Counter(run["way"] for run in runs if run["outcome"] == "identical")
    return table(["ended by", "runs", "identical when resumed"],
                 [[way, str(count), str(same[way])] for way, count in ways.items()])


def workers():
    """Two processes on two cores beside one."""
    rows = []
    for network, found in load("workers").items():
        rows += [[network, name, str(row["batch"]), f"{row['rows_per_s']:,.0f}",
                  number(row["times_one"], 2), f"{100 * row['share_of_reduction']:.0f} %"]
                 for name, row in found.items()]
    return table(["network", "", "batch", "rows a second", "of one worker", "in the reduction"],
                 rows)


def larger_than_memory():
    """The most memory of data that do not fit into it."""
    found = load("larger_than_memory")
    return table(["data, GB", "trainers.shard: peak, MiB", "seconds", "trainers.fit: peak, MiB",
                  "seconds"],
                 [[number(run["gigabytes"], 1), *(cell for part in ("shard", "fit") for cell in (
                     f"{run[part]['peak_rss_mib']:,.0f}", number(run[part]["seconds"], 0)))]
                  for run in found["runs"]])


def single_rows():
    """Requests of one row, with batching and without: each figure by the clock and by CPU time."""
    return table(["", "signature", "clients", "alone, a second", "batched", "times",
                  "times, for each CPU second"],
                 [[row["way"], f"`{row['signature']}`", str(row["clients"]),
                   number(row["alone"][0], 0), number(row["batched"][0], 0),
                   number(row["times"][0], 2), number(row["times"][1], 2)]
                  for row in load("single_rows")])
