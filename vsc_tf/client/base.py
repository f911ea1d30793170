"""Shared by both clients: checks before a request, deadlines, retries."""
import json
import pathlib
import random
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import numpy as np
import tensorflow as tf
from numpy.typing import ArrayLike

from vsc_tf import checks, extras
from vsc_tf.datasets import columns

_FIRST_PAUSE = 0.1  # Seconds before the second attempt; each later pause is twice as long.


class Signature(NamedTuple):
    """Inputs and outputs of a signature: name -> `tf.TensorSpec`, batch axis first."""

    inputs: dict[str, tf.TensorSpec]
    outputs: dict[str, tf.TensorSpec]


class Unavailable(ConnectionError):
    """The server cannot be reached or is overloaded; the request may be sent again."""


class BadReply(RuntimeError):
    """What a server sent is no answer; the message says where from, what came, and what to do."""


class Client:
    """Sends batches to one model of a server and returns named arrays.

    A subclass defines `_read_signatures`, `_send` and `close`. The first two raise `Unavailable`
    for what may be retried, `TimeoutError` when `seconds` have passed, and `ValueError` for what
    the server refuses.

    Args:
        address: Address of the server.
        model: Name of the servable.
        version: Integer, or `None` for the server's default, the highest.
        timeout: Positive number, seconds that a call may take, including all attempts.
        retries: Non-negative integer, further attempts if the server cannot be reached or is
            overloaded. Requests have no side effects, so repeating one is safe. Timeouts are not
            retried: that would slow a busy server down further.
        card: Path of the version's `model_card.json`, whose names of columns `encode` needs for
            a DataFrame, and of features: servers do not know them.

    Attributes:
        column_names: Of the card.
        feature_names: Likewise, latent -> the name that people gave it.
    """

    def __init__(self, address: str, model: str, version: int | None = None,
                 timeout: float = 10., retries: int = 3,
                 card: str | pathlib.Path | None = None) -> None:
        checks.non_negative("timeout", timeout)
        checks.non_negative("retries", retries)
        if not timeout:
            raise ValueError("Argument `timeout` must be above 0 seconds. Received: timeout=0")
        if version is not None:
            checks.positive_integer("version", version)
        self.address, self.model, self.version = address, model, version
        self.timeout, self.retries = timeout, int(retries)
        self.column_names, self.feature_names = (
            ((), {}) if card is None else _names(pathlib.Path(card)))
        self._signatures: dict[str, Signature] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection."""
        raise NotImplementedError

    def _read_signatures(self, seconds: float) -> dict[str, Signature]:
        raise NotImplementedError

    def _send(self, inputs: dict[str, np.ndarray], signature: str,
              output_filter: tuple[str, ...], seconds: float) -> dict[str, np.ndarray]:
        raise NotImplementedError

    def signatures(self) -> dict[str, Signature]:
        """All signatures of the model, by name. Requested once, then cached."""
        if self._signatures is None:
            self._signatures = self._call(self._read_signatures)
        return self._signatures

    def predict(self, inputs: ArrayLike | Mapping[str, ArrayLike],
                signature: str = "serving_default",
                output_filter: str | Sequence[str] = ()) -> dict[str, np.ndarray]:
        """Calls a signature on a batch.

        Args:
            inputs: Array `[n, ...]` of the signature's only input, or a dict of them by name.
                Raw units; checked before the request is sent.
            signature: Name of the signature.
            output_filter: Names of the outputs to return; all if empty. Over gRPC the others are
                neither computed nor sent; over REST they are dropped on receipt.

        Returns:
            Dict of arrays `[n, ...]`.

        Raises:
            ValueError: The model has no such signature, input or output; an input has the wrong
                shape, no rows, or NaN; or the server refuses the request.
            ConnectionError: The server cannot be reached or is overloaded, after all attempts.
            TimeoutError: No whole reply in time.
            BadReply: The reply is none of the model's: broken off, HTML, a redirect, outputs of
                another shape, NaN.
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
        arrays = _checked(inputs, spec.inputs, signature)
        reply = self._call(self._send, arrays, signature, tuple(output_filter))
        rows = len(next(iter(arrays.values())))
        return {name: self._checked_output(name, reply, spec.outputs[name], rows)
                for name in output_filter or sorted(spec.outputs)}

    def encode(self, x: Any) -> Any:
        """The codes z `[n, latent_dim]` of observations, with exact zeros.

        Args:
            x: Array `[n, *shape]`, or a DataFrame of the columns that the model was fitted to, in
                any order. Raw units.

        Returns:
            An array; of a DataFrame one of pandas whose columns are the features' names in the
            card, or `z_0`, `z_1`, ..., and, if it was pandas' own, with its index.

        Raises:
            ValueError: As `predict`, or the DataFrame has other columns than the model, or it is
                not known which those are.
        """
        if not columns.of(x):
            return self.predict(x, output_filter="z")["z"]
        if not self.column_names:
            raise ValueError("Argument `x` has columns with names, and the client does not know "
                             "those of the model. Received: a DataFrame. Make the client with "
                             "card=..., the path of the model_card.json of this version; if that "
                             "has no names either, give an array.")
        z = self.predict(columns.arranged(x, self.column_names), output_filter="z")["z"]
        pandas = extras.load("pandas", "pandas", "encode with a DataFrame")
        index = x.index if isinstance(x, pandas.DataFrame) else None
        return pandas.DataFrame(z, index, _latents(z.shape[1], self.feature_names))

    def _checked_output(self, name: str, reply: Mapping[str, Any], spec: tf.TensorSpec,
                        rows: int) -> np.ndarray:
        """An output of a reply, if it is what the signature says of so many rows."""
        shape = (rows, *spec.shape[1:]) if spec.shape.rank else ()
        wanted = f"output {name!r} of shape {shape} for {rows} rows"
        if name not in reply:
            raise self._bad(wanted, f"none, only {', '.join(sorted(reply)) or 'nothing'}")
        try:
            value = np.asarray(reply[name], spec.dtype.as_numpy_dtype)
        except (TypeError, ValueError, OverflowError) as error:
            raise self._bad(wanted, f"no numbers of that kind ({error})") from error
        if not tf.TensorShape(shape).is_compatible_with(value.shape):
            raise self._bad(wanted, f"shape {value.shape}")
        if spec.dtype.is_floating and not np.isfinite(value).all():
            bad = np.flatnonzero(~np.isfinite(value).reshape(len(value), -1).all(axis=1))
            raise self._bad(f"finite numbers in output {name!r}", "NaN or infinity in "
                            f"{bad.size} of {rows} rows, the first at index {bad[0]}",
                            "Leave these rows out: the model cannot compute with them.")
        return value

    def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        deadline = time.monotonic() + self.timeout
        for attempt in range(self.retries + 1):
            try:
                return function(*args, seconds=deadline - time.monotonic())
            except Unavailable as error:
                # Random, so that clients that failed together do not retry together.
                pause = _FIRST_PAUSE * 2**attempt * random.uniform(0.5, 1.)
                if attempt < self.retries and time.monotonic() + pause < deadline:
                    time.sleep(pause)
                    if time.monotonic() < deadline:  # A pause may end late.
                        continue
                raise ConnectionError(
                    f"The server at {self.address} cannot be reached or is overloaded, after "
                    f"{attempt + 1} attempts. Received: {error}. Check that it runs and "
                    "that the address and port are right.") from error

    def _too_late(self) -> TimeoutError:
        return TimeoutError(
            f"The server at {self.address} gave no whole reply within {self.timeout:g} s. Use a "
            "longer timeout, or send fewer rows at a time.")

    def _bad(self, expected: str, received: object,
             cure: str = "Check that a server of this model is at that address.") -> BadReply:
        return BadReply(f"Expected {expected} from {self.address}, model {self.model!r}. Received: "
                        f"{str(received)[:300]}. {cure}")

    def _refused(self, message: object) -> ValueError:
        return ValueError(f"The server at {self.address} refuses the request to model "
                          f"{self.model!r}. Received: {message}")


def _names(card: pathlib.Path) -> tuple[tuple[str, ...], dict[int, str]]:
    """Names of columns and of features in a model card, as far as there are any."""
    path = card / "model_card.json" if card.is_dir() else card
    try:
        found = json.loads(path.read_text())
        return (tuple(found["model"].get("column_names", ())),
                {int(dim): str(name) for dim, name in found.get("feature_names", {}).items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError("Argument `card` must be the path of a version's model_card.json. "
                         f"Received: {card} ({type(error).__name__}: {error})") from error


def _latents(count: int, names: Mapping[int, str]) -> list[str]:
    """A name for each latent, no two alike."""
    found = [names.get(dim, f"z_{dim}") for dim in range(count)]
    return [f"{name} ({dim})" if found.count(name) > 1 and dim in names else name
            for dim, name in enumerate(found)]


def _checked(inputs: ArrayLike | Mapping[str, ArrayLike], specs: dict[str, tf.TensorSpec],
             signature: str) -> dict[str, np.ndarray]:
    """Inputs as float32 arrays of the signature's shapes."""
    if not isinstance(inputs, Mapping):
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
        raise ValueError("Argument `inputs` must have the same number of rows in each array. "
                         f"Received: {counts}")
    return {name: np.ascontiguousarray(array) for name, array in arrays.items()}
