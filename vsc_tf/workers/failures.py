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
            f"Received: {str(error).splitlines()[0][:300]}. See its output for why; then start all "
            "workers again, and resume.") from error
