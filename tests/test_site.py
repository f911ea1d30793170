"""The site is built without a warning, and its pages of the API have what people type."""
import os
import pathlib
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    run = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", folder],
        cwd=ROOT, capture_output=True, text=True, timeout=300,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"})
    assert run.returncode == 0, run.stdout + run.stderr
    assert "WARNING" not in run.stderr
    return folder


def test_every_page_is_in_the_menu(site):
    pages = {path.relative_to(ROOT / "docs").with_suffix("").as_posix()
             for path in (ROOT / "docs").rglob("*.md")} - {"index"}
    start = (site / "index.html").read_text()
    assert [page for page in sorted(pages) if f'href="{page}/"' not in start] == []


@pytest.mark.parametrize(("page", "names"), [
    ("models", ["LatentModel.fit", "LatentModel.encode", "VSC", "BetaTCVAE"]),
    ("parts", ["SpikeAndSlab", "PseudoInputPrior", "ColumnGaussian", "Scaling"]),
    ("data", ["load", "describe", "Table"]), ("training", ["Recipe", "StopOnNaN", "unmix"]),
    ("codes", ["traverse", "group_presence", "traversals"]), ("serving", ["export", "RESTClient"])])
def test_the_api_has(site, page, names):
    text = (site / "api" / page / "index.html").read_text()
    for name in names:
        assert f'{name}"' in text and f".{name}\"" in text, name
    assert "&gt;&gt;&gt;" in text and "<blockquote>" not in text  # Examples are code.
