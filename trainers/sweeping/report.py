"""What a sweep ends with: a table over its cases, sweep.json and figures."""
import dataclasses
import math
import pathlib
import statistics
from collections.abc import Iterable

from vsc_tf import plots

from ..presets import Preset
from ..running import comparison, restoring, runs
from ..running.figures import clean_and_noisy
from .jobs import Job
from .sweeps import Case

# Pairs of classes that look alike, then pairs that do not (spec: mean Jaccard similarity).
PAIRS = {
    "fashion_mnist": (("T-shirt/top", "Shirt"), ("Pullover", "Coat"),
                      ("T-shirt/top", "Trouser"), ("Bag", "Trouser")),
    "uci_har": (("WALKING", "WALKING_UPSTAIRS"), ("SITTING", "STANDING"),
                ("WALKING", "SITTING"), ("WALKING_UPSTAIRS", "LAYING"))}
_NONE = (math.nan, math.nan)


@dataclasses.dataclass(frozen=True)
class Result:
    """The finished runs of one case."""

    case: Case
    settings: Preset  # Of the first seed.
    jobs: tuple[Job, ...]
    evaluations: tuple[dict, ...]

    @property
    def row(self) -> dict:
        return comparison.mean_row(self.evaluations)

    def mean(self, name: str) -> tuple[float, float]:
        """(mean, standard deviation) over seeds of a measure; NaN where there is none."""
        return self.row["measures"].get(name, _NONE)


def results(jobs: list[Job]) -> list[Result]:
    """`Result` of each case with a measured run, in the sweep's order."""
    found = []
    for case in dict.fromkeys(job.case for job in jobs):
        done = [job for job in jobs if job.case == case
                and (job.run / runs.EVALUATION).is_file()]
        if done:
            found.append(Result(case, done[0].settings, tuple(done), tuple(
                runs.read_json(job.run / runs.EVALUATION) for job in done)))
    return found


def write(folder: pathlib.Path, name: str, size: str, jobs: list[Job],
          failed: Iterable[str], command: str) -> None:
    """Prints the table and writes sweep.json and figures/ into the sweep's folder."""
    found = results(jobs)
    if not found:
        return
    print("\n" + comparison.table({result.case.name: result.row for result in found})
          + "\n(means and standard deviations over seeds)\n", flush=True)
    extra, figures = _REPORTS[name](found)
    for data, same in _by_data(found).items():
        if len(same) > 1:
            figures[f"measures-{data}"] = comparison.dots({r.case.name: r.row for r in same})
    (folder / "figures").mkdir(exist_ok=True)
    for stem, figure in figures.items():
        figure.savefig(folder / "figures" / f"{stem}.png")
    runs.write_json(folder / "sweep.json", {
        "sweep": name, "size": size, "command": command,
        "seeds": sorted({job.settings.seed for job in jobs}),
        "cases": [_case(result) for result in found],
        "runs": [_run(job, evaluation) for result in found
                 for job, evaluation in zip(result.jobs, result.evaluations, strict=True)],
        "failed": sorted(failed), **extra,
        "versions": found[0].evaluations[0]["versions"],
        "figures": sorted(f"figures/{stem}.png" for stem in figures)})
    print(f"Results   {folder / 'sweep.json'}\nFigures   {folder / 'figures'}/")


def _case(result):
    measures = result.row["measures"]
    settings = dataclasses.asdict(result.settings)
    del settings["seed"]
    return {"name": result.case.name, "data": result.row["data"], "settings": settings,
            "seeds": [job.settings.seed for job in result.jobs],
            "mean": {name: mean for name, (mean, _) in measures.items()},
            "sd": {name: None if math.isnan(sd) else sd for name, (_, sd) in measures.items()}}


def _run(job, evaluation):
    likelihood = evaluation.get("likelihood", {})
    return {"name": job.name, "case": job.case.name, "seed": job.settings.seed,
            "command": " ".join(["python -m", *job.command()]),
            "training_seconds": runs.read_json(job.run / runs.METRICS)["training_seconds"],
            "measures": comparison.numbers(evaluation),
            "log_likelihood_of": {key: likelihood[key] for key in ("samples", "rows")
                                  if key in likelihood}}


def _by_data(found):
    return {data: [r for r in found if r.row["data"] == data]
            for data in dict.fromkeys(r.row["data"] for r in found)}


def _curve(found, x, y):
    """(x, mean, sd) over results, as `plots.Panel` takes a curve."""
    points = [(x(result), *result.mean(y)) for result in found]
    return tuple(zip(*points, strict=True))


def _elbo(found):
    figures = {}
    for data, same in _by_data(found).items():
        vsc = [r for r in same if r.settings.model == "vsc"]
        beta = [r for r in same if r.settings.model == "beta_vae"]
        # With beta 1 it is the VAE.
        vae = {"VAE": r for r in beta if r.settings.beta == 1.0}
        panels = []
        for name, title in (("elbo", "ELBO, nats"), ("log_likelihood", "log-likelihood, nats"),
                            ("active_units", "active units")):
            level = {label: r.mean(name) for label, r in vae.items()}
            if vsc:
                panels.append(plots.Panel("α", title, {
                    "VSC": _curve(vsc, lambda r: r.settings.alpha, name)}, level, True))
                panels.append(plots.Panel("active per observation (L0)", title, {
                    "VSC": _curve(vsc, lambda r: r.mean("l0_mean")[0], name)}, level))
            if beta:
                panels.append(plots.Panel("β", title, {
                    "β-VAE": _curve(beta, lambda r: r.settings.beta, name)}, {}, True))
        figures[f"elbo-{data}"] = plots.error_curves(panels, across=len(panels) // 3)
    return {}, figures


def best(found: list[Result], measure: str) -> dict[tuple[str, int], Result]:
    """Of each model and number of latents the result with the largest mean of a measure.

    Dict of (label, latent_dim) -> `Result`. What is chosen among is beta.
    """
    chosen: dict[tuple[str, int], Result] = {}
    for result in found:
        key = (result.case.label, result.settings.latent_dim)
        if key not in chosen or result.mean(measure)[0] > chosen[key].mean(measure)[0]:
            chosen[key] = result
    return chosen


def _disentangle(found):
    chosen = best(found, "purity")
    labels = list(dict.fromkeys(label for label, _ in chosen))
    shown = {}
    for latents in sorted({latents for _, latents in chosen}):
        for label in labels:
            if (label, latents) in chosen:
                result = chosen[label, latents]
                beta = "" if label == "VSC" else f", β = {result.settings.beta:g}"
                shown[f"{label}{beta}, J = {latents}"] = result.evaluations[0]
    figures = comparison.code_figures(shown, across=len(labels))

    def of(label):
        return [r for (name, _), r in chosen.items() if name == label]

    figures["latents"] = plots.error_curves([
        plots.Panel("latents offered, J", title, {
            label: _curve(of(label), lambda r: r.settings.latent_dim, name) for label in labels})
        for name, (_, title) in comparison.SHOWN.items()
        if name in ("purity", "purity_active", "presence", "exploited", "mig", "elbo")])
    dense = [r for r in found if r.settings.model in ("beta_vae", "beta_tcvae")]
    panels = [plots.Panel(f"β of {label}", comparison.SHOWN[name][1], {
        f"J = {latents}": _curve([r for r in dense if (r.case.label, r.settings.latent_dim)
                                  == (label, latents)], lambda r: r.settings.beta, name)
        for latents in sorted({r.settings.latent_dim for r in dense if r.case.label == label})},
        log=True) for label in dict.fromkeys(r.case.label for r in dense)
        for name in ("purity", "purity_active", "active_units")]
    if panels:  # Correlation knows no size: few active units tell a code that has collapsed.
        figures["beta"] = plots.error_curves(panels)
    most = max(latents for _, latents in chosen)
    last = {label: result for (label, latents), result in chosen.items() if latents == most}
    attributes = next(iter(last.values())).evaluations[0]["correlation"]["group_names"]
    pairs = [[result.mean(f"presence_{name}") for name in attributes] for result in last.values()]
    figures["presence"] = plots.grouped_bars(
        *([[pair[i] for pair in row] for row in pairs] for i in (0, 1)), attributes, list(last),
        f"presence accuracy, J = {most}")
    return {"best": {measure: [
        {"model": label, "latent_dim": latents, "case": r.case.name,
         "beta": None if label == "VSC" else r.settings.beta, "mean": r.mean(measure)[0]}
        for (label, latents), r in best(found, measure).items()]
        for measure in ("purity", "purity_active", "presence")}}, figures


def _activation(found):
    figures, similar = {}, []
    for result in found:
        data = result.row["data"]
        _, loaded, model = restoring.restore(result.jobs[0].run)
        figures[f"spikes-{data}"] = plots.spikes_per_class(
            model.encode(loaded.test.x).spike_probs, loaded.test.y,
            loaded.info.class_names or None)
        figures |= {f"{stem}-{data}": figure for stem, figure in comparison.code_figures(
            {result.jobs[0].name: result.evaluations[0]}).items()}
        pairs = []
        for pair in PAIRS[data]:
            values = [e["jaccard"]["matrix"][e["jaccard"]["names"].index(pair[0])]
                      [e["jaccard"]["names"].index(pair[1])] for e in result.evaluations]
            pairs.append({"data": data, "classes": pair, "by_seed": values,
                          "mean": statistics.mean(values),
                          "sd": statistics.stdev(values) if len(values) > 1 else None})
        figures[f"pairs-{data}"] = plots.grouped_bars(
            [[pair["mean"] for pair in pairs]], [[pair["sd"] or 0.0 for pair in pairs]],
            [" / ".join(pair["classes"]) for pair in pairs], ["VSC"], "mean Jaccard similarity")
        similar += pairs
    return {"jaccard": similar}, figures


def _mnist(found):
    figures, seen, codes, labels = {}, {}, {}, {}
    for result in found:
        _, data, model = restoring.restore(result.jobs[0].run)
        latents, label = result.settings.latent_dim, result.case.label
        z = model.encode(data.test.x).z
        seen.setdefault(latents, {})[label] = clean_and_noisy(model, data)
        codes.setdefault(latents, {})[label] = z
        labels[latents] = data.test.y
        if latents == 2:
            grid, span = plots.grid_codes(z)
            figures[f"latent_grid-{result.case.name}"] = plots.latent_grid(
                model.decode(grid), data.info.shape, span)
    for latents, parts in seen.items():
        names = [str(digit) for digit in range(10)]
        figures[f"mean_codes-latent{latents}"] = plots.mean_codes(
            codes[latents], labels[latents], names)
        figures[f"reconstructions-latent{latents}"] = comparison.image_figures(
            parts)["reconstructions"]
    return {}, figures


def _thresholds(found):
    labels = dict.fromkeys(r.case.label for r in found)
    panels = [plots.Panel("latents", title, {
        label: _curve([r for r in found if r.case.label == label],
                      lambda r: r.settings.latent_dim, name) for label in labels}, log=True)
        for name, title in (("one_draw", "error of one draw"), ("best_of_20", "of the best of 20"),
                            ("mse", "of the code"), ("l0_mean", "active"))]
    return {}, {"errors": plots.error_curves(panels, across=2)}


_REPORTS = {"elbo": _elbo, "thresholds": _thresholds, "disentangle": _disentangle,
            "activation": _activation, "mnist": _mnist}
