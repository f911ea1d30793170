"""What tests of the page share: waiting for what it shows, and what it should show."""
import base64
import io
import itertools
import time

import numpy as np
import pytest
from PIL import Image

WIDTHS = pytest.mark.parametrize("width", [1400, 400])
_COUNT = itertools.count()
UPLOADED = {}  # Page -> when it was given a file.


def eventually(page, condition):
    """Waits until a condition holds; the page goes on meanwhile."""
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, f"never came true:\n{page.locator('body').aria_snapshot()}"
        page.wait_for_timeout(50)


def resize(page, width):
    page.set_viewport_size({"width": width, "height": 900 if width > 500 else 800})


def go(page, query):
    """Takes a page to an address, as Back and Forward do, and waits until it is there."""
    mark = f"mark{next(_COUNT)}"
    for each in (f"{query}{'&' if query else '?'}tab={mark}", query):
        page.evaluate("""query => {
            window.history.pushState(null, "", query || window.location.pathname)
            window.dispatchEvent(new PopStateEvent("popstate"))
        }""", each)
        said = page.get_by_text(f"The address asks for tab={mark}")
        said.wait_for(state="hidden" if each == query else "visible")


def pixels(page, alt):
    """A picture of the page as uint8 [h, w, 3]."""
    source = page.get_by_alt_text(alt).get_attribute("src")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))))


def shows(page, alt, png):
    """Waits until a picture of the page is `png`."""
    page.get_by_alt_text(alt).wait_for()
    eventually(page, lambda: np.array_equal(pixels(page, alt), np.asarray(
        Image.open(io.BytesIO(png)))))


def says(page, text):
    page.get_by_text(text).first.wait_for()


def changed(explored, row, **values):
    """PNG of a test object with some latents at other values, `z3=0.` for latent 3."""
    z = explored.model.encode(explored.test.x[row][None]).z
    for name, value in values.items():
        z[0, int(name[1:])] = value
    return explored.pictures.png(explored.model.decode(z)[0])


def rests(page):
    """Waits until for a while nothing fades in or changes its colour any more."""
    still = 0
    while still < 6:
        moving = page.evaluate("""() => {
            const moving = (root) => root.getAnimations().length
                || [...root.querySelectorAll("*")].some(
                    (each) => each.shadowRoot && moving(each.shadowRoot))
            return Boolean(moving(document))
        }""")
        still = 0 if moving else still + 1
        page.wait_for_timeout(50)


def value_of(slider):
    return float(slider.get_attribute("value"))


def place_of(page, locator):
    """Where something is once it has come to rest: rows move while pictures come in."""
    places = [locator.bounding_box()]
    while len(places) < 5 or places[-1] != places[-5]:
        page.wait_for_timeout(200)
        places.append(locator.bounding_box())
    return places[-1]


def live_of(explored, row):
    """The live features that are on in a test object, the one that contributes most first."""
    look = explored.look_at(explored.test.x[row])
    on = [dim for dim in explored.features if look.z[dim] != 0]
    return sorted(on, key=lambda dim: -look.contribution[dim])


def upload(page, name, content, which="first"):
    chosen = getattr(page.locator("input[type=file]"), which)
    chosen.wait_for(state="attached")
    page.wait_for_timeout(max(0., 2500 - 1e3 * (time.monotonic() - UPLOADED.get(page, 0.))))
    UPLOADED[page] = time.monotonic()  # For two seconds after one file it takes no other.
    chosen.set_input_files([{"name": name, "mimeType": "image/png", "buffer": content}])


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()
