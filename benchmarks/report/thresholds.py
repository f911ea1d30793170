"""Tables about learned thresholds."""
import math

from benchmarks.presence import THRESHOLDED
from benchmarks.report.data import load
from benchmarks.report.markdown import number, seeds, table

# How benchmarks.patches names its families.
PATCHES = {"tlg": "Laplace with Gamma thresholds", "tgg": "Normal with Gamma thresholds",
           "tl": "thresholded Laplace", "tg": "thresholded Normal", "fista": "FISTA",
           "slab": "spike and slab", "gaussian": "Normal, no zeros"}

# Validation loss, and multi-information in bits, of patches: [F22], one run of each.
F22 = {"fista": (64.9, 68), "gaussian": (584., 735), "slab": (162., 176), "tg": (151., 168),
       "tgg": (256., 470), "tl": (136., 173), "tlg": (172., 382)}

# Best of 20 draws of Fashion-MNIST, by number of latents: [F22], table 1.
F22_BEST = {"gaussian": {20: .0279, 64: .0286, 256: .0295},
            "slab": {20: .0305, 64: .0290, 256: .0307},
            "tg": {20: .0291, 64: .0242, 256: .0230}, "tgg": {20: .0275, 64: .0250, 256: .0254},
            "tl": {20: .0282, 64: .0285, 256: .0300}, "tlg": {20: .0282, 64: .0286, 256: .0300}}


def _plain(name):
    return name.replace("gamma_thresholded_normal", "Normal with Gamma thresholds").replace(
        "gamma_thresholded_laplace", "Laplace with Gamma thresholds").replace("_", " ").replace(
        "normal", "Normal").replace("laplace", "Laplace")


def _patches(name):
    exact = name.startswith("exact_")
    family = PATCHES[name.removeprefix("exact_")]
    return family + (", exact" if exact else ", published" if name.startswith("t") else "")


def gradients():
    """Each family's gradients beside the true one."""
    return table(["posterior, gradients", "cosine", "bias", "cosine of the gate",
                  "bias of the gate"],
                 [[_plain(name), number(row["cosine"]), number(row["bias"], 2),
                   number(row["gate_cosine"]), number(row["gate_bias"], 2)]
                  for name, row in load("gradients").items()])


def patches():
    """Natural patches: errors and how many latents are active."""
    rows = []
    for name, found in load("patches").items():
        if name == "choice":
            continue
        m = found["mean"]
        rows.append([_patches(name), seeds(found["seeds"]),
                     *(number(m.get(key)) for key in ("one_draw", "best_of_20", "code")),
                     f"{100 * m['active']:.1f} %", number(m.get("zero")), number(m.get("on_sd")),
                     f"{100 * m['collapsed']:.1f} %" if "collapsed" in m else ""])
    return table(["", "seeds", "one draw", "best of 20", "deterministic code", "active in it",
                  "zeros", "sd of on-probability", "collapsed"], rows)


def published():
    """[F22]'s figures of patches beside ours."""
    rows = []
    for name, (loss, bits) in F22.items():
        m = load("patches")[name]["mean"]
        error = 128. * m.get("one_draw", m["code"])
        rows.append([_patches(name), number(loss, 1), str(bits), number(error, 1),
                     number(m["bits"], 0)])
    return table(["", "loss in [F22]", "bits in [F22]", "squared error, halved", "bits"], rows)


def fashion(name):
    """A sweep of Fashion-MNIST: errors beside the published ones, and what is active."""
    rows = []
    for case in load(name)["cases"]:
        _, label, latents = case["name"].split("-")
        family = label.removesuffix("_exact")
        latents, m = int(latents.removeprefix("latent")), case["mean"]
        rows.append([
            _patches("exact_" * (family != label) + family),
            str(latents), number(F22_BEST[family][latents], 4) if family == label else "",
            *(number(m[key], 4) for key in ("best_of_20", "one_draw", "mse")),
            number(m["l0_mean"], 1), number(m.get("l0", m["l0_mean"]), 1),
            number(m["multi_information"] / math.log(2.), 1),
            *(f"{100 * m[key]:.0f} %" for key in ("posterior_collapse", "coefficient_collapse"))])
    return table(["", "latents", "best of 20 in [F22]", "best of 20", "one draw", "code",
                  "active in it", "in a draw", "bits", "posterior collapse",
                  "coefficient collapse"], rows)


def families():
    """Codes of drawn data by each posterior: group presence, leak and L0."""
    found = load("presence")
    columns = {"`VSC`": found["latent_dim 60"], **{
        _plain(name): found[f"latent_dim 60, {name}"] for name in THRESHOLDED}}
    return table(["data", *columns], [
        [f"`{name}`", *(_switching(column[name]["mean"]) if name in column else "not run"
                        for column in columns.values())]
        for name in found["latent_dim 60"]])


def _switching(mean):
    return " / ".join(number(mean[key], 2) for key in ("group", "leak", "l0") if key in mean)


def steps():
    """What a step costs, as a share of a VAE's."""
    rows = []
    for setting, found in load("step_cost").items():
        rows += [[setting, _plain(name), number(row["ratio"], 2)] for name, row in found.items()
                 if name != "vae"]
    return table(["setting", "posterior, gradients", "step, of a VAE's"], rows)
