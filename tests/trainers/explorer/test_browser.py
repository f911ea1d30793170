"""Every control of the page, used in Chromium; results are read from the page."""
import base64
import io
import time
import urllib.request

import numpy as np
import pytest
from PIL import Image

from trainers.running import naming
from vsc_tf import generation

WIDTHS = pytest.mark.parametrize("width", [1280, 400])
NARROW = {400: 800, 1280: 900}


def eventually(page, condition):
    """Waits until a condition holds; the page goes on meanwhile."""
    until = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < until, f"never came true:\n{page.locator('body').aria_snapshot()}"
        page.wait_for_timeout(50)


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


@WIDTHS
def test_sliders_and_switches_by_keyboard(visit, faces, width):
    page = visit(faces, "?object=3", width, NARROW[width])
    first, second = live_of(faces, 3)[:2]
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))
    shows(page, "As the model sees it", changed(faces, 3))
    says(page, "Nothing is changed yet")
    slider = page.get_by_role("slider", name=f"Strength of feature {first}", exact=True)
    before = value_of(slider)
    slider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    eventually(page, lambda: value_of(slider) > before)
    says(page, "1 feature changed. The last change took")
    eventually(page, lambda: f"changes={first}:" in page.url)
    shows(page, "With your changes", changed(faces, 3, **{f"z{first}": value_of(slider)}))
    switch = page.get_by_role("switch", name=f"Feature {second}", exact=True)
    switch.focus()
    page.keyboard.press("Space")
    says(page, "2 features changed.")
    off = {f"z{first}": value_of(slider), f"z{second}": 0.}
    shows(page, "With your changes", changed(faces, 3, **off))
    assert page.get_by_role("slider", name=f"Strength of feature {second}", exact=True).is_disabled()
    eventually(page, lambda: f"{second}:0" in page.url)
    page.keyboard.press("Space")  # On again, as it was.
    shows(page, "With your changes", changed(faces, 3, **{f"z{first}": value_of(slider)}))
    undo = page.get_by_role("button", name="Undo all changes")
    undo.focus()
    page.keyboard.press("Enter")
    shows(page, "With your changes", changed(faces, 3))
    eventually(page, lambda: value_of(page.get_by_role(
        "slider", name=f"Strength of feature {first}", exact=True)) == pytest.approx(before))
    eventually(page, lambda: "changes" not in page.url)
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0


def test_a_slider_is_dragged_and_the_last_place_is_what_is_shown(visit, faces):
    page = visit(faces, "?object=3")
    dim = live_of(faces, 3)[0]
    slider = page.get_by_role("slider", name=f"Strength of feature {dim}", exact=True)
    shows(page, "As the model sees it", changed(faces, 3))
    box = place_of(page, slider)
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, middle)
    page.mouse.down()
    for share in np.linspace(0.5, 0.9, 20):
        page.mouse.move(box["x"] + share * box["width"], middle)
    page.mouse.up()
    says(page, "1 feature changed.")
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": value_of(slider)}))


def test_objects_are_chosen(visit, faces, monkeypatch):
    page = visit(faces, "?object=3")
    number = page.get_by_label("Test object (0 to 59)")
    number.fill("7")
    number.press("Enter")
    shows(page, "The object", faces.pictures.png(faces.test.x[7]))
    on = int((faces.model.encode(faces.test.x[7:8]).z != 0).sum())
    says(page, f"{on} of 8 features are on.")
    eventually(page, lambda: "object=7" in page.url)
    monkeypatch.setattr("random.randint", lambda first, last: 9)
    page.get_by_role("button", name="Random object").click()
    shows(page, "The object", faces.pictures.png(faces.test.x[9]))
    eventually(page, lambda: "object=9" in page.url and number.input_value() == "9")


def test_variations(visit, faces):
    page = visit(faces, "?object=3")
    page.get_by_role("button", name="Generate variations").click()
    x = generation.generate_like(faces.model, faces.test.x[3:4], 12, 0.9, seed=0).x[0]
    shows(page, "12 variations of test object", faces.pictures.grid(x))
    likeness = page.get_by_role("slider", name="Likeness")
    likeness.focus()
    page.keyboard.press("End")
    eventually(page, lambda: value_of(likeness) == 1)
    page.get_by_role("button", name="Generate variations").click()
    x = generation.generate_like(faces.model, faces.test.x[3:4], 12, 1., seed=1).x[0]
    shows(page, "12 variations of test object", faces.pictures.grid(x))


def test_an_object_without_features(visit, faces):
    page = visit(faces, "?object=59")
    says(page, "Nothing is switched on in this object")
    page.get_by_role("button", name="Generate variations").click()
    says(page, "There are no variations of this object.")
    dim = next(iter(faces.features))
    page.get_by_label("Change a feature that is off").click()
    page.get_by_role("menuitem", name=f"Feature {dim}", exact=True).click()
    slider = page.get_by_role("slider", name=f"Strength of feature {dim}", exact=True)
    slider.wait_for()
    median = faces.features[dim].median
    assert value_of(slider) == pytest.approx(median)
    shows(page, "With your changes", changed(faces, 59, **{f"z{dim}": median}))
    page.get_by_label("Test object (0 to 59)").fill("3")
    page.get_by_label("Test object (0 to 59)").press("Enter")
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))  # It goes on.
    eventually(page, lambda: not page.get_by_text("There are no variations").is_visible())


def test_picture_and_numbers_are_downloaded(visit, faces):
    dim = live_of(faces, 3)[0]
    page = visit(faces, f"?object=3&changes={dim}:0.5")
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": 0.5}))
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download picture").click()
    z = faces.model.encode(faces.test.x[3:4]).z
    z[0, dim] = 0.5
    expected = faces.pictures.png(faces.model.decode(z)[0], 512)
    assert waiting.value.suggested_filename == "faces.png"
    with open(waiting.value.path(), "rb") as file:
        assert file.read() == expected
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download numbers").click()
    with open(waiting.value.path()) as file:
        lines = [line.split(",") for line in file.read().splitlines()]
    assert lines[0] == ["feature", "z", "spike_probs", "loc", "scale", "contribution", "changed_z"]
    assert float(lines[1 + dim][-1]) == 0.5 and len(lines) == 9


@WIDTHS
def test_two_objects(visit, faces, width, monkeypatch):
    page = visit(faces, "?object=3&second=8", width, NARROW[width])
    page.get_by_role("tab", name="Two objects").click()
    a, b = faces.test.x[3:4], faces.test.x[8:9]
    found = generation.compare(faces.model, a, b)
    for title, mask in (("Shared: on in both", found.shared), ("Only in the first", found.only_a),
                        ("Only in the second", found.only_b)):
        says(page, f"{title}: {int(mask.sum())}")
    shows(page, "7 steps from the first to the second", faces.pictures.strip(
        generation.interpolate(faces.model, a, b, 7).x[0], 80))
    number = page.get_by_label("Second object (0 to 59)")
    number.fill("3")
    number.press("Enter")
    shared = int((faces.model.encode(a).z != 0).sum())
    says(page, f"Shared: on in both: {shared}")
    says(page, "Only in the first: 0")
    eventually(page, lambda: "second=3" in page.url and "tab=two" in page.url)
    monkeypatch.setattr("random.randint", lambda first, last: 9)
    page.get_by_role("button", name="Random object").click()
    says(page, "The second: test object 9")


@WIDTHS
def test_features_change_sides(visit, faces, width):
    page = visit(faces, "?object=3&second=8&tab=two", width, NARROW[width])
    shown = ("The first with the second's ticked features",
             "The second with the first's ticked features")
    for alt, row in zip(shown, (3, 8)):  # Nothing is ticked.
        shows(page, alt, changed(faces, row))
    a, b = faces.test.x[3:4], faces.test.x[8:9]
    found = generation.compare(faces.model, a, b)
    dims = [int(np.flatnonzero(mask)[0]) for mask in (found.only_a | found.only_b, found.shared)]
    for dim in dims:
        page.get_by_label(f"Exchange feature {dim}", exact=True).press("Space")
    for alt, other in zip(shown, generation.swap(faces.model, a, b, dims)):
        shows(page, alt, faces.pictures.png(other.x[0]))


@WIDTHS
def test_the_page_of_a_feature(visit, faces, width):
    page = visit(faces, "?object=3", width, NARROW[width])
    dims = list(faces.features)
    page.get_by_role("button", name=f"More about feature {live_of(faces, 3)[0]}").click()
    says(page, f"On in {faces.features[live_of(faces, 3)[0]].rate:.1%} of the test objects")
    eventually(page, lambda: "tab=features" in page.url)
    page.get_by_label("Feature, by what it changes").click()
    page.get_by_role("menuitem", name=f"Feature {dims[0]}", exact=True).click()
    feature = faces.features[dims[0]]
    shows(page, f"What feature {dims[0]} adds", faces.pictures.change(feature.change))
    says(page, "Test objects " + ", ".join(map(str, feature.examples)))
    page.get_by_role("button", name="Next").click()
    says(page, f"On in {faces.features[dims[1]].rate:.1%} of the test objects")
    page.get_by_role("button", name="Previous").click()
    page.get_by_role("button", name="Previous").click()  # Round to the last.
    eventually(page, lambda: f"feature={dims[-1]}" in page.url)
    name, size = faces.goes_with(faces.features[dims[-1]])[0]
    page.get_by_role("row", name=f"{name} {size:.2f}").wait_for()


@WIDTHS
def test_the_gallery_and_names(visit, faces, width, tmp_path, monkeypatch):
    monkeypatch.setattr(faces, "run", tmp_path)
    monkeypatch.setattr(faces, "names", {})
    page = visit(faces, "", width, NARROW[width])
    dims = list(faces.features)
    says(page, f"{len(dims)} of {len(dims)} features.")
    shows(page, f"What feature {dims[0]} adds", faces.changes[dims[0]])
    card = page.get_by_role("link", name=f"Feature {dims[1]} ")
    says(page, f"on in {faces.features[dims[1]].rate:.1%}")
    card.focus()
    page.keyboard.press("Enter")
    says(page, f"On in {faces.features[dims[1]].rate:.1%} of the test objects")
    field = page.get_by_label("Your name for it")
    field.fill("  <b>the  hat ")
    field.press("Enter")
    page.get_by_role("heading", name=f"<b>the hat ({dims[1]})").wait_for()
    assert naming.read(tmp_path) == {dims[1]: "<b>the hat"}
    page.get_by_role("tab", name="All features").click()
    page.get_by_label("Search features").press_sequentially("HAT (")
    says(page, f"1 of {len(dims)} features.")
    page.get_by_role("link", name=f"<b>the hat ({dims[1]})").wait_for()
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0
    page.go_back()  # From the page of the feature to the gallery, by the browser's own button.
    page.get_by_role("tab", name="All features").wait_for()


def test_the_address_keeps_what_is_shown(visit, faces):
    dim = live_of(faces, 3)[1]
    page = visit(faces, f"?tab=two&object=3&second=5&feature={dim}&changes={dim}:0")
    says(page, "The second: test object 5")
    page.get_by_role("tab", name="One object").click()
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": 0.}))
    eventually(page, lambda: "tab=two" not in page.url)  # The address follows the page.
    page.reload()
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": 0.}))
    page.get_by_role("button", name="Toggle theme").click()
    page.locator(".mui-dark").first.wait_for(state="attached")


def test_an_address_that_asks_for_what_is_not_there(visit, faces):
    page = visit(faces, "?object=3&feature=99&changes=77:1&second=<img%20src=x%20alt=evil>")
    says(page, "The address asks for feature=99: expected one of the live features")
    says(page, "The address asks for second=<img src=x alt=evil>: expected a whole number")
    assert page.get_by_alt_text("evil").count() == 0
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))


def test_an_address_of_thousands_of_digits(served, faces):
    with urllib.request.urlopen(f"{served(faces)}?object={'9' * 5000}") as reply:
        assert reply.status == 200


def upload(page, name, content, which="first"):
    page.wait_for_timeout(2500)  # For two seconds after one file it takes no other.
    chosen = page.locator("input[type=file]")
    getattr(chosen, which).set_input_files([{"name": name, "mimeType": "image/png",
                                             "buffer": content}])


def png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_uploads_good_and_bad(visit, faces):
    page = visit(faces, "?object=3")
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))
    upload(page, "note.png", b"no picture")
    says(page, "note.png: expected a valid png, jpg, bmp, gif, webp or tiff image")
    upload(page, "bomb.png", png(Image.new("1", (6000, 6000))))
    says(page, "bomb.png: expected a picture of at most 25 million pixels")
    upload(page, "huge.png", b"x" * (5 * 2**20 + 1))
    says(page, "huge.png: expected a file of 1 byte to 5 MiB")
    face = Image.fromarray((255 * faces.test.x[5]).astype(np.uint8))
    upload(page, "me.png", png(face))  # The server goes on.
    says(page, "This is your upload.")
    shows(page, "The object", faces.pictures.png(faces.test.x[5]))
    eventually(page, lambda: "object=" not in page.url)
    eventually(page, lambda: not page.get_by_text("expected a file").is_visible())


@WIDTHS
def test_rows_of_a_table(visit, rows_of_a_table, width):
    explored = rows_of_a_table
    page = visit(explored, "?object=3", width, NARROW[width])
    dim = live_of(explored, 3)[0]
    says(page, "This is test object 3, run.")
    says(page, "What the model misses most")
    page.get_by_role("switch", name=f"Feature {dim}", exact=True).click()
    says(page, "What your changes move most")
    z = explored.model.encode(explored.test.x[3:4]).z
    moved = z.copy()
    moved[0, dim] = 0
    change = explored.model.decode(moved)[0] - explored.model.decode(z)[0]
    most = int(np.argmax(np.abs(change)))
    page.get_by_role("row", name=f"{explored.info.feature_names[most]} {change[most]:+.3f}").wait_for()
    upload(page, "row.csv", b"1, 2, 3")
    says(page, "row.csv: expected 12 numbers, the features of one object. Received: 3")
    upload(page, "row.csv", ",".join(map(str, explored.test.x[4])).encode())
    says(page, "This is your upload.")
    page.get_by_role("tab", name="Two objects").click()
    upload(page, "other.csv", b"1 2", "last")
    says(page, "other.csv: expected 12 numbers")
    page.get_by_role("tab", name="One feature").click()
    says(page, "Share of each class that has it on.")


def test_four_browsers_at_once_stay_apart(visit, faces):
    rows = (0, 1, 2, 4)
    pages = [visit(faces, f"?object={row}") for row in rows]
    dims = [live_of(faces, row)[0] for row in rows]
    sliders = [page.get_by_role("slider", name=f"Strength of feature {dim}", exact=True)
               for page, dim in zip(pages, dims)]
    for slider in sliders:
        slider.wait_for()
    for _ in range(10):
        for slider in sliders:
            slider.press("ArrowLeft")
    for page, row, dim, slider in zip(pages, rows, dims, sliders):
        shows(page, "The object", faces.pictures.png(faces.test.x[row]))
        shows(page, "With your changes", changed(faces, row, **{f"z{dim}": value_of(slider)}))
