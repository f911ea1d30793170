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
