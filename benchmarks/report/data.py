"""The files in benchmarks/results."""
import functools
import json
import pathlib
import statistics

FOLDER = pathlib.Path(__file__).parents[1] / "results"


@functools.cache
def load(name):
    """The contents of benchmarks/results/NAME.json."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def mean(rows, *keys):
    """The mean over rows (dicts) of what the keys lead to."""
    def of(row):
        for key in keys:
            row = row[key]
        return row
    return statistics.mean(of(row) for row in rows)
