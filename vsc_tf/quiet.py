"""TensorFlow without the lines that it writes while it is loaded."""
import os
import sys


def load_tensorflow() -> None:
    """Imports TensorFlow, silently if `TF_CPP_MIN_LOG_LEVEL` asks for it; failures raise as ever.

    C++ writes the lines to descriptor 2 before it reads that variable, so for as long as the import
    takes nothing is written there. Without the variable, or with a level of 0, everything is.
    """
    if os.environ.get("TF_CPP_MIN_LOG_LEVEL", "0") == "0" or "tensorflow" in sys.modules:
        return
    try:
        kept = os.dup(2)
    except OSError:  # There is no such descriptor: nothing is written.
        return
    if sys.stderr is not None:
        sys.stderr.flush()
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), 2)
    try:
        # Where it is loaded is what this is about.
        import tensorflow  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
