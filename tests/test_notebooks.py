"""docs/notebooks/: executed, one after the other in one kernel; kept without what they print.

The three that train longest are for tests/integrations.sh.
"""
import base64
import os
import struct

import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

from tests.pages import ROOT

PATHS = sorted((ROOT / "docs" / "notebooks").glob("*.ipynb"))
FIGURES = {"1_first_codes": 3, "2_your_table": 2, "3_pictures": 4, "4_counts": 2, "5_steering": 7,
           "6_serving": 0}
LONGEST = {"3_pictures", "4_counts", "5_steering"}
longest = pytest.mark.skipif("VSC_TF_INTEGRATIONS" not in os.environ,
                             reason="tests/integrations.sh runs it")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """One process for all, as TensorFlow takes some seconds to load."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("TF_CPP_MIN_LOG_LEVEL")  # The notebooks set it themselves.
    manager, client = start_new_kernel(
        kernel_name="python3", env=environment, cwd=str(tmp_path_factory.mktemp("notebooks")))
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def shown(cell):
    """Sizes in pixels of the pictures below a cell."""
    pictures = [base64.b64decode(output.data["image/png"]) for output in cell.outputs
                if "image/png" in output.get("data", {})]
    return [struct.unpack(">II", picture[16:24]) for picture in pictures]


def test_these_are_there_and_hold_no_output():
    assert [path.stem for path in PATHS] == list(FIGURES)
    for path in PATHS:
        book = nbformat.read(path, as_version=4)
        nbformat.validate(book)
        assert path.stat().st_size < 10_000
        assert all(cell.get("outputs", []) == [] and cell.get("execution_count") is None
                   for cell in book.cells), path


@pytest.mark.parametrize("path", [
    pytest.param(path, id=path.stem, marks=[longest] if path.stem in LONGEST else [])
    for path in PATHS])
def test_it_runs_shows_its_figures_and_no_line_of_tensorflow_s(path, kernel):
    manager, client = kernel
    book = nbformat.read(path, as_version=4)
    book.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))  # Nothing of the one before.
    runner = NotebookClient(book, km=manager, timeout=300)
    runner.kc = client
    runner.execute(reset_kc=False)
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    sizes = [size for cell in cells for size in shown(cell)]
    assert len(sizes) == FIGURES[path.stem] and all(min(size) > 60 for size in sizes)
    errors = [output.text for cell in cells for output in cell.outputs
              if output.get("name") == "stderr"]
    assert not errors
    if path.stem == "1_first_codes":  # What it says: four of eight latents, each one shape.
        accuracy = eval(cells[-1].outputs[0].data["text/plain"].removeprefix("array"))
        assert min(accuracy) > 0.9
    if path.stem == "6_serving":
        assert "largest difference" in "".join(map(printed, cells))
