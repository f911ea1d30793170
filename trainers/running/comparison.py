"""Evaluations of several runs, or means of them, as one table and one set of figures."""
import math
import pathlib
import statistics
from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure

from vsc_tf import plots

from . import runs

# Key in `numbers` -> header of the table's column, title of the figure's panel.
SHOWN = {
    "elbo": ("ELBO", "ELBO, nats"), "elbo_paper": ("ELBO paper", "ELBO, paper's, nats"),
    "log_likelihood": ("log p(x)", "log-likelihood, nats"),
    "mse": ("error", "squared error"), "mse_noisy": ("of noisy", "squared error from noisy"),
    "one_draw": ("one draw", "squared error of one draw"),
    "best_of_20": ("best of 20", "squared error of the best of 20 draws"),
    "posterior_collapse": ("post. coll.", "latents that say nothing, by the divergence of codes"),
    "coefficient_collapse": ("coef. coll.", "latents that say nothing, by their draws"),
    "multi_information": ("multi-info", "multi-information, nats"),
    "l0_mean": ("L0", "active per observation"), "active_units": ("active", "active units"),
    "exploited": ("exploited", "latents that follow a source"),
    "purity": ("purity", "group purity"),
    "purity_active": ("p. active", "purity of active units"),
    "presence": ("presence", "presence accuracy"), "leak": ("leak", "leak"),
    "mig": ("MIG", "MIG"), "dci_disentanglement": ("DCI", "DCI disentanglement"),
    "sap": ("SAP", "SAP"), "factor_vae": ("FactorVAE", "FactorVAE score"),
    "probe": ("probe", "logistic probe, accuracy")}
_SETTINGS = ("samples", "rows", "rows_asked")  # Of the log-likelihood: no measures.
_FEW = 4  # Runs that a table can have as columns.


def numbers(evaluation: dict) -> dict[str, float]:
    """All single numbers of an evaluation.json: dict of name -> float.

    `presence` is the mean of the presence accuracies over attributes.
    """
    flat: dict[str, float] = {}
    for section in ("test", "codes", "error", "draws", "likelihood", "sources", "correlation",
                    "disentanglement"):
        flat |= {name: float(value) for name, value in evaluation.get(section, {}).items()
                 if isinstance(value, (int, float)) and name not in _SETTINGS}
    presence = [value for name, value in flat.items() if name.startswith("presence_")]
    if presence:
        flat["presence"] = statistics.mean(presence)
    if "probe" in evaluation:
        flat["probe"] = evaluation["probe"]
    return flat


def row(evaluation: dict) -> dict:
    """A line of the table: data, model, and name -> (value, error or NaN)."""
    flat = numbers(evaluation)
    errors = {"log_likelihood": flat.get("standard_error", math.nan)}
    return {"data": evaluation["data"], "model": evaluation["model"],
            "measures": {name: (value, errors.get(name, math.nan))
                         for name, value in flat.items()}}


def mean_row(evaluations: Sequence[dict]) -> dict:
    """The same of several seeds: means, with standard deviations over seeds for errors."""
    flats = [numbers(evaluation) for evaluation in evaluations]
    together = {}
    for name in flats[0]:
        values = [flat[name] for flat in flats if name in flat]
        together[name] = (statistics.mean(values),
                          statistics.stdev(values) if len(values) > 1 else math.nan)
    return {**row(evaluations[0]), "measures": together}


def _text(pair):
    if pair is None:
        return "-"
    value, error = pair
    return f"{value:.4g}" + (f" ± {error:.2g}" if error > 0.0 else "")


def table(rows: dict[str, dict]) -> str:
    """Lines of text: a column for each run if there are few, else a line.

    Args:
        rows: Dict of label -> `row` or `mean_row`.
    """
    shown = [name for name in SHOWN if any(name in r["measures"] for r in rows.values())]
    few = len(rows) <= _FEW
    lines = [["", "data", "model", *(SHOWN[name][1 if few else 0] for name in shown)]]
    lines += [[label, r["data"], r["model"], *(_text(r["measures"].get(name)) for name in shown)]
              for label, r in rows.items()]
    if few:
        lines = [list(line) for line in zip(*lines, strict=True)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    left = 1 if few else 3  # Columns of names.
    return "\n".join("  ".join(
        cell.ljust(width) if i < left else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))).rstrip()
        for line in lines)


def write(folder: pathlib.Path, command: str, evaluations: dict[str, dict],
          seen: dict[str, dict]) -> None:
    """Writes comparison.json and the figures of several runs.

    Args:
        folder: Folder that is there.
        command: The command line, to be kept with the numbers.
        evaluations: Dict of label -> evaluation.
        seen: Dict of label -> `figures.clean_and_noisy`.
    """
    runs.write_json(folder / "comparison.json", {
        "command": command, "runs": list(evaluations.values())})
    for data in dict.fromkeys(e["data"] for e in evaluations.values()):
        same = {label: e for label, e in evaluations.items() if e["data"] == data}
        figures = {"measures": dots({label: row(e) for label, e in same.items()}),
                   **code_figures(same), **image_figures({label: seen[label] for label in same})}
        for name, figure in figures.items():
            figure.savefig(folder / f"{data}-{name}.png")


def dots(rows: dict[str, dict]) -> Figure:
    """Figure of the table's measures, for rows of one data set."""
    missing = (math.nan, math.nan)
    measures: dict[str, Any] = {}
    for name, (_, title) in SHOWN.items():
        pairs = [r["measures"].get(name, missing) for r in rows.values()]
        if any(pair is not missing for pair in pairs):
            measures[title] = tuple(zip(*pairs, strict=True))
    return plots.measure_dots(measures, list(rows))


def code_figures(evaluations: dict[str, dict], across: int = 4) -> dict[str, Figure]:
    """Figures of which latents go with which sources and classes: dict of name -> figure.

    Args:
        evaluations: Dict of label -> evaluation, all of one data set.
        across: Matrices of correlation in a row.
    """
    figures = {}
    with_sources = {label: e["correlation"] for label, e in evaluations.items()
                    if "correlation" in e}
    if with_sources:
        first = next(iter(with_sources.values()))
        figures["correlation"] = plots.correlation_matrices(
            {label: part["matrix"] for label, part in with_sources.items()},
            first["groups"], first["group_names"], across)
    similar = {label: e["jaccard"] for label, e in evaluations.items() if "jaccard" in e}
    if similar:
        names = next(iter(similar.values()))["names"]
        figures["jaccard"] = plots.class_similarity(
            {label: part["matrix"] for label, part in similar.items() if part["names"] == names},
            names)
    return figures


def image_figures(seen: dict[str, dict]) -> dict[str, Figure]:
    """Figures of clean and noisy images and what each model makes of the same ones."""
    seen = {label: parts for label, parts in seen.items() if parts}
    if not seen:
        return {}
    first = next(iter(seen.values()))
    # Runs of other seeds may have been tested on other images; of these there is no one row.
    same = {label: parts for label, parts in seen.items()
            if (parts["clean"].shape == first["clean"].shape
                and (parts["clean"] == first["clean"]).all())}
    rows = [row for kind in ("clean", "noisy") for row in (
        (kind, first[kind]),
        *((label, parts[f"of {kind}"]) for label, parts in same.items()))]
    return {"reconstructions": plots.image_rows(rows, first["clean"].shape[1:])}
