"""The tab of two objects: what they share, where they differ, and what lies between them."""
import numpy as np
import panel as pn
import panel_material_ui as pmui

from vsc_tf import generation

from . import html
from .chooser import chooser
from .session import Session

STEPS = 7


def two_objects(session: Session) -> pmui.Column:
    """The tab as a Panel object."""
    explored = session.explored
    pictures = [_half() for _ in range(2)]
    lists = [html.pane() for _ in range(3)]
    way = html.pane()

    def draw(*_):
        first, second = session.look, session.second_look
        for shown, look, name in zip(pictures, (first, second), ("first", "second")):
            what = session.words("object" if name == "first" else "second")
            shown.object = html.picture(explored.pictures.png(look.whole), f"The {name}: {what}")
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
        chooser(session, "second"), _side_by_side(pictures),
        pmui.FlexBox(pmui.Column(*lists, margin=0, **_beside(2)), _exchange(session), gap="24px",
                     sizing_mode="stretch_width"), way,
        sizing_mode="stretch_width", margin=0)


def _beside(share):
    """Options of one of two columns, which are below each other where there is no room."""
    return {"styles": {"flex": f"{share} 1 300px"}, "min_width": 0}


def _half():
    return html.pane(min_width=0, styles={"flex": "1 1 0"})


def _side_by_side(panes):
    return pn.FlexBox(*panes, flex_wrap="nowrap", max_width=560, sizing_mode="stretch_width")


def _list(session, title, dims, contribution):
    known = session.explored.thumbnails
    dims = [int(dim) for dim in dims[np.argsort(-contribution[dims])]]
    head = html.said(f"{title}: {len(dims)}", "h3")
    if not dims:
        return head + html.said("None.", quiet=True)
    pictures = [html.strip(known[dim], f"Strongest examples of feature {dim}") if dim in known
                else "" for dim in dims]
    return head + html.bars([(session.explored.named(dim), float(contribution[dim]))
                             for dim in dims],
                            pictures=pictures)


def _exchange(session):
    """Features to tick; those that are ticked change sides, in both pictures."""
    explored = session.explored
    pictures = [_half() for _ in range(2)]
    ticked = pmui.CheckBoxGroup(label="Features that change sides", inline=True, options={})

    def offer(*_):
        on = (session.look.z != 0) | (session.second_look.z != 0)
        names = {f"Exchange {explored.named(int(dim)).replace('Feature', 'feature')}": int(dim)
                 for dim in np.flatnonzero(on)}
        ticked.param.update(options=names, value=[])
        draw()

    def draw(*_):
        looks = session.look, session.second_look
        if ticked.value:
            a, b = (look.x[None] for look in looks)
            x = [each.x[0] for each in generation.swap(explored.model, a, b, ticked.value)]
        else:
            x = [look.reconstruction for look in looks]
        for shown, each, name, other in zip(pictures, x, ("first", "second"), ("second", "first")):
            shown.object = html.picture(explored.pictures.png(each),
                                        f"The {name} with the {other}'s ticked features")

    session.param.watch(offer, ["look", "second_look"])
    ticked.param.watch(draw, "value")
    offer()
    return pmui.Column(
        html.pane(html.said("Exchange", "h2") + html.said(
            "Tick features, and each object gets the other's strength of them; what is off in "
            "one is off in the other then.", quiet=True)),
        ticked, _side_by_side(pictures), margin=0, **_beside(1))
