"""The REST APIs: JSON, for networks that block gRPC."""
import json
import pathlib
import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf
from tensorflow.core.framework import types_pb2

from vsc_tf import checks, extras
from vsc_tf.client import open_inference
from vsc_tf.client.base import BadReply, Client, Signature, Unavailable

MOST_BYTES = 2**31  # Of a reply.


class RESTClient(Client):
    """REST client of TensorFlow Serving at `address`, e.g. "http://localhost:8501".

    The arguments are those of `vsc_tf.client.base.Client`. Use one client per thread.

    With `protocol="v2"` it speaks the Open Inference Protocol instead, as Triton and KServe do.
    That knows no signatures: a model has one, called "serving_default" here.

    Raises:
        ImportError: requests is not installed.

    >>> client = RESTClient("http://localhost:8501", "uci_har", timeout=2.)
    >>> client.close()  # Or: with RESTClient(...) as client: client.predict(x)["z"]
    """

    def __init__(self, address: str, model: str, version: int | None = None,
                 timeout: float = 10., retries: int = 3,
                 card: str | pathlib.Path | None = None, protocol: str = "v1") -> None:
        checks.one_of("protocol", protocol, ("v1", "v2"))
        if not str(address).startswith(("http://", "https://")):
            raise ValueError("Argument `address` must start with http:// or https://. "
                             f"Received: address={address!r}")
        super().__init__(address.rstrip("/"), model, version, timeout, retries, card)
        self._requests = extras.load("requests", "requests", "RESTClient")
        self._session = self._requests.Session()
        self._session.trust_env = False  # A web proxy cannot reach the server.
        self.protocol, self._url = protocol, f"{self.address}/{protocol}/models/{model}"
        if version is not None:
            self._url += f"/versions/{version}"

    def close(self) -> None:
        """Closes the session."""
        self._session.close()

    def _read_signatures(self, seconds: float) -> dict[str, Signature]:
        if self.protocol == "v2":
            return self._understood(open_inference.signatures,
                                    self._ask("GET", self._url, None, seconds))
        reply = self._ask("GET", f"{self._url}/metadata", None, seconds)
        try:
            found = reply["metadata"]["signature_def"]["signature_def"]
            return {name: Signature(_specs(definition["inputs"]), _specs(definition["outputs"]))
                    for name, definition in found.items()
                    if not name.startswith("__")}  # Internal, without inputs.
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise self._bad("the signatures of a model",
                            f"JSON without them ({error!r})") from error

    def _send(self, inputs: dict[str, np.ndarray], signature: str,
              output_filter: tuple[str, ...], seconds: float) -> dict[str, Any]:
        if self.protocol == "v2":
            asked = open_inference.request(inputs, output_filter)
            return self._understood(open_inference.outputs,
                                    self._ask("POST", f"{self._url}/infer", asked, seconds))
        body = {"signature_name": signature,
                "inputs": {name: array.tolist() for name, array in inputs.items()}}
        reply = self._ask("POST", f"{self._url}:predict", body, seconds)
        if not isinstance(reply, dict) or "outputs" not in reply:
            raise self._bad("outputs", f"JSON without them, {str(reply)[:200]}")
        outputs, specs = reply["outputs"], self.signatures()[signature].outputs
        if len(specs) == 1:  # The API then omits the name.
            return {next(iter(specs)): outputs}
        if not isinstance(outputs, dict):
            raise self._bad(f"outputs {', '.join(sorted(specs))} by name", type(outputs).__name__)
        return outputs

    def _understood(self, function: Callable[[Any], Any], reply: Any) -> Any:
        """What `function` makes of a reply; a `BadReply` if it is not of this protocol."""
        try:
            return function(reply)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
            raise self._bad("a reply of the Open Inference Protocol",
                            f"JSON without it ({error!r})") from error

    def _ask(self, method: str, url: str, body: dict[str, Any] | None, seconds: float) -> Any:
        if seconds <= 0.:
            raise self._too_late()
        # In a thread: the time limits of `requests` are for a byte each, not for the reply.
        done: queue.SimpleQueue = queue.SimpleQueue()
        deadline = time.monotonic() + seconds

        def ask() -> None:
            try:
                done.put((self._whole_reply(method, url, body, deadline), None))
            except BaseException as error:
                done.put((None, error))

        threading.Thread(target=ask, daemon=True).start()
        try:
            reply, error = done.get(timeout=seconds)
        except queue.Empty:
            raise self._too_late() from None
        if error is not None:
            raise error
        return self._json(*reply)

    def _whole_reply(self, method: str, url: str, body: dict[str, Any] | None,
                     deadline: float) -> tuple[Any, bytes]:
        """A reply and its content; reading ends with the time, and with what is too much."""
        problems = self._requests.exceptions
        content = bytearray()
        try:
            with self._session.request(
                    method, url, json=body, stream=True, allow_redirects=False,
                    timeout=max(0.001, deadline - time.monotonic())) as reply:
                while part := reply.raw.read1(2**20, decode_content=True):
                    content += part
                    if time.monotonic() > deadline:
                        raise self._too_late()
                    if len(content) > MOST_BYTES:
                        raise self._bad(f"a reply of at most {MOST_BYTES / 2**30:g} GiB", "more",
                                        "Send fewer rows at a time.")
                announced = reply.headers.get("Content-Length", "")
                is_plain = "Content-Encoding" not in reply.headers
                if is_plain and announced.isdecimal() and len(content) < int(announced):
                    raise self._bad(f"a reply of {announced} bytes",
                                    f"{len(content)}, then its end")
                return reply, bytes(content)
        except problems.Timeout as error:
            raise self._too_late() from error
        except problems.ConnectionError as error:
            raise Unavailable(error) from error
        except problems.RequestException as error:
            raise self._bad("a reply by HTTP", error) from error
        except Exception as error:  # Of urllib3, which `requests` leaves as they are in a stream.
            if isinstance(error, (BadReply, TimeoutError)):
                raise
            if "timed out" in str(error):
                raise self._too_late() from error
            raise self._bad("a whole reply", f"{type(error).__name__}: {error}") from error

    def _json(self, reply: Any, content: bytes) -> Any:
        """What a reply says, or the error that its status means."""
        status, text = reply.status_code, content[:1000].decode(errors="replace")
        message = f"HTTP {status}, {text}"
        if 200 <= status < 300:
            try:
                return json.loads(content)
            except (ValueError, RecursionError) as error:
                kind = reply.headers.get("Content-Type", "no type")
                raise self._bad("JSON", f"{kind}: {text[:200]!r} ({error})") from error
        if 300 <= status < 400:
            raise self._bad("a reply", f"HTTP {status}, a redirect to "
                            f"{reply.headers.get('Location')!r}",
                            "If that is the server, give its address.")
        if status in (429, 502, 503):
            raise Unavailable(message)
        if status == 504:
            raise self._too_late()
        if status < 500:
            raise self._refused(message)
        raise self._bad("a reply", message, "See the server's log.")


def _specs(tensors: Mapping[str, Any]) -> dict[str, tf.TensorSpec]:
    return {name: tf.TensorSpec(
        [None if int(d["size"]) < 0 else int(d["size"]) for d in info["tensor_shape"]["dim"]],
        types_pb2.DataType.Value(info["dtype"]), name) for name, info in tensors.items()}
