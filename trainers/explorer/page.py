"""The whole page: title, message, tabs."""
import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly

from . import html
from .address import TABS
from .explored import Explored
from .feature import features
from .gallery import gallery
from .one import one_object
from .session import Session
from .two import two_objects

# The page scrolls, not the tab in it: else nothing in the tab can stay in sight.
_ONE_SCROLL = ".MuiTabsPanel > div { overflow: visible !important; }"


def page(explored: Explored) -> pmui.Page:
    """A page for one browser; its address says what it shows."""
    query = {name: values[-1].decode(errors="replace") for name, values in pn.state.session_args.items()}
    session = Session(explored, query)
    message = html.pane()  # It escapes: messages repeat what addresses and files hold.

    def say(*_):
        message.object = (f'<div class="message" role="alert">{html.said(session.message)}</div>'
                          if session.message else "")

    say()
    session.param.watch(say, "message")
    tabs = pmui.Tabs(
        ("All features", gallery(session)), ("One object", one_object(session)),
        ("Two objects", two_objects(session)), ("One feature", features(session)), active=TABS.index(session.tab),
        stylesheets=[_ONE_SCROLL], sizing_mode="stretch_width", margin=0)
    tabs.param.watch(lambda event: session.param.update(tab=TABS[event.new]), "active")
    session.param.watch(lambda event: tabs.param.update(active=TABS.index(event.new)), "tab")
    shown = pmui.Page(
        title=f"VSC explorer: {explored.name}",
        main=[pmui.Container(message, tabs, width_option="xl", sizing_mode="stretch_width")])
    pn.state.on_session_destroyed(lambda _: _let_go(shown))
    return shown


def _let_go(shown: pmui.Page) -> None:
    """A page follows the server's `busy`: until it stops that, the server keeps it for good."""
    with edit_readonly(shown):  # A plain value would leave the server's list as it is.
        shown.busy = pn.widgets.Checkbox().param.value
