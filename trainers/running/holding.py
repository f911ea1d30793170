"""A run folder belongs to one process at a time, and to none that is dead."""
import contextlib
import fcntl
import pathlib
from collections.abc import Iterator

LOCK = ".lock"


@contextlib.contextmanager
def held(run: pathlib.Path) -> Iterator[None]:
    """Holds a run folder; the system lets go of it when this process ends, however it does.

    Raises:
        ValueError: Another process holds it.
    """
    with open(run / LOCK, "w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ValueError(
                f"expected a run that nobody else is at. Received: {run}, which another process "
                "is training. Wait until it ends, or stop it.") from None
        yield


def is_vacant(run: pathlib.Path) -> bool:
    """Whether nothing is there, or no more than a process leaves that was killed at once."""
    return not run.exists() or run.is_dir() and all(
        path.name.startswith(".") for path in run.iterdir())
