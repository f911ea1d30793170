"""Explored models, served on a free port, and Debian's Chromium to look at them."""
import pathlib
import re
import shutil
import socket
import time

import pytest

from tests.trainers.explorer.looking import go, resize
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
def people(tmp_path_factory):
    from tests.trainers.explorer import models
    return models.mixed(tmp_path_factory.mktemp("people"))


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


@pytest.fixture(scope="session")
def opened(chromium, served):
    """Function of an `Explored`: a new page of it, with what it asks for and its errors."""
    def open_page(explored, query, width, scheme):
        page = chromium.new_page()
        page.set_default_timeout(90_000)  # A busy machine takes its time.
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        resize(page, width)
        page.emulate_media(color_scheme=scheme)
        page.goto(served(explored) + query)
        page.get_by_role("tab").first.wait_for()
        return page, asked, errors

    return open_page


@pytest.fixture(scope="session")
def kept():
    """Name of an `Explored` -> its page, which tests share: to load one takes seconds."""
    return {}


@pytest.fixture
def visit(opened, kept, request):
    """Function (explored, query, width, scheme, anew) -> a page that shows what the query asks for.

    Nothing that it asks for leaves this machine. A screenshot of the page as the test leaves it
    goes to artifacts/screenshots/.
    """
    used, closed = [], []

    def open_page(explored, query="", width=1400, scheme="light", anew=False):
        if anew or explored.name not in kept:
            found = opened(explored, query, width, scheme)
            if anew:
                closed.append(found[0])
            else:
                kept[explored.name] = found
        else:
            found = kept[explored.name]
            resize(found[0], width)
            found[0].emulate_media(color_scheme=scheme)
            go(found[0], query)
        used.append(found)
        return found[0]

    yield open_page
    SHOTS.mkdir(parents=True, exist_ok=True)
    for i, (page, asked, errors) in enumerate(used):
        name = re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")
        page.screenshot(path=SHOTS / f"{name}{f'-{i}' if i else ''}.png")
        assert errors == []
        assert [url for url in asked
                if not url.startswith(("http://127.0.0.1:", "data:", "blob:"))] == []
    for page in closed:
        page.close()
