"""The gallery and the page of a feature, used in Chromium."""
from tests.trainers.explorer.looking import WIDTHS, eventually, live_of, says, shows
from trainers.running import naming


@WIDTHS
def test_the_page_of_a_feature(visit, faces, width):
    page = visit(faces, "?object=3", width)
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
    page = visit(faces, "", width)
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
    page.get_by_label("Search features").fill("")
    says(page, f"{len(dims)} of {len(dims)} features.")
    page.go_back()  # From the page of the feature to the gallery, by the browser's own button.
    page.get_by_role("tab", name="All features").wait_for()
