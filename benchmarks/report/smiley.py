"""Tables about Smiley faces, whose attributes are known."""
import statistics

from benchmarks.report.data import load, mean
from benchmarks.report.markdown import number, numbers, seeds, spread, table

NAMES = ("bowtie", "hat", "eyes", "mouth")
# What is shown of the five seeds: key of smiley.json, name, digits, what was wanted.
MEASURES = (
    ("purity", "group purity", 3, "0.95"),
    *((f"presence_{name}", f"presence: {name}", 3, "0.98") for name in NAMES),
    *((f"group_presence_{name}", f"group presence: {name}", 3, "0.95") for name in NAMES),
    ("leak", "leak", 3, "at most 0.02"), ("live", "live latents", 0, "16 to 20"),
    ("l0_mean", "active per face (L0)", 1, "8 to 13"), ("hit", "hit", 2, ""),
    ("source_correlation", "best correlation, mean over sources", 2, "0.8"),
    ("elbo", "ELBO", 1, ""))


# Names of the settings in choice.json.
SETTINGS = {
    "preset": "the preset", "before": "the preset before", "weight0.05": "before, half the price",
    "weight0.2": "before, twice the price", "final_penalty0.003": "gate penalty that stays",
    "pseudo_inputs64": "before, 64 pseudo-inputs", "kl": "before, a KL to alpha",
    "zeros_not_moved": "before, no zero is moved", "rezero_end13000": "before, the last one is not"}


def presences(row, prefix="presence_"):
    return numbers(row[prefix + name] for name in NAMES)


def of_seeds():
    """The default preset, one column a seed."""
    found = load("smiley")
    names = sorted(found["seeds"], key=int)
    return table(["", *(f"seed {name}" for name in names), "mean", "wanted"], [
        [title, *(number(found["seeds"][name][key], digits) for name in names),
         f"**{number(found['mean'][key], max(digits, 1))}**", wanted]
        for key, title, digits, wanted in MEASURES])


def versions():
    """Version 0.1 beside the present one, means over the same seeds."""
    found, rows = load("versions"), []
    old, new = found["0.1"], found["0.2"]
    shown = {"smiley": ("elbo", "purity", "leak", "live", "l0_mean"),
             "uci_har": ("elbo", "l0_mean"), "fashion_mnist": ("elbo", "l0_mean")}
    names = {"elbo": "ELBO", "l0_mean": "L0", "live": "live latents"}
    for data, keys in shown.items():
        for key in keys:
            digits = 3 if key in ("purity", "leak") else 2
            rows.append([data if key == keys[0] else "", names.get(key, key),
                         number(mean(old[data].values(), key), digits),
                         number(mean(new[data].values(), key), digits),
                         numbers((new[data][seed][key] for seed in sorted(new[data])), digits)])
        if data == "smiley":
            for prefix in ("presence_", "group_presence_"):
                means = [{f"{prefix}{name}": mean(part[data].values(), f"{prefix}{name}")
                          for name in NAMES} for part in (old, new)]
                rows.append(["", f"{prefix.replace('_', ' ')}of {', '.join(NAMES)}",
                             *(presences(row, prefix) for row in means), ""])
    return table(["data", "", "0.1", "0.2", "0.2, single runs"], rows)


def dense():
    """VSC beside models with dense codes, three seeds."""
    groups = {}
    for run in load("smiley_models")["runs"]:
        if "likelihood" in run:
            settings = run["settings"]
            name = {"vsc": "**VSC**", "beta_tcvae": "beta-TCVAE"}.get(settings["model"], "beta-VAE")
            if name != "**VSC**":
                name += f", beta {settings['beta']:g}"
            groups.setdefault(name, []).append(run)
    rows = []
    for name, runs in groups.items():
        def of(*keys, runs=runs):
            return [_at(run, keys) for run in runs]
        rows.append([name, spread(of("sources", "purity"), 3),
                     number(min(min(run["sources"][f"presence_{attribute}"] for attribute in NAMES)
                                for run in runs)),
                     number(statistics.mean(of("codes", "active_units")), 0),
                     number(statistics.mean(of("codes", "l0_mean")), 1), spread(of("test", "elbo")),
                     spread(of("likelihood", "log_likelihood")),
                     spread(of("disentanglement", "dci_disentanglement"), 2),
                     spread(of("disentanglement", "sap"), 2),
                     spread(of("sources", "source_correlation"), 2)])
    return table(["60 latents", "purity", "worst presence", "active units", "L0", "ELBO",
                  "log-likelihood", "DCI disentanglement", "SAP", "best correlation"], rows)


def _at(row, keys):
    for key in keys:
        row = row[key]
    return row


def sizes():
    """VSC and the purest dense model of each kind, by latents offered."""
    found = load("disentangle")
    cases = {case["name"]: case for case in found["cases"]}
    rows = []
    for best in sorted(found["best"]["purity"], key=lambda best: best["latent_dim"]):
        m = cases[best["case"]]["mean"]
        name = best["model"].replace("β", "beta")
        name += f", beta {best['beta']:g}" if best["beta"] else ""
        rows.append([str(best["latent_dim"]), f"**{name}**" if name == "VSC" else name,
                     number(m["exploited"], 0), number(m["l0_mean"], 1), number(m["purity"]),
                     number(m["purity_active"]),
                     number(min(m[f"presence_{attribute}"] for attribute in NAMES)),
                     number(m["leak"]), number(m["elbo"], 1), number(m["mig"], 2),
                     number(m["dci_disentanglement"], 2), number(m["source_correlation"], 2)])
    return table(["offered", "model", "follow a source", "L0", "purity", "of active units",
                  "worst presence", "leak", "ELBO", "MIG", "DCI", "best correlation"], rows)


def robustness():
    """The preset with one flag changed."""
    rows = []
    for variant in load("robustness")["variants"].values():
        m, of = variant["mean"], variant["seeds"].values()
        group = min(row[f"group_presence_{name}"] for row in of for name in NAMES)
        rows.append([f"`{variant['flags']}`", number(m["live"], 1), number(m["purity"]),
                     presences(m), number(group), number(m["leak"]), number(m["l0_mean"], 1),
                     number(m["elbo"], 1)])
    return table(["changed", "live", "purity", "presence of " + ", ".join(NAMES),
                  "group presence, worst of a seed", "leak", "L0", "ELBO"], rows)


def choice():
    """Settings between which a rule chose that sees no labels."""
    rows = []
    for name, setting in load("choice")["with_avx512"].items():
        m = setting["mean"]
        rows.append([SETTINGS[name], f"`{setting['flags']}`" if setting["flags"] else "none",
                     seeds(setting["seeds"]), number(m["elbo"], 2), number(m["l0_mean"], 1),
                     number(m["live"], 1), number(m["purity"]), number(m["presence_mouth"]),
                     number(m["leak"])])
    return table(["setting", "flags", "seeds", "ELBO", "L0", "live", "purity",
                  "presence of the mouth", "leak"], rows)
