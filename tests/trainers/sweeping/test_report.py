"""What sweeps end with, from evaluations and models that are made up."""
import json

import numpy as np
import pytest

from trainers.running import restoring, runs
from trainers.sweeping import report
from trainers.sweeping.jobs import plan
from trainers.sweeping.sweeps import SWEEPS
from vsc_tf.datasets import Dataset, Info, Split
from vsc_tf.posteriors import PointCodes
from vsc_tf.posteriors import SparseCodes as Codes

GROUPS = [0, 0, 1, 1]


def jobs_of(name, folder, only=()):
    return plan(SWEEPS[name]["small"], folder, (0, 1), only)


def finish(job, rng):
    """Writes what a finished and measured run of the job would have."""
    settings = job.settings
    # The larger beta, the purer, so that there is a best one.
    score = 0.9 if settings.model == "vsc" else settings.beta / 100
    found = {"data": settings.dataset, "model": settings.model, "versions": {},
             "test": {"elbo": -rng.random()}, "error": {"mse": 0.1},
             "codes": {"l0_mean": 5 + rng.random(), "active_units": 9},
             "likelihood": {"log_likelihood": -rng.random(), "standard_error": 0.1,
                            "samples": 9, "rows": 7, "rows_asked": 7}}
    if settings.dataset == "smiley":
        found["sources"] = {"purity": score, "presence_hat": 0.7, "presence_eyes": 0.9}
        found["correlation"] = {
            "groups": GROUPS, "group_names": ["hat", "eyes"], "exploited": 3,
            "purity_active": 1 - score, "matrix": rng.random((4, 6)).tolist()}
    elif settings.dataset in report.PAIRS:
        names = list(dict.fromkeys(c for pair in report.PAIRS[settings.dataset]
                                   for c in pair))
        found["jaccard"] = {"names": names, "matrix": np.full([len(names)] * 2, 0.5).tolist()}
        found["jaccard"]["matrix"][0][1] = 0.25 * settings.seed
    job.run.mkdir(parents=True)
    runs.write_json(job.run / runs.METRICS, {"training_seconds": 3.0})
    runs.write_json(job.run / runs.EVALUATION, found)


class Model:
    """Stands for any model on images of 4 x 3."""

    def __init__(self, settings):
        self.settings = settings

    def encode(self, x, batch_size=0):
        z = x.reshape(len(x), -1)[:, :self.settings.latent_dim]
        return Codes(z, z, z, z) if self.settings.model == "vsc" else PointCodes(z)

    def reconstruct(self, x):
        return x / 2

    def decode(self, z):
        return np.zeros((len(z), 4, 3))


@pytest.fixture
def restored(monkeypatch):
    def restore(run):
        job, = (job for job in restore.jobs if job.run == run)
        rng = np.random.default_rng(0)
        split = Split(rng.random((40, 4, 3)), np.arange(40) % 10)
        return job.settings, Dataset(split, split, Info("digits", (4, 3))), Model(job.settings)

    monkeypatch.setattr(restoring, "restore", restore)
    return restore


def reported(name, folder, restored, only=(), unfinished=0):
    jobs, rng = jobs_of(name, folder, only), np.random.default_rng(0)
    restored.jobs = jobs
    for job in jobs[:len(jobs) - unfinished]:
        finish(job, rng)
    report.write(folder, name, "small", jobs, {}, "the command")
    figures = {path.stem for path in (folder / "figures").iterdir()}
    return json.loads((folder / "sweep.json").read_text()), figures


def test_elbo(tmp_path, restored, capsys):
    written, figures = reported("elbo", tmp_path, restored)
    assert figures == {f"{kind}-{data}" for kind in ("elbo", "measures")
                       for data in ("fashion_mnist", "uci_har")}
    assert len(written["cases"]) == len(SWEEPS["elbo"]["small"].cases)
    case, two = written["cases"][0], [run["measures"]["elbo"] for run in written["runs"][:2]]
    assert case["mean"]["elbo"] == pytest.approx(np.mean(two))
    assert case["sd"]["elbo"] == pytest.approx(np.std(two, ddof=1))
    assert "seed" not in case["settings"] and case["seeds"] == [0, 1]
    assert "means and standard deviations over seeds" in capsys.readouterr().out


@pytest.mark.parametrize("only", [["vsc"], ["beta_vae-beta4"]])
def test_elbo_of_a_part_of_the_sweep(tmp_path, restored, only):
    assert "elbo-uci_har" in reported("elbo", tmp_path, restored, only)[1]


def test_thresholds_has_a_curve_of_each_family(tmp_path, restored, monkeypatch):
    drawn, curves = [], report.plots.error_curves
    monkeypatch.setattr(report.plots, "error_curves",
                        lambda panels, across: drawn.extend(panels) or curves(panels, across))
    written, figures = reported("thresholds", tmp_path, restored)
    assert figures == {"errors", "measures-fashion_mnist"}
    families = {"Gaussian", "Slab", "TG", "TGG", "TL", "TLG", "TG exact", "TLG exact"}
    panels = [panel for panel in drawn if panel.x_label == "latents"]
    assert len(panels) == 4 and all(set(panel.curves) == families for panel in panels)
    assert {len(case["seeds"]) for case in written["cases"]} == {2}
    assert {case["settings"]["latent_dim"] for case in written["cases"]} == {20, 64, 256}


def test_disentangle_picks_the_best_beta_for_each_baseline(tmp_path, restored):
    written, figures = reported("disentangle", tmp_path, restored)
    assert figures == {"beta", "correlation", "latents", "measures-smiley", "presence"}
    betas = {(row["model"], row["latent_dim"]): row["beta"]
             for row in written["best"]["purity"]}
    assert len(betas) == 12
    assert betas["β-VAE", 60] == 8.0 and betas["β-TCVAE", 18] == 4.0 and betas["VSC", 40] is None
    other = {row["model"]: row["beta"] for row in written["best"]["purity_active"]}
    assert other["β-VAE"] == 2.0 and other["β-TCVAE"] == 4.0
    assert written["best"]["presence"][0]["mean"] == pytest.approx(0.8)


def test_disentangle_of_one_model(tmp_path, restored):
    figures = reported("disentangle", tmp_path, restored, ["vsc-latent18"])[1]
    assert figures == {"correlation", "latents", "presence"}


def test_activation(tmp_path, restored):
    written, figures = reported("activation", tmp_path, restored)
    assert figures == {f"{kind}-{data}" for kind in ("spikes", "jaccard", "pairs")
                       for data in ("fashion_mnist", "uci_har")}
    pair = written["jaccard"][0]
    assert pair["classes"] == ["T-shirt/top", "Shirt"] and pair["by_seed"] == [0.0, 0.25]
    assert pair["mean"] == 0.125 and pair["sd"] == pytest.approx(0.125 * 2 ** 0.5)


def test_mnist(tmp_path, restored):
    figures = reported("mnist", tmp_path, restored)[1]
    assert figures == {"measures-mnist", "mean_codes-latent2", "mean_codes-latent60",
                       "reconstructions-latent2", "reconstructions-latent60"} | {
        f"latent_grid-mnist-{model}-latent2"
        for model in ("autoencoder", "vae", "vsc", "vsc_warm-up")}


def test_unfinished_runs_are_left_out(tmp_path, restored):
    written, _ = reported("elbo", tmp_path, restored, ["uci_har-vsc"], unfinished=3)
    assert [case["seeds"] for case in written["cases"]] == [[0, 1], [0, 1], [0]]
    assert written["cases"][2]["sd"]["elbo"] is None


def test_without_any_finished_run_nothing_is_written(tmp_path):
    report.write(tmp_path, "elbo", "small", jobs_of("elbo", tmp_path), {}, "")
    assert not list(tmp_path.iterdir())
