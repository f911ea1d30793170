"""What a worker says when it loses another."""
import contextlib
from collections.abc import Iterator

import tensorflow as tf

from vsc_tf.workers import team as teams


class WorkerLost(RuntimeError):
    """Another worker has ended, or cannot be reached any more."""


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Makes a `WorkerLost` of what TensorFlow raises when a collective cannot be finished."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError, tf.errors.CancelledError,
            tf.errors.InternalError, tf.errors.FailedPreconditionError,
            tf.errors.DeadlineExceededError) as error:
        if teams.current().count == 1:
            raise
        raise WorkerLost(
            "Another worker has ended or cannot be reached any more, so training cannot go on. "
            f"Received: {_reason(str(error))[:300]}. See its output for why; then start all "
            "workers again, and resume.") from error


def _reason(message: str) -> str:
    """What TensorFlow says of an operation, out of the traces around it.

    >>> _reason("Graph execution error:\\n\\nDetected at node x\\nTask 1 is gone\\n"
    ...         "\\t [[{{node x}}]]")
    'Task 1 is gone'
    """
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    marked = next((i for i, line in enumerate(lines) if "[[" in line), 0)
    return lines[max(0, marked - 1)] if lines else "no reason"
