"""What commands, runs and servables are called."""
import pathlib
import re


def called(name: str) -> str:
    """What people type for the command `name`: `vsc fit` where the package is installed.

    >>> called("fit")
    'python -m trainers.fit'
    """
    return f"python -m trainers.{name}" if __package__ == "trainers" else f"vsc {name}"


def module(name: str) -> str:
    """Full name of the module of the command `name`, for `python -m`."""
    return f"{__package__}.{name}"


def of_data(dataset: str) -> str:
    """Name of a data set or file, in letters that are safe in folders and addresses.

    >>> of_data("smiley"), of_data("a/patients 2024.csv.gz")
    ('smiley', 'patients_2024')
    """
    name = pathlib.Path(dataset.removesuffix(".gz")).resolve().stem
    return re.sub(r"[^\w.+@=-]+", "_", name).strip("._-+@= ") or "data"


def of_runs(preset_name: str, dataset: str) -> str:
    """What the names of runs begin with: the preset, or people's own data.

    >>> of_runs("paper/smiley", "smiley"), of_runs("table", "patients.csv")
    ('paper-smiley', 'patients')
    """
    own = dataset and preset_name in ("table", "images")
    return of_data(dataset) if own else preset_name.replace("/", "-")
