"""The whole page: title, message, tabs. A tab is drawn when it is first looked at."""
import panel as pn
import panel_material_ui as pmui
from panel.util import edit_readonly

from . import html
from .address import TABS
from .explored import Explored
from .feature import features
from .gallery import gallery
from .history import Address
from .one import one_object
from .session import Session
from .template import TEMPLATE
from .two import two_objects

MAKERS = {"gallery": ("All features", gallery), "one": ("One object", one_object),
          "two": ("Two objects", two_objects), "features": ("One feature", features)}
# The page scrolls, not the tab in it: else nothing in the tab can stay in sight.
_ONE_SCROLL = ".MuiTabsPanel > div { overflow: visible !important; }"
# Its bar has no name for people who do not see it, and `doing` says more.
_NO_BAR = ".header .MuiLinearProgress-root { display: none; }"


def page(explored: Explored) -> pmui.Page:
    """A page for one browser; its address says what it shows."""
    session = Session(explored, pn.state.location.search if pn.state.location else "")
    message, doing = html.pane(), html.pane()  # Escaped: they repeat what addresses and files hold.

    def say(*_):
        message.object = (f'<div class="message" role="alert">{html.said(session.message)}</div>'
                          if session.message else "")
        doing.object = f'<p role="status">{html.escape(session.doing)}</p>' if session.doing else ""

    say()
    session.param.watch(say, ["message", "doing"])
    shown = pmui.Page(
        title=f"VSC explorer: {explored.name}", template=TEMPLATE,
        stylesheets=[_NO_BAR],
        main=[pmui.Container(message, doing, _tabs(session), _address(session), width_option="xl",
                             sizing_mode="stretch_width")])
    pn.state.on_session_destroyed(lambda _: _let_go(shown))
    return shown


def warm_up(explored: Explored) -> None:
    """Draws every tab once, for nobody: the first visitor waits less, and is told how long."""
    session = Session(explored, "")
    for name, maker in MAKERS.values():
        with session.working(f"Drawing {name!r}"):
            made = maker(session)
            made._cleanup(made.get_root())


def _tabs(session):
    places = {tab: pmui.Column(html.pane(html.said(session.expected(f"Drawing {name!r}"))),
                               sizing_mode="stretch_width", margin=0)
              for tab, (name, _) in MAKERS.items()}
    tabs = pmui.Tabs(*((name, places[tab]) for tab, (name, _) in MAKERS.items()),
                     active=TABS.index(session.tab), stylesheets=[_ONE_SCROLL],
                     sizing_mode="stretch_width", margin=0)
    drawn = set()

    def draw(*_):
        tab = session.tab
        if tab not in drawn:
            drawn.add(tab)
            name, maker = MAKERS[tab]
            with session.working(f"Drawing {name!r}"):
                places[tab][:] = [maker(session)]

    def follow(event):
        tabs.active = TABS.index(event.new)
        draw()

    tabs.param.watch(lambda event: session.param.update(tab=TABS[event.new]), "active")
    session.param.watch(follow, "tab")
    pn.state.onload(draw)  # Before that the browser has nothing to show.
    return tabs


def _address(session):
    address = Address(query=session.address, width=0, height=0, margin=0)

    def follow(event):
        if event.new != session.address:
            session.go(event.new)

    session.param.watch(lambda event: address.param.update(query=event.new), "address")
    address.param.watch(follow, "query")
    return address


def _let_go(shown: pmui.Page) -> None:
    """A page follows the server's `busy`: until it stops that, the server keeps it for good."""
    with edit_readonly(shown):  # A plain value would leave the server's list as it is.
        shown.busy = pn.widgets.Checkbox().param.value
