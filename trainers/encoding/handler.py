"""Calls the signature of a SavedModel on blocks of rows, for Beam's `RunInference`."""
import concurrent.futures
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from apache_beam.ml.inference.base import ModelHandler

from . import codes, formats
from .formats import Block

_CODE = ("z", "indices", "values")  # The outputs that are written, where a signature has them.
_CALLS = 8  # At most, in one batch of Beam's: it does little for each, and most of it in turns.
_BATCH_VALUES = 1 << 24  # Of the rows in such a batch: 64 MiB.


class SignatureHandler(ModelHandler):
    """Calls a named signature of a SavedModel on `Block`s of rows; an `Encoded` for each call.

    Args:
        path: Folder of a version of a SavedModel, on any file system TensorFlow knows.
        signature: Name of a signature from `x` to `z`, or to `indices` and `values`.
        batch_size: Most rows of a call. Short blocks (an image is one of a single row) are
            put together.
        shape: Shape of one observation.
    """

    def __init__(self, path: str, signature: str, batch_size: int, shape: Sequence[int]) -> None:
        calls = min(_CALLS, max(1, _BATCH_VALUES // (batch_size * math.prod(shape))))
        super().__init__(min_batch_size=calls * batch_size, max_batch_size=calls * batch_size,
                         element_size_fn=_rows_of_block)
        self.path, self.signature, self.batch_size = path, signature, batch_size

    def load_model(self) -> Any:
        # Only workers that encode load TensorFlow: to import this module is quick for the others.
        from . import servable

        return servable.loaded(self.path)

    def run_inference(self, batch: Sequence[Block], model: Any,
                      inference_args: dict[str, Any] | None = None) -> list[codes.Encoded]:
        call = model.signatures[self.signature]

        def encoded(blocks: list[Block]) -> codes.Encoded:
            x = blocks[0].x if len(blocks) == 1 else np.concatenate([block.x for block in blocks])
            reply = call(x=_tensor(x))
            return codes.encoded(blocks, {
                name: reply[name].numpy() for name in _CODE if name in reply})

        # Two at once: a core that has no part of one call to do takes the other's.
        with concurrent.futures.ThreadPoolExecutor(2) as threads:
            return list(threads.map(encoded, self._calls(batch)))

    def _calls(self, batch: Sequence[Block]) -> Iterator[list[Block]]:
        """The blocks in their order, as many together as one call takes."""
        found: list[Block] = []
        for block in batch:
            if found and sum(map(_rows_of_block, found)) + len(block.x) > self.batch_size:
                yield found
                found = []
            found.append(block)
        yield found

    def get_num_bytes(self, batch: Sequence[Block]) -> int:
        return sum(block.x.nbytes for block in batch)


def _rows_of_block(block):
    return len(block.x)


def _tensor(x):
    """The array as a tensor: of the same memory where it lies as TensorFlow's own, else a copy."""
    # Loaded with the model by now.
    import tensorflow as tf

    if x.ctypes.data % formats.ALIGNMENT == 0 and x.flags.carray and x.size:
        return tf.experimental.dlpack.from_dlpack(x.__dlpack__())
    return tf.constant(x)
