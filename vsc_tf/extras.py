"""Imports of optional packages, made when the part of the library that needs them is used."""
import importlib
from types import ModuleType


def load(module: str, package: str, use: str) -> ModuleType:
    """Imports `module`, or raises an error that names the package to install.

    Args:
        module: Name of the module, e.g. "apache_beam.io".
        package: Name of its package for pip.
        use: What needs it, for the message.

    Raises:
        ImportError: The package is not installed.

    >>> load("json", "json", "This example").dumps([1])
    '[1]'
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise ImportError(f"{use} needs {package}, which is not installed ({error}). Install it "
                          f"with: pip install '{package}'") from error
