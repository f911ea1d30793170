"""The tab of two objects, used in Chromium."""
import numpy as np

from tests.trainers.explorer.looking import WIDTHS, changed, eventually, says, shows
from vsc_tf import generation


@WIDTHS
def test_two_objects(visit, faces, width, monkeypatch):
    page = visit(faces, "?object=3&second=8", width)
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
    page = visit(faces, "?object=3&second=8&tab=two", width)
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
    for dim in dims:
        page.get_by_label(f"Exchange feature {dim}", exact=True).press("Space")
    for alt, row in zip(shown, (3, 8)):
        shows(page, alt, changed(faces, row))
