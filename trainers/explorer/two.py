"""The tab of two objects: what they share, where they differ, and the way from one to the other."""
import numpy as np
import panel as pn
import panel_material_ui as pmui

from trainers.explorer import html
from trainers.explorer.chooser import chooser
from vsc_tf import generation

STEPS = 7


def two_objects(session):
    """The tab as a Panel object."""
    explored = session.explored
    pictures = [html.pane(min_width=0, styles={"flex": "1 1 0"}) for _ in range(2)]
    lists = [html.pane(styles={"flex": "1 1 280px"}, min_width=0) for _ in range(3)]
    way = html.pane()

    def draw(*_):
        first, second = session.look, session.second_look
        for shown, look, name in zip(pictures, (first, second), ("first", "second")):
            what = session.words("object" if name == "first" else "second")
            shown.object = html.picture(explored.pictures.png(look.x), f"The {name}: {what}")
        found = generation.compare(explored.model, first.x[None], second.x[None])
        parts = (("Shared: on in both", found.shared, np.minimum),
                 ("Only in the first", found.only_a, np.maximum),
                 ("Only in the second", found.only_b, np.maximum))
        for shown, (title, mask, joined) in zip(lists, parts):
            size = joined(found.contribution_a, found.contribution_b)[0]
            shown.object = _list(session, title, np.flatnonzero(mask[0]), size)
        x = generation.interpolate(explored.model, first.x[None], second.x[None], STEPS).x[0]
        way.object = html.said("From the first to the second", "h2") + html.strip(
            explored.pictures.strip(x, 80), f"{STEPS} steps from the first to the second")

    session.param.watch(draw, ["look", "second_look"])
    draw()
    return pmui.Column(
        html.pane(html.said("Two objects", "h2") + html.said(
            "Bars show how much a feature contributes to the picture: what switching it off "
            "would change, the mean over all values. Of a shared one it is the smaller of the "
            "two. The first object is the one of the other tab.", quiet=True)),
        chooser(session, "second"),
        pn.FlexBox(*pictures, flex_wrap="nowrap", max_width=560, sizing_mode="stretch_width"),
        pmui.FlexBox(*lists, gap="16px", sizing_mode="stretch_width"), way,
        sizing_mode="stretch_width", margin=0)


def _list(session, title, dims, contribution):
    known = session.explored.thumbnails
    dims = [int(dim) for dim in dims[np.argsort(-contribution[dims])]]
    head = html.said(f"{title}: {len(dims)}", "h3")
    if not dims:
        return head + html.said("None.", quiet=True)
    pictures = [html.strip(known[dim], f"Strongest examples of feature {dim}") if dim in known
                else "" for dim in dims]
    return head + html.bars([(f"Feature {dim}", float(contribution[dim])) for dim in dims],
                            pictures=pictures)
