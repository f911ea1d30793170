"""What a data set was, in a few numbers and a hash: whether it has changed since."""
import hashlib
from typing import Any

import numpy as np

from vsc_tf.datasets.base import Dataset, Split
from vsc_tf.datasets.on_demand import OnDemand

WHOLE = 2**26  # Bytes of observations up to which all of them are hashed, in a tenth of a second;
SAMPLE, IMAGES = 1000, 20  # of larger ones so many rows, or images on disk, evenly spaced.


def of(data: Dataset, hashed: bool = True) -> dict[str, Any]:
    """Sizes, names and hash of a data set, a dict that JSON can hold.

    Args:
        data: The data set, as it was loaded.
        hashed: Whether a hash of the values is there, too. Nobody can read values out of it, but
            whoever has data can tell by it whether they are these.

    >>> from vsc_tf.datasets import load
    >>> sorted(of(load("smiley", train_size=20, test_size=5)))
    ['columns', 'rows', 'shape', 'values']
    """
    found: dict[str, Any] = {
        "rows": [len(data.train.x), len(data.test.x)], "shape": list(data.info.shape),
        "columns": list(data.info.column_names)}
    if hashed:
        digest = hashlib.sha256()
        for split in (data.train, data.test):
            _add(digest, split)
        digest.update("\n".join(data.info.class_names).encode())
        found["values"] = digest.hexdigest()
    return found


def _add(digest: Any, split: Split) -> None:
    x = split.x
    most = IMAGES if isinstance(x, OnDemand) else len(x) if x.nbytes <= WHOLE else SAMPLE
    rows = np.linspace(0, len(x) - 1, min(len(x), most)).astype(int)
    for values in (x, split.y, split.factors):
        digest.update(b"none" if values is None else np.ascontiguousarray(values[rows]).tobytes())


def differences(then: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """What of a data set is not as it was, in words; what was not kept is not compared.

    >>> differences({"rows": [8, 2]}, {"rows": [9, 2], "shape": [3]})
    ['rows [8, 2] then, [9, 2] now']
    """
    found = [f"{name} {then[name]} then, {now[name]} now" for name in ("rows", "shape")
             if name in then and then[name] != now.get(name)]
    if then.get("columns", now.get("columns")) != now.get("columns"):
        same = sorted(then["columns"]) == sorted(now["columns"])
        found.append("columns in another order" if same else "columns of other names")
    if not found and "values" in then and "values" in now and then["values"] != now["values"]:
        found.append("other values in rows and columns of the same number")
    return found
