"""Variations of one object: new ones with the same features."""
import time

import panel_material_ui as pmui

from vsc_tf import generation

from . import html
from .session import Session

VARIATIONS = 12


def part(session: Session) -> pmui.Column:
    """A likeness, a button, and what it drew."""
    likeness = pmui.FloatSlider(label="Likeness", start=0, end=1, step=0.05, value=0.9,
                                width=220, margin=(4, 16))
    button = pmui.Button(label="Generate variations", variant="contained", width=200,
                         margin=(8, 8))
    shown, explored, seed = html.pane(), session.explored, [0]

    def generate(_):
        shown.object = html.said(session.expected("Generating variations"))
        started = time.perf_counter()
        try:
            x = generation.generate_like(explored.model, session.look.x[None], VARIATIONS,
                                         likeness.value, seed[0]).x[0]
        except ValueError as error:
            shown.object = ""
            session.message = f"There are no variations of this object. {error}"
            return
        session.message, seed[0] = "", seed[0] + 1
        explored.seconds["Generating variations"] = time.perf_counter() - started
        shown.object = html.picture(
            explored.pictures.grid(x), f"{VARIATIONS} variations of {session.words()}")

    button.on_click(generate)
    session.param.watch(lambda _: shown.param.update(object=""), "look")
    return pmui.Column(
        html.pane(html.said("Variations", "h2") + html.said(
            "New objects with the same features: only what is on varies. Likeness 1 is the "
            "object itself, 0 anything of its kind.", quiet=True)),
        pmui.FlexBox(likeness, button, align_items="center"), shown,
        sizing_mode="stretch_width", margin=0)
