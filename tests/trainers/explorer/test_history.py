"""The address of the page, Back and Forward, and several browsers, in Chromium."""
import urllib.request

from tests.trainers.explorer.looking import changed, eventually, live_of, says, shows, value_of


def test_the_address_keeps_what_is_shown(visit, faces):
    dim = live_of(faces, 3)[1]
    page = visit(faces, f"?tab=two&object=3&second=5&feature={dim}&changes={dim}:0", anew=True)
    says(page, "The second: test object 5")
    page.get_by_role("tab", name="One object").click()
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": 0.}))
    eventually(page, lambda: "tab=two" not in page.url)  # The address follows the page.
    page.reload()
    shows(page, "With your changes", changed(faces, 3, **{f"z{dim}": 0.}))


def test_back_and_forward_go_through_all_that_is_shown(visit, faces):
    first, second = live_of(faces, 3)[:2]
    page = visit(faces)
    steps = [page.url]

    def step(expected):
        """After a step: what the page shows, and its address as one entry of the history."""
        expected()
        eventually(page, lambda: page.url != steps[-1])
        steps.append(page.url)

    loads = page.evaluate("performance.timeOrigin")
    page.get_by_role("link", name=f"Feature {first} ").click()
    step(lambda: says(page, f"On in {faces.features[first].rate:.1%} of the test objects"))
    page.get_by_role("tab", name="One feature").press("ArrowLeft")  # To a tab by keyboard.
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    object_of = {
        row: lambda row=row: shows(page, "The object", faces.pictures.png(faces.test.x[row]))
        for row in (faces.first, 3)}
    step(object_of[faces.first])
    page.get_by_label("Test object (0 to 59)").fill("3")
    page.get_by_label("Test object (0 to 59)").press("Enter")
    step(object_of[3])
    page.get_by_role("switch", name=f"Feature {second}", exact=True).press("Space")
    off = changed(faces, 3, **{f"z{second}": 0.})
    step(lambda: shows(page, "With your changes", off))
    backward = [lambda: shows(page, "With your changes", changed(faces, 3)),
                object_of[faces.first],
                lambda: says(page, f"On in {faces.features[first].rate:.1%} of the test objects"),
                lambda: page.get_by_label("Search features").wait_for()]
    for url, expected in zip(steps[-2::-1], backward):
        page.go_back()
        expected()
        assert page.url == url
    for url in steps[1:]:
        page.go_forward()
        assert page.url == url
    shows(page, "With your changes", off)
    slider = page.get_by_role("slider", name=f"Strength of feature {second}", exact=True)
    eventually(page, slider.is_disabled)
    assert page.evaluate("performance.timeOrigin") == loads  # Nothing was loaded anew.


def test_an_address_that_asks_for_what_is_not_there(visit, faces):
    page = visit(faces, "?object=3&feature=99&changes=77:1&second=<img%20src=x%20alt=evil>")
    says(page, "The address asks for feature=99: expected one of the live features")
    says(page, "The address asks for second=<img src=x alt=evil>: expected a whole number")
    assert page.get_by_alt_text("evil").count() == 0
    shows(page, "The object", faces.pictures.png(faces.test.x[3]))


def test_an_address_of_thousands_of_digits(served, faces):
    with urllib.request.urlopen(f"{served(faces)}?object={'9' * 5000}") as reply:
        assert reply.status == 200


def test_two_browsers_at_once_stay_apart(visit, faces):
    rows = (0, 4)
    pages = [visit(faces, f"?object={row}", anew=True) for row in rows]
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
