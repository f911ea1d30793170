"""What the two clients share: checks before a request, deadlines, retries."""
import random
import time
from typing import NamedTuple

import numpy as np

from vsc_tf import checks

_FIRST_PAUSE = 0.1  # Seconds before the second attempt; each later pause is twice as long.


class Signature(NamedTuple):
    """Inputs and outputs of a signature: name -> `tf.TensorSpec`, the batch first."""

    inputs: dict
    outputs: dict


class Unavailable(ConnectionError):
    """A request that did not reach a server with room for it, and may be sent again."""


class Client:
    """Sends batches to one model of a server and gets named arrays back.

    A subclass defines `_read_signatures(seconds)` and `_send(inputs, signature, output_filter,
    seconds)`. Both raise `Unavailable` for what may be tried again, `TimeoutError` when the
    seconds are over, and `ValueError` for what the server refuses.

    Args:
        address: Where the server listens.
        model: Name of the servable.
        version: Integer, or `None` for the one that the server thinks best: the highest.
        timeout: Positive seconds a call may take, all its attempts together.
        retries: Non-negative integer, further attempts if the server cannot be reached or has
            no room. A reply is a function of the request, so nothing is done twice. A slow
            server is not asked again: that would make it slower.
    """

    def __init__(self, address, model, version=None, timeout=10., retries=3):
        checks.non_negative("timeout", timeout)
        checks.non_negative("retries", retries)
        if not timeout:
            raise ValueError("Argument `timeout` must be above 0 seconds. Received: timeout=0")
        if version is not None:
            checks.positive_integer("version", version)
        self.address, self.model, self.version = address, model, version
        self.timeout, self.retries = timeout, int(retries)
        self._signatures = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()

    def signatures(self):
        """Name -> `Signature` of all that the model offers. Asked once, then remembered."""
        if self._signatures is None:
            self._signatures = self._call(self._read_signatures)
        return self._signatures

    def predict(self, inputs, signature="serving_default", output_filter=()):
        """Calls a signature on a batch.

        Args:
            inputs: Array `[n, ...]` of the signature's only input, or a dict of them by name.
                Raw units; checked here, so that a mistake costs no round trip.
            signature: Name of the signature.
            output_filter: Names of the outputs wanted; all if empty. Over gRPC the others are
                neither computed nor sent; REST has no filter, there they are dropped here.

        Returns:
            Dict of arrays `[n, ...]`.

        Raises:
            ValueError: The model has no such signature, input or output, an input has the
                wrong width, no rows, or NaN in it; or the server refuses the request.
            ConnectionError: The server cannot be reached, or has no room, after all attempts.
            TimeoutError: No reply in time.
        """
        known = self.signatures()
        if signature not in known:
            raise ValueError(f"Argument `signature` must be one of {', '.join(sorted(known))}. "
                             f"Received: signature={signature!r}")
        spec = known[signature]
        if isinstance(output_filter, str):
            output_filter = (output_filter,)
        unknown = sorted(set(output_filter) - set(spec.outputs))
        if unknown:
            raise ValueError(f"Argument `output_filter` must name outputs of {signature!r}: "
                             f"{', '.join(sorted(spec.outputs))}. Received: {', '.join(unknown)}")
        inputs = _checked(inputs, spec.inputs, signature)
        reply = self._call(self._send, inputs, signature, tuple(output_filter))
        return {name: reply[name] for name in output_filter or sorted(spec.outputs)}

    def _call(self, function, *args):
        deadline = time.monotonic() + self.timeout
        for attempt in range(self.retries + 1):
            try:
                return function(*args, seconds=deadline - time.monotonic())
            except Unavailable as error:
                # Clients that failed together should not come back together.
                pause = _FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.)
                if attempt < self.retries and time.monotonic() + pause < deadline:
                    time.sleep(pause)
                    if time.monotonic() < deadline:  # On a busy machine a pause ends late.
                        continue
                raise ConnectionError(
                    f"The server at {self.address} cannot be reached or has no room, after "
                    f"{attempt + 1} attempts. Received: {error}. Check that it runs and "
                    "that the address and port are right.") from error

    def _too_late(self):
        return TimeoutError(
            f"The server at {self.address} gave no reply within {self.timeout:g} s. Give a "
            "longer timeout, or send fewer rows at a time.")

    def _refused(self, message):
        return ValueError(f"The server at {self.address} refuses the request to model "
                          f"{self.model!r}. Received: {message}")


def _checked(inputs, specs, signature):
    """Inputs as float32 arrays of the signature's shapes."""
    if not isinstance(inputs, dict):
        if len(specs) > 1:
            raise ValueError(f"Argument `inputs` must be a dict of {', '.join(sorted(specs))} "
                             f"for signature {signature!r}. Received: {type(inputs).__name__}")
        inputs = {next(iter(specs)): inputs}
    if set(inputs) != set(specs):
        raise ValueError(f"Argument `inputs` must hold {', '.join(sorted(specs))} for signature "
                         f"{signature!r}. Received: {', '.join(sorted(map(str, inputs)))}")
    arrays = {name: checks.observations(inputs[name], tuple(spec.shape[1:]), what=name)
              for name, spec in specs.items()}
    counts = {name: len(array) for name, array in arrays.items()}
    if len(set(counts.values())) > 1:
        raise ValueError("Argument `inputs` must have as many rows in each array. "
                         f"Received: {counts}")
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}
