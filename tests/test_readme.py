"""README.md and the pages on models: their Python blocks run, at a tiny size."""
import pytest

from tests.pages import ROOT, run, sections

PAGE = sections(ROOT / "README.md")
SMALLER = {'load("smiley")': 'load("smiley", train_size=300, test_size=60)',
           "batch_size=500": "batch_size=50", "steps_per_epoch=500": "steps_per_epoch=2",
           "epochs=27": "epochs=2", "epochs=75": "epochs=1", "VSC(60)": "VSC(9)",
           "latent_dim=60": "latent_dim=9"}


@pytest.mark.parametrize(("page", "heading"), [
    ("README.md", "In a Keras script"), ("docs/models.md", "Five choices"),
    ("docs/models.md", "Several devices and machines"), ("docs/sharing.md", ""),
    ("docs/switching.md", "What makes latents go off")])
def test_python_blocks_run(page, heading, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = sections(ROOT / page)[heading]
    assert blocks
    if page != "README.md":
        blocks = PAGE["In a Keras script"][:1] + blocks
    for whole, tiny in SMALLER.items():
        blocks = [block.replace(whole, tiny) for block in blocks]
    run(blocks, tmp_path / "script.py")


def test_the_front_page_is_short():
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_the_script_that_trains_smiley_has_five_lines():
    assert len(PAGE["In a Keras script"][0].splitlines()) == 5
