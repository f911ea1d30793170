"""Waiting for the other workers, so that it can be seen, and interrupted.

TensorFlow itself waits ten minutes without a word and does not hear Ctrl-C meanwhile: it is called
only once all answer.
"""
import contextlib
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence


def wait(rank: int, addresses: Sequence[str], seconds: float) -> None:
    """Returns once every other worker has answered at its address.

    Args:
        rank: This worker's place among the addresses.
        addresses: "host:port" of all workers.
        seconds: After which it is given up.

    Raises:
        TimeoutError: Some have not answered.
        OSError: The port of this worker is in use.
    """
    missing = [address for i, address in enumerate(addresses) if i != rank]
    deadline, say_next = time.monotonic() + seconds, time.monotonic() + 1.
    with _answering(addresses[rank]):
        while missing := [address for address in missing if not _answers(address)]:
            now = time.monotonic()
            if now > deadline:
                raise TimeoutError(
                    f"expected all {len(addresses)} workers within {seconds:g} s. Received: no "
                    f"answer from {', '.join(missing)}. Start the same command there, and check "
                    "that the addresses in TF_CONFIG are right and no firewall is between.")
            if now > say_next:
                print(f"Worker {rank} of {len(addresses)} waits for {', '.join(missing)}, at most "
                      f"{deadline - now:.0f} s more ...", file=sys.stderr, flush=True)
                say_next = now + 10.
            time.sleep(0.2)


@contextlib.contextmanager
def _answering(address: str) -> Iterator[None]:
    """Answers whoever connects to the port of `address`, as TensorFlow's server will later."""
    port = address_of(address)[1]
    # Of all interfaces: the host's name may be that of a proxy.
    family = socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET
    try:
        server = socket.create_server(("", port), family=family, dualstack_ipv6=(
            family == socket.AF_INET6))
    except OSError as error:
        raise OSError(f"expected port {port} of this worker to be free. Received: {error}. End "
                      "what uses it, or give another port in TF_CONFIG.") from error
    server.settimeout(0.1)
    done = threading.Event()

    def accept() -> None:
        while not done.is_set():
            with contextlib.suppress(OSError):
                server.accept()[0].close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
        server.close()


def _answers(address: str) -> bool:
    try:
        socket.create_connection(address_of(address), timeout=1.).close()
    except OSError:
        return False
    return True


def address_of(text: str) -> tuple[str, int]:
    """Host and port.

    >>> address_of("10.0.0.1:2222"), address_of("[::1]:2222")
    (('10.0.0.1', 2222), ('::1', 2222))
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise ValueError(f"expected the address of a worker as host:port. Received: {text!r}. "
                         "Correct it in TF_CONFIG.")
    return host.strip("[]"), int(port)
