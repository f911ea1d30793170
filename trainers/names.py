"""How the commands are called: `python -m trainers.fit` in a checkout, `vsc fit` installed."""


def called(name: str) -> str:
    """What people type for the command `name`.

    >>> called("fit")
    'python -m trainers.fit'
    """
    return f"python -m trainers.{name}" if __package__ == "trainers" else f"vsc {name}"


def module(name: str) -> str:
    """Full name of the module of the command `name`, for `python -m`."""
    return f"{__package__}.{name}"
