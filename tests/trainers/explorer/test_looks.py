"""How the page looks: dark mode, and axe-core on every tab, wide and narrow, light and dark."""
import itertools

import pytest

from tests.trainers.explorer.looking import eventually, rests

THEME = "document.documentElement.dataset.theme"
BACKGROUND = "getComputedStyle(document.body).backgroundColor"


def test_the_systems_theme_is_followed_until_one_is_chosen_which_stays(visit, faces):
    page = visit(faces, scheme="dark", anew=True)
    page.locator(".mui-dark").first.wait_for(state="attached")
    assert page.evaluate(THEME) == "dark"
    page.emulate_media(color_scheme="light")
    page.locator(".mui-light").first.wait_for(state="attached")
    page.get_by_role("button", name="Toggle theme").press("Enter")
    eventually(page, lambda: page.evaluate(THEME) == "dark")
    page.reload()
    page.get_by_role("tab").first.wait_for()
    page.locator(".mui-dark").first.wait_for(state="attached")
    eventually(page, lambda: page.evaluate(BACKGROUND) == "rgb(18, 18, 18)")
    page.evaluate("localStorage.clear()")


@pytest.mark.parametrize("tab", ["gallery", "one", "two", "features"])
def test_axe_finds_nothing_serious(visit, faces, tab):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                              reason="axe is not installed")
    page = visit(faces, f"?object=3&tab={tab}")
    check(axe, page)


def test_axe_finds_nothing_serious_in_rows_of_a_table(visit, rows_of_a_table):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright",
                              reason="axe is not installed")
    check(axe, visit(rows_of_a_table, "?object=3"))


def check(axe, page):
    """Fails for what axe-core calls serious or critical, at two widths in both themes."""
    bad = []
    for width, scheme in itertools.product((1400, 400), ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        page.locator(f".mui-{scheme}").first.wait_for(state="attached")
        for _ in range(4):  # On a busy machine some parts take the other theme seconds later.
            rests(page)
            found = serious(axe.Axe().run(page, options={"resultTypes": ["violations"]}))
            if not found:
                break
            page.wait_for_timeout(1000)
        bad += [(width, scheme, *each) for each in found]
    assert not bad, "\n".join(map(str, bad))


def serious(found):
    return [(each["id"], [(node["html"][:200], node["failureSummary"]) for node in each["nodes"]])
            for each in found.response["violations"] if each["impact"] in ("serious", "critical")]
