"""The tab of one object, used in Chromium; results are read from the page."""
import numpy as np
import pytest

from tests.trainers.explorer.looking import (
    WIDTHS,
    changed,
    eventually,
    live_of,
    place_of,
    says,
    shows,
    value_of,
)
from vsc_tf import generation


@WIDTHS
def test_sliders_and_switches_by_keyboard(visit, faces, width):
    page = visit(faces, "?object=3", width)
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
    assert page.get_by_role(
        "slider", name=f"Strength of feature {second}", exact=True).is_disabled()
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
    page = visit(faces, "?object=3", anew=True)  # Draws are counted from its start.
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
