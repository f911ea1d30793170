"""What a command cannot do without, looked for before TensorFlow is loaded."""
import importlib.util


def check(extra: str, *modules: str) -> None:
    """A ValueError that says how to install the modules that are missing, if some are.

    >>> check("plot", "json", "no_such_module")  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    ...
    ValueError: expected no_such_module. Received: it is not installed. Install it with: pip
        install 'vsc_tf[plot]'
    """
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        them = "it is not installed. Install it" if len(missing) == 1 else (
            "they are not installed. Install them")
        raise ValueError(f"expected {' and '.join(missing)}. Received: {them} with: "
                         f"pip install 'vsc_tf[{extra}]'")
