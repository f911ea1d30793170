"""Tables about Fashion-MNIST, UCI HAR and MNIST, and about steering."""
import statistics

from benchmarks.report.data import load
from benchmarks.report.markdown import number, spread, table

MODELS = {"autoencoder": "auto-encoder", "vae": "VAE", "vsc": "VSC",
          "vsc_warm-up": "VSC, slab warm-up"}


def cases(name):
    """Cases of a sweep by name, each a function of a measure: its values, one a seed."""
    found = {}
    for run in load(name)["runs"]:
        found.setdefault(run["case"], []).append(run["measures"])
    return {case: lambda key, rows=rows: [row.get(key) for row in rows]
            for case, rows in found.items()}


def bounds():
    """The bound over alpha and over beta."""
    of, rows = cases("elbo"), []
    for case in of:
        if case.startswith("fashion_mnist"):
            other = of[case.replace("fashion_mnist", "uci_har")]
            name = case.removeprefix("fashion_mnist-").replace("vsc-alpha", "VSC, alpha ").replace(
                "beta_vae-beta", "beta-VAE, beta ")
            rows.append([name, *_bound(of[case], 1), *_bound(other, 0)])
    return table(["", "Fashion-MNIST: ELBO", "log-likelihood", "L0", "probe", "UCI HAR: ELBO",
                  "log-likelihood", "L0", "probe"], rows)


def _bound(values, digits):
    return [spread(values("elbo"), digits), spread(values("log_likelihood"), digits),
            number(statistics.mean(values("l0_mean")), 1),
            number(statistics.mean(values("probe")))]


def better():
    """VSC beside a VAE at the presets' sizes, the same seeds."""
    of, rows = cases("activation"), []
    for name, digits in (("fashion_mnist", 1), ("uci_har", 0)):
        values = of[f"{name}-vsc"]
        rows.append([name, "VSC", spread(values("elbo"), digits),
                     spread(values("log_likelihood"), digits), spread(values("l0_mean")),
                     spread(values("probe"), 3)])
        vaes = [run for run in load(name)["runs"]
                if run["model"] == "vae" and "--seed" in run["command"]]
        rows.append(["", "VAE", spread((run["test"]["elbo"] for run in vaes), digits),
                     spread((run["likelihood"]["log_likelihood"] for run in vaes), digits),
                     "60", spread((run["probe"] for run in vaes), 3)])
    return table(["data", "model", "ELBO", "log-likelihood", "L0", "logistic probe"], rows)


def jaccard():
    """How alike the active sets of classes are."""
    found = load("activation")["jaccard"]
    return table(["data", "classes", "Jaccard similarity of active sets"],
                 [[row["data"], ", ".join(str(name).lower().replace("_", " ")
                                          for name in row["classes"]),
                   spread(row["by_seed"], 2)] for row in found])


def mnist():
    """Four models with 2 and 60 latents."""
    of = cases("mnist")
    rows = []
    for case in sorted(of, key=lambda case: int(case.rpartition("latent")[2])):
        name, _, latents = case.removeprefix("mnist-").rpartition("-latent")
        values = of[case]
        rows.append([MODELS[name], latents, spread(values("elbo")),
                     spread(values("log_likelihood")), number(statistics.mean(values("mse")), 4),
                     number(statistics.mean(values("mse_noisy"))),
                     number(statistics.mean(values("l0_mean")), 1),
                     number(statistics.mean(values("probe")))])
    return table(["model", "latents", "ELBO", "log-likelihood", "squared error", "of noisy digits",
                  "L0", "logistic probe"], rows)


def switched_off():
    """What switching an attribute off returns and disturbs, five seeds."""
    runs, rows = load("generation")["smiley"], []
    for name in next(iter(runs.values())):
        of = [run[name] for run in runs.values()]
        count = [len(row["dims"]) for row in of]
        rows.append([name, f"{min(count)} to {max(count)}",
                     *(number(value, 4) for value in (
                         statistics.mean(row["returned"] for row in of),
                         min(row["returned"] for row in of),
                         statistics.mean(row["disturbed"] for row in of),
                         max(row["disturbed"] for row in of)))])
    return table(["attribute", "latents", "returned (wanted: 0.90)", "worst seed",
                  "disturbed (wanted: under 0.02)", "worst seed"], rows)


def variations():
    """Share of variations that a classifier gives the label of their source."""
    found = next(iter(load("generation")["fashion_mnist"].values()))
    columns = ["images", "reconstructions", *sorted(
        (name for name in found if name.startswith("likeness")), reverse=True)]
    return table(["class", *columns], [[name, *(number(found[column][name]) for column in columns)]
                                       for name in found["images"]])
