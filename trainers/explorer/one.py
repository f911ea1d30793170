"""The tab of one object: its features, sliders and switches, variations, downloads."""
import io
import time
from typing import Any

import numpy as np
import panel as pn
import panel_material_ui as pmui
import param

from . import html, rows, variations
from .chooser import chooser
from .explored import numbers
from .session import Session

MOST = 24  # Features of an object that get a slider; the others can be added.
# Side by side where there is room; the pictures stay in sight while one goes down the sliders.
_GRID = {"display": "grid", "columnGap": "24px", "alignItems": "start", "gridTemplateColumns": {
    "xs": "minmax(0, 1fr)", "md": "minmax(300px, 1fr) minmax(0, 2fr)"},
    "gridTemplateRows": {"md": "auto 1fr"}}
_STAYS = """
:host { position: sticky; top: 0; z-index: 2; background: var(--mui-palette-background-default); }
"""
_BESIDE = "@media (min-width: 900px) { :host { grid-column: 2; grid-row: 1 / span 2; } }"


def one_object(session: Session) -> pmui.FlexBox:
    """The tab as a Panel object."""
    is_image = session.explored.pictures.is_image
    pictures = pmui.Column(_pictures(session), *([] if is_image else [_table(session)]),
                           stylesheets=[_STAYS], min_width=0, margin=0)
    beside = pmui.Column(
        *([] if is_image else [_values(session)]),
        html.pane(html.said("Features that are on", "h2") + html.said(
            "Move a slider and the picture follows; switch a feature off, and it is gone. The "
            "small pictures are the test objects that have the feature most strongly.",
            quiet=True)), _downloads(session), _features(session), variations.part(session),
        stylesheets=[_BESIDE], min_width=0, margin=0)
    return pmui.FlexBox(
        pmui.Column(html.pane(html.said("Object", "h2")), chooser(session), min_width=0, margin=0),
        pictures, beside, sx=_GRID, sizing_mode="stretch_width")


def _pictures(session):
    explored = session.explored
    panes = [html.pane(min_width=0, styles={"flex": "1 1 0"}) for _ in range(3)]
    status = html.pane()

    def draw(*_):
        started = time.perf_counter()
        session.changed_x = explored.decode(session.look, session.changes)
        panes[2].object = html.picture(explored.pictures.png(session.changed_x),
                                       "With your changes")
        seconds = time.perf_counter() - started
        explored.move_seconds.append(seconds)
        count = len(session.changes)
        text = (f"{count} feature{'s' * (count != 1)} changed. The last change took "
                f"{1e3 * seconds:.0f} ms on the server." if count else "Nothing is changed yet.")
        status.object = f'<p role="status" class="quiet">{text}</p>'

    def draw_all(*_):
        look = session.look
        panes[0].object = html.picture(explored.pictures.png(look.whole), "The object")
        panes[1].object = html.picture(explored.pictures.png(look.reconstruction),
                                       "As the model sees it")
        draw()

    session.param.watch(draw_all, "look")
    session.param.watch(draw, "changes")
    draw_all()
    return pmui.Column(pn.FlexBox(*panes, flex_wrap="nowrap", sizing_mode="stretch_width"), status,
                       sizing_mode="stretch_width", margin=0)


def _table(session):
    """For rows of a table: which features of the data the changes move most."""
    shown, explored = html.pane(), session.explored
    heads = ", ".join(dict.fromkeys(head for head in explored.pictures.heads if head))
    legend = html.said(
        "In the pictures each value is a square, coloured by its share of the feature's range: "
        f"blue is least, yellow most. {f'Lines are groups: {heads}.' if heads else ''}", quiet=True)

    def draw(*_):
        before, after = session.look.reconstruction, session.changed_x
        if session.changes:
            title, values = "What your changes move most", after - before
        else:
            title, values = "What the model misses most", session.look.whole - before
        most = np.argsort(-np.abs(values))[:12]
        bars = html.bars([(explored.names_of_values[i], float(values[i])) for i in most],
                         "{:+.3f}".format)
        shown.object = f'<div class="short">{html.said(title, "h3")}{bars}{legend}</div>'

    session.param.watch(draw, "changed_x")
    draw()
    return shown


def _values(session):
    """For rows of a table: all values in raw units, as they are and as the model has them."""
    shown, explored = html.pane(), session.explored
    table = explored.model.table
    names = table.column_names if table else explored.names_of_values

    def draw(*_):
        look = session.look
        columns = [rows.cells(x, table) for x in (look.x, look.reconstruction, session.changed_x)]
        shown.object = html.said("All values", "h3") + rows.listed(
            names, ("The object", "As the model sees it", "With your changes"), columns)

    session.param.watch(draw, "changed_x")
    draw()
    return shown


def _downloads(session):
    def picture():
        return io.BytesIO(session.explored.pictures.png(session.changed_x, 512))

    def table():
        return io.BytesIO(numbers(session.look, session.changes))

    stem = session.explored.name
    buttons = [
        pmui.FileDownload(callback=call, filename=f"{stem}.{suffix}", label=f"Download {what}",
                          variant="outlined", width=200, margin=(4, 8))
        for call, suffix, what in ((picture, "png", "picture"), (table, "csv", "numbers"))]
    reset = pmui.Button(label="Undo all changes", variant="outlined", width=180, margin=(4, 8))

    def undo(_):
        session.changes = {}
        session.param.trigger("look")  # The sliders go back, too.
        session.write_address()

    reset.on_click(undo)
    return pmui.FlexBox(reset, *buttons)


def _features(session):
    """A row for every live feature, of which those that are on are seen.

    All are made at once: what is made while messages are under way may reach the browser late.
    """
    rows = {dim: _Feature(session, dim) for dim in session.explored.features}
    none = html.pane(html.said(
        "Nothing is switched on in this object: the model takes it for an object without "
        "features. Choose another one, or switch a feature on below."))
    add = pmui.Select(label="Change a feature that is off", options={}, width=260, margin=(8, 8))

    def draw(*_):
        look, changes = session.look, session.changes
        on = [dim for dim in rows if look.z[dim] != 0]
        seen = {*sorted(on, key=lambda dim: -look.contribution[dim])[:MOST], *changes}
        for dim, row in rows.items():
            row.draw(dim in seen)
        none.visible = not seen
        rest = {session.explored.named(dim): dim for dim in sorted(set(rows) - seen)}
        add.param.update(options={"Choose a feature": None, **rest}, value=None)

    def added(event):
        if event.new is not None:
            session.change(event.new, session.explored.features[event.new].median)
            draw()
            session.write_address()

    session.param.watch(draw, "look")
    add.param.watch(added, "value")
    draw()
    return pmui.Column(none, *(row.shown for row in rows.values()), add,
                       sizing_mode="stretch_width", margin=0)


class _Feature:
    """The row of one feature: switch, slider, strongest examples, the way to its page."""

    def __init__(self, session: Any, dim: int):
        self._session, self._dim, self._is_drawing = session, dim, False
        self._switch = pmui.Switch(label=session.explored.named(dim), width=140, margin=(4, 8))
        self._slider = pmui.FloatSlider(
            label=f"Strength of feature {dim}", sizing_mode="stretch_width",
            styles={"flex": "3 1 180px"}, min_width=150, margin=(4, 16))
        page = pmui.Button(label="Its page", variant="text", width=90, margin=(4, 4),
                           description=f"More about feature {dim}")
        seen = html.pane(html.strip(session.explored.thumbnails[dim],
                                    f"Strongest examples of feature {dim}"), min_width=150,
                         styles={"flex": "2 1 150px"})
        session.param.watch(lambda _: self._switch.param.update(
            label=session.explored.named(dim)), "renamed")
        self._slider.param.watch(self._put, "value")
        self._slider.param.watch(self._let_go, "value_throttled")
        self._switch.param.watch(self._switched, "value")
        page.on_click(lambda _: session.param.update(feature=dim, tab="features"))
        self.shown = pmui.Paper(
            pmui.FlexBox(self._switch, self._slider, seen, page, align_items="center"),
            variant="outlined", margin=(3, 0), sizing_mode="stretch_width")

    def draw(self, is_seen: bool) -> None:
        """Shows the value that the object, or a change, gives the feature."""
        feature, own = self._session.explored.features[self._dim], self._own()
        value = self._session.changes.get(self._dim, own)
        strength = value or own or feature.median
        low, high = min(feature.low, strength), max(feature.high, strength)
        edge = 0.25 * (high - low) or 1.
        self._is_drawing = True
        self._slider.param.update(
            start=round(low - edge, 2), end=round(high + edge, 2), value=strength,
            step=max(0.01, round((high - low + 2 * edge) / 100, 2)), disabled=value == 0)
        # Else the same place again is no news.
        with param.parameterized.edit_constant(self._slider):
            self._slider.value_throttled = strength
        self._switch.value = value != 0
        self._is_drawing = False
        self.shown.visible = is_seen

    def _own(self):
        return float(self._session.look.z[self._dim])

    def _put(self, *_):
        if not self._is_drawing:
            wanted, own = self._slider.value if self._switch.value else 0., self._own()
            self._session.change(self._dim, None if wanted == own else wanted)

    def _let_go(self, *_):
        if not self._is_drawing:
            self._session.write_address()

    def _switched(self, event):
        if not self._is_drawing:
            self._slider.disabled = not event.new
            self._put()
            self._session.write_address()
