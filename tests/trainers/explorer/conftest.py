"""Explored models, served on a free port, and Debian's Chromium to look at them."""
import pathlib
import re
import shutil
import socket
import time

import pytest

from trainers import explore
from trainers.explorer import server

pytest.importorskip("panel", reason="Panel is not installed: pip install vsc_tf[explore]")

SHOTS = pathlib.Path(__file__).parents[3] / "artifacts" / "screenshots"  # Git ignores it.


@pytest.fixture(scope="session")
def faces():
    from tests.trainers.explorer import models
    return models.images()


@pytest.fixture(scope="session")
def rows_of_a_table():
    from tests.trainers.explorer import models
    return models.table()


@pytest.fixture(scope="session")
def served():
    """Function of an `Explored`: the address of a server of its pages."""
    servers = {}

    def start(explored):
        if explored.name not in servers:
            port = explore.free_port("127.0.0.1", 0)
            servers[explored.name] = port, server.serve(
                explored, "127.0.0.1", port, threaded=True)
            for _ in range(200):  # Its thread starts some time.
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
        return f"http://127.0.0.1:{servers[explored.name][0]}/"

    yield start
    for _, thread in servers.values():
        thread.stop()


@pytest.fixture(scope="session")
def chromium():
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("there is no chromium on this machine: apt-get install chromium")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        # One context: its cache holds Panel's scripts, 6 MB, which each page would compile anew.
        yield browser.new_context()
        browser.close()


@pytest.fixture
def visit(chromium, served, request):
    """Function (explored, query, width, scheme) -> a page; nothing it asks for leaves this machine.

    A screenshot of the page as the test leaves it goes to artifacts/screenshots/.
    """
    pages, asked, errors = [], [], []

    def open_page(explored, query="", width=1400, scheme="light"):
        page = chromium.new_page()
        page.set_viewport_size({"width": width, "height": 900 if width > 500 else 800})
        page.emulate_media(color_scheme=scheme)
        page.set_default_timeout(90_000)  # A busy machine takes its time.
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(served(explored) + query)
        page.get_by_role("tab").first.wait_for()
        pages.append(page)
        return page

    yield open_page
    SHOTS.mkdir(parents=True, exist_ok=True)
    for i, page in enumerate(pages):
        name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
        page.screenshot(path=SHOTS / f"{name}{f'-{i}' if i else ''}.png")
        page.close()
    assert errors == []
    assert all(url.startswith(("http://127.0.0.1:", "data:", "blob:")) for url in asked), asked
