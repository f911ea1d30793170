"""TensorFlow without the lines that it writes while it is loaded."""
import os


def load_tensorflow() -> None:
    """Imports it with vsc_tf, which is silent if `TF_CPP_MIN_LOG_LEVEL` asks for it.

    A level that is set is kept, and one of 0 shows everything.
    """
    if os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3") != "0":
        # Where it is loaded is what this is about.
        import vsc_tf  # noqa: F401
