"""The blocks of README.md and docs/: Python runs, at a tiny size, and commands have such flags."""
import argparse
import importlib
import re
import shlex

import numpy as np
import pytest

from tests.pages import ROOT, run, sections
from trainers import fit, flags

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
# Pages whose blocks are run by tests of their own; those of workers.md by tests/integrations.sh.
ELSEWHERE = {"README.md", "docs/models.md", "docs/sharing.md", "docs/switching.md",
             "docs/further_training.md", "docs/own_parts.md", "docs/questions.md", "docs/tools.md",
             "docs/workers.md", *(f"docs/own/{path.name}" for path in (
                 ROOT / "docs" / "own").glob("*.md"))}

ROWS = """
import numpy as np
import vsc_tf
x = np.random.default_rng(0).normal(size=(64, 5)).astype("float32")
noise = np.zeros((64, 4), "float32")
"""
FITTED = ROWS + """
data = vsc_tf.datasets.load("smiley", train_size=40, test_size=60)
model = vsc_tf.VSC(8, encoder=vsc_tf.networks.mlp(8), decoder=vsc_tf.networks.mlp(8), seed=0)
model.adapt(data.train.x)
"""
SMALLER = {"latent_dim=60": "latent_dim=5", "latent_dim=20": "latent_dim=3, total_steps=3",
           "VSC(30": "VSC(3", "epochs=100": "epochs=1", "epochs=20": "epochs=1",
           "batch_size=500": "batch_size=20"}


def people(folder):
    """people.csv: names, a hole, text, counts; rows.csv: numbers and a class."""
    rng = np.random.default_rng(0)
    lines = [f"p{i},{rng.normal():.2f},{'red' if i % 3 else 'blue'},{i % 5}" for i in range(40)]
    lines[3] = "p3,,red,1"
    (folder / "people.csv").write_text("\n".join(["person,mass,colour,visits", *lines]))
    lines = [f"{rng.normal():.2f},{rng.normal():.2f},{'ab'[i % 2]}" for i in range(40)]
    (folder / "rows.csv").write_text("\n".join(["mass,length,kind", *lines]))


def cells(folder):
    anndata = pytest.importorskip("anndata", reason="anndata is optional")
    import pandas as pd

    adata = anndata.AnnData(np.random.default_rng(0).poisson(1., (40, 6)).astype("float32"))
    adata.obs["size_factors"] = pd.Series(np.linspace(0.5, 2., 40), index=adata.obs_names)
    adata.write_h5ad(folder / "cells.h5ad")


@pytest.mark.parametrize(("page", "heading", "before"), [
    ("own_data.md", "", ""),
    ("tables.md", "In Python", ""),
    ("tables.md", "Counts", ""),
    ("tables.md", "Names are kept", ROWS + "model = vsc_tf.VSC(3)\nmodel.compile()\n"),
    ("steering.md", "", FITTED)])
def test_python_blocks_run(page, heading, before, tmp_path, monkeypatch, eagerly):
    monkeypatch.chdir(tmp_path)
    people(tmp_path)
    if heading == "Counts":
        cells(tmp_path)
    found = sections(ROOT / "docs" / page)
    blocks = found[heading] if heading else [block for part in found.values() for block in part]
    assert blocks
    for whole, tiny in SMALLER.items():
        blocks = [block.replace(whole, tiny) for block in blocks]
    run([before, *blocks], tmp_path / "script.py")


def test_the_client_of_serving_runs(servable, tmp_path, rows):
    pytest.importorskip("tensorflow_serving", reason="tensorflow-serving-api is optional")
    from benchmarks.loopback import LoopbackServer

    block, = [block for part in sections(ROOT / "docs" / "serving.md").values() for block in part]
    with LoopbackServer(servable[1]) as server:
        block = block.replace("localhost:8500", server.grpc_address).replace(
            "http://localhost:8501", server.rest_address).replace("uci_har", "blocks")
        script = run([block], tmp_path / "script.py", {
            "x": rows[:4] * 50., "noise": np.zeros((4, 4), "float32")})
    np.testing.assert_allclose(script.mean, servable[0].decode(script.z), atol=1e-4)


def test_no_page_is_left_out():
    with_blocks = {(path.relative_to(ROOT).as_posix(), heading) for path in PAGES
                   for heading, blocks in sections(path).items() if blocks}
    run_here = {(f"docs/{mark[0]}", mark[1]) for mark in (
        test_python_blocks_run.pytestmark[0].args[1])}
    whole = {page for page, heading in run_here if not heading} | {"docs/serving.md"}
    left = {(page, heading) for page, heading in with_blocks - run_here
            if page not in ELSEWHERE | whole}
    assert not left


def commands():
    """(page, words) of every command of ours that a page tells people to type."""
    for path in PAGES:
        fenced = re.findall(r"^```.*?^```", path.read_text(), re.MULTILINE | re.DOTALL)
        inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", path.read_text(),
                                                 flags=re.MULTILINE | re.DOTALL))
        for line in [*(line for block in fenced for line in block.replace(
                "\\\n", " ").splitlines()), *(" ".join(code.split()) for code in inline)]:
            found = re.search(r"python -m ((?:trainers|benchmarks)\..*)|^vsc (.*)", line)
            if found:
                words = found[1] or f"trainers.{found[2]}"
                yield path.relative_to(ROOT).as_posix(), re.sub(r"\s+#.*|\s+&$", "", words)


@pytest.mark.parametrize(("page", "words"), sorted(set(commands())), ids=lambda text: text[:60])
def test_commands_have_these_flags(page, words):
    module, *argv = shlex.split(words)
    argv = argv[:argv.index("--")] if "--" in argv else argv
    argv = [word for word in argv if word != "..."]
    if module == "trainers.fit":
        name, preset = flags.preset_of(argv)
        parser = fit.build_parser(name, preset, True)
    elif module.startswith("trainers."):
        parser = importlib.import_module(module).build_parser()
    else:
        text = (ROOT / "benchmarks" / module.removeprefix("benchmarks.")).with_suffix(".py")
        text = text if text.exists() else text.with_suffix("") / "__main__.py"
        given = {word.partition("=")[0] for word in argv if word.startswith("--")}
        assert {flag for flag in given if f'"{flag}"' not in text.read_text()} == set()
        return
    parser.exit_on_error = False
    try:
        parser.parse_args(argv)
    except (argparse.ArgumentError, SystemExit) as error:
        needs_more = "required" in str(error) or argv in ([], ["--help"]) or "--help" in argv
        assert needs_more, f"{page}: {words}"
