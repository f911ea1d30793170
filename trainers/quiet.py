"""TensorFlow without the lines that it writes while it is loaded."""
import os
import sys


def load_tensorflow() -> None:
    """Imports TensorFlow, silently; a failure is raised as ever.

    C++ writes the lines to descriptor 2 before any setting of Python's can stop it, so for as long
    as the import takes nothing is written there. `TF_CPP_MIN_LOG_LEVEL`, if it is set, is kept, and
    a level of 0 shows everything.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") == "0" or "tensorflow" in sys.modules:
        return
    try:
        kept = os.dup(2)
    except OSError:  # There is no such descriptor: nothing is written.
        return
    sys.stderr.flush()
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        # Where it is loaded is what this is about.
        import tensorflow  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
