"""Pages that nobody looks at any more are given up."""
import gc
import time
import urllib.request

import panel as pn
import pytest
from bokeh.document import Document

from trainers import explore
from trainers.explorer import server


@pytest.fixture
def address(rows_of_a_table):
    """Of a server that gives unused pages up after half a second."""
    port = explore.free_port("127.0.0.1", 0)
    running = server.serve(rows_of_a_table, "127.0.0.1", port, threaded=True,
                           unused_session_lifetime_milliseconds=500,
                           check_unused_sessions_milliseconds=200)
    yield f"http://127.0.0.1:{port}/"
    running.stop()


def view(address):
    for attempt in range(100):  # Its thread starts some time.
        try:
            return urllib.request.urlopen(address, timeout=60).read()
        except OSError:
            if attempt == 99:
                raise
            time.sleep(0.2)


def kept():
    """Documents in memory, and pages that follow the server."""
    gc.collect()
    documents = sum(type(each) is Document for each in gc.get_objects())
    return documents, len(pn.state.param.watchers.get("busy", {}).get("value", ()))


def test_pages_are_freed(address):
    view(address)
    before = kept()
    for _ in range(3):
        view(address)
    for _ in range(100):
        if (after := kept()) <= before:
            return
        time.sleep(0.3)
    pytest.fail(f"documents, pages that follow the server: {before}, after three views {after}")
