"""Models that people share: a folder of a model and what is known about it, here or on a hub.

On the Hugging Face Hub such a folder is a repository; `pip install 'vsc_tf[hub]'`.
"""
import hashlib
import json
import pathlib
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

import keras

import vsc_tf.models  # noqa: F401  Registers what the files hold.
from vsc_tf import extras
from vsc_tf.models.base import LatentModel
from vsc_tf.models.storing import without_optimizer

MODEL, ABOUT, PAGE = "model.keras", "about.json", "README.md"
FILES = [MODEL, ABOUT, PAGE]
_NEEDED = ("huggingface_hub", "vsc_tf[hub]", "The hub")


class Shared(NamedTuple):
    """A model, and what its folder says about it, see `save`."""

    model: LatentModel
    about: dict[str, Any]


def save(model: LatentModel, folder: str | pathlib.Path, metrics: Mapping[str, float] | None = None,
         data: Mapping[str, Any] | None = None, licence: str = "",
         feature_names: Mapping[int, str] | None = None) -> pathlib.Path:
    """Writes a model to a folder that can be shared: `model.keras`, `about.json`, `README.md`.

    Args:
        model: A fitted model; its optimizer is left out.
        folder: New or empty.
        metrics: Name -> value, such as those of `metrics.json` of a run.
        data: What you want to say of the data, such as their fingerprint in `config.json` of a run.
            It is empty unless you give it: a hash can tell others whether they have the same data.
        licence: Identifier of the licence of the weights, such as "apache-2.0".
        feature_names: Latent -> name.

    Returns:
        The folder.

    Raises:
        ValueError: The folder holds files, the model has no weights yet, or names are of latents
            that it does not have.

    >>> import tempfile, numpy as np
    >>> model = vsc_tf.models.VSC(3, seed=0)
    >>> model.adapt(np.eye(6, dtype="float32"))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = save(model, folder, feature_names={2: "hat"})
    ...     load(folder).about["feature_names"]
    {'2': 'hat'}
    """
    folder = pathlib.Path(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"expected a new or empty folder. Received: {folder}, which holds files. "
                         "Name another one.")
    if not model.built:
        raise ValueError(f"expected a fitted model. Received: a {type(model).__name__} without "
                         "weights. Call fit(x) first.")
    if not re.fullmatch(r"[\w.-]*", licence):
        raise ValueError('expected `licence` to be an identifier such as "apache-2.0". Received: '
                         f"{licence!r}.")
    names = {int(dim): " ".join(str(name).split()) for dim, name in (feature_names or {}).items()}
    if any(not 0 <= dim < model.latent_dim for dim in names):
        raise ValueError(f"expected names of latents 0 to {model.latent_dim - 1}. Received: "
                         f"{sorted(names)}.")
    folder.mkdir(parents=True, exist_ok=True)
    without_optimizer(model).save(folder / MODEL)
    about = {
        "library": "vsc_tf", "class": type(model).__name__, "latent_dim": model.latent_dim,
        "observation_shape": list(model.event_shape), "column_names": list(model.column_names),
        "likelihood": model.likelihood.name, "scaling": model.scaling.method,
        "keras": keras.__version__, "licence": licence, "metrics": dict(metrics or {}),
        "data": dict(data or {}), "feature_names": {str(d): names[d] for d in sorted(names)},
        "sha256": _sha256(folder / MODEL)}
    (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n")
    (folder / PAGE).write_text(_page(about))
    return folder


def load(source: str | pathlib.Path, revision: str | None = None) -> Shared:
    """Loads a folder that `save` has written, or a repository of the hub, without running code.

    Keras's safe mode stays on: a model with Python code of others in it (a `Lambda` layer) is
    refused, as is one of classes that are not registered here.

    Args:
        source: A folder, or "owner/name" of a repository.
        revision: Of the repository: a branch, a tag or, best, a commit.

    Raises:
        ValueError: There is no such folder, it is not whole, or its model is refused.
    """
    folder = pathlib.Path(source)
    if not folder.is_dir():
        if not re.fullmatch(r"[\w.-]+/[\w.-]+", str(source)):
            raise ValueError("expected a folder that hub.save has written, or owner/name of a "
                             f"repository. Received: {str(source)[:100]!r}, which is neither.")
        hub = extras.load(*_NEEDED)
        folder = pathlib.Path(hub.snapshot_download(str(source), revision=revision,
                                                    allow_patterns=FILES))
    about = _about(folder)
    try:
        model = keras.models.load_model(folder / MODEL)
    except Exception as error:  # Keras raises many kinds, for code and for unknown classes.
        raise ValueError(f"expected a model of this library that loads without code of others. "
                         f"Received: {folder / MODEL}: {str(error).splitlines()[0]} Ask whoever "
                         "made it, or load it with Keras if you trust them.") from error
    if not isinstance(model, LatentModel):
        raise ValueError(f"expected a model of this library. Received: {folder / MODEL}, a "
                         f"{type(model).__name__}. Load it with keras.models.load_model.")
    return Shared(model, about)


def push(folder: str | pathlib.Path, repository: str, private: bool = False,
         token: str | None = None) -> str:
    """Uploads a folder that `save` has written to the hub, and returns its address.

    Args:
        folder: The folder. Other files in it stay here.
        repository: "owner/name"; it is made if it is not there.
        private: Whether only you see it, if it is made.
        token: Of your account; default: the one that you are logged in with.
    """
    _about(pathlib.Path(folder))
    api = extras.load(*_NEEDED).HfApi(token=token)
    address = api.create_repo(repository, private=private, exist_ok=True)
    api.upload_folder(repo_id=repository, folder_path=str(folder), allow_patterns=FILES)
    return str(address)


def _about(folder: pathlib.Path) -> dict[str, Any]:
    """What the folder says of itself, if it is whole."""
    try:
        about = json.loads((folder / ABOUT).read_text())
        known = about["sha256"] if about["library"] == "vsc_tf" else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"expected a folder that hub.save has written. Received: {folder}, whose "
                         f"{ABOUT} cannot be read: {error!r}.") from None
    if not (folder / MODEL).is_file() or _sha256(folder / MODEL) != known:
        raise ValueError(f"expected the {MODEL} that {folder / ABOUT} describes. Received: another "
                         "one, or none. Get the folder again.")
    return about


def _sha256(path: pathlib.Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _page(about: Mapping[str, Any]) -> str:
    """The page that the hub shows, with its front matter."""
    def cell(text):
        return str(text).replace("|", "\\|").replace("<", "&lt;")

    rows = {"latents": about["latent_dim"], "observations": about["observation_shape"],
            "likelihood": about["likelihood"], **about["metrics"]}
    lines = ["---", "library_name: vsc_tf", *([f"license: {about['licence']}"] * bool(
        about["licence"])), "tags: [sparse-coding, variational-autoencoder, keras]", "---", "",
        f"# {about['class']}", "", "| | |", "|---|---|",
        *(f"| {cell(name)} | {cell(value)} |" for name, value in rows.items())]
    if about["feature_names"]:
        lines += ["", "| latent | feature |", "|---|---|",
                  *(f"| {dim} | {cell(name)} |" for dim, name in about["feature_names"].items())]
    lines += ["", "```python", "from vsc_tf import hub", 'model, about = hub.load("owner/name")',
              "codes = model.encode(x)", "```", ""]
    return "\n".join(lines)
