"""Packages that only some parts of the library need, imported when that part is used."""
import importlib


def load(module, package, use):
    """Imports `module`, or says which package is missing for what.

    Args:
        module: Name of the module, e.g. "apache_beam.io".
        package: What pip calls the package that holds it.
        use: What needs it, for the message.

    Raises:
        ImportError: It is not installed.

    >>> load("json", "json", "This example").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"{use} needs {package}, which is not installed ({error}). Install it "
                          f"with: pip install '{package}'") from error
