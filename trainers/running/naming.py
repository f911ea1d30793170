"""Names that people gave to the features of a run, kept in its folder."""
import json
import os
import pathlib

FILE = "feature_names.json"
MOST = 60  # Characters of a name.


def read(run: pathlib.Path) -> dict[int, str]:
    """Latent -> name; empty if none was given.

    Raises:
        ValueError: The file is damaged.
    """
    path = run / FILE
    try:
        found = json.loads(path.read_text())
        return {int(dim): str(name)[:MOST] for dim, name in found.items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"expected {path} to hold a name for each of some latents, as "
                         f'{{"3": "hat"}}. Received: {error}. Mend or remove it.') from None


def write(run: pathlib.Path, names: dict[int, str]) -> None:
    """Keeps the names, all or none of them."""
    beside = run / f".{FILE}.{os.getpid()}"
    beside.write_text(json.dumps({str(dim): names[dim] for dim in sorted(names)}, indent=2) + "\n")
    os.replace(beside, run / FILE)
