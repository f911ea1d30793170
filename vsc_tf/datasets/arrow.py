"""PyArrow, imported when the first table is read: it is optional, and takes a while.

`from vsc_tf.datasets import arrow as pa` gives what `import pyarrow as pa` would, with `pa.csv`,
`pa.feather` and `pa.parquet`.
"""
from typing import Any

from vsc_tf import extras

_MODULES = ("csv", "feather", "parquet")


def __getattr__(name: str) -> Any:
    if name.startswith("__"):  # Of whoever looks at modules, such as doctest.
        raise AttributeError(name)
    module = f"pyarrow.{name}" if name in _MODULES else "pyarrow"
    found = extras.load(module, "vsc_tf[tables]", "Reading tables")
    return found if name in _MODULES else getattr(found, name)
