"""Features that are known: drawn data (presence.json), tables (tables.json)."""
from benchmarks.report.data import load
from benchmarks.report.markdown import number, seeds, table


def presence(sizes="latent_dim 60"):
    """One line a family of drawn data."""
    rows = []
    for name, found in load("presence")[sizes].items():
        mean, of = found["mean"], found["seeds"]
        rows.append([f"`{name}`", seeds(of), *(number(mean.get(key)) for key in (
            "told", "presence", "group", "leak")), number(mean["live"], 0),
            number(mean["always"], 1),
            f"{mean['l0']:.2f} of {mean['freedom']:.2f}" if "freedom" in mean
            else number(mean["l0"], 2), number(mean["elbo"], 1),
            number(mean.get("over_vae"), 1),
            ", ".join(found["missed"]) or "none"])
    return table(["data", "seeds", "told", "presence", "group presence", "leak", "live",
                  "always on", "L0", "bound", "over a VAE's", "missed"], rows)


def missed_families():
    """Families whose goals are missed, and how many there are."""
    families = load("presence")["latent_dim 60"]
    return [name for name, found in families.items() if found["missed"]], len(families)


def codes():
    """Bounds and probes of codes of public tables."""
    return table(["table", "columns", "L0", "bound", "VAE's bound", "probe: VSC", "all columns",
                  "PCA", "dictionary", "NMF"],
                 [[f"`{name}`", str(row["columns"]), number(row["l0"], 1), number(row["elbo"], 1),
                   number(row["vae_elbo"], 1), *(number(row[key]) for key in (
                       "vsc", "raw", "pca", "dictionary", "nmf"))]
                  for name, row in load("tables")["codes"].items()])


def missing():
    """Errors of imputation."""
    return table(["table", "column mean", "IterativeImputer", "VSC", "VAE"],
                 [[f"`{name}`", *(number(row[key]) for key in ("mean", "iterative", "vsc", "vae"))]
                  for name, row in load("tables")["missing"].items()])


def counts():
    """Codes of counts through three likelihoods."""
    return table(["likelihood", "presence", "group presence", "leak", "always on", "L0"],
                 [[name, *(number(row[key]) for key in ("presence", "group", "leak")),
                   number(row["always"], 0), f"{row['l0']:.2f} of {row['freedom']:.2f}"]
                  for name, row in load("tables")["counts"].items()])
