"""The tab with all live features: what each adds, where it is strong, how often it is on."""
from html import escape

import numpy as np
import panel_material_ui as pmui

from . import html
from .session import Session

ORDERS = ("how much they change", "how often they are on", "name")
SIDE = 64  # Pixels of what a feature adds.


def gallery(session: Session) -> pmui.Column:
    """The tab as a Panel object; each feature is a link to its own page."""
    explored = session.explored
    search = pmui.TextInput(label="Search features", width=280, margin=(8, 8))
    order = pmui.Select(label="Order", options=list(ORDERS), value=ORDERS[0], width=240,
                        margin=(8, 8))
    cards = html.pane()

    def draw(*_):
        words = search.value_input or search.value or ""
        chosen = [dim for dim in sorted(explored.features, key=_key(explored, order.value))
                  if words.lower() in _words(explored, dim).lower()]
        cards.object = (f'<p role="status" class="quiet">{len(chosen)} of {len(explored.features)} '
                        f'features.</p><div class="cards">'
                        + "".join(_card(explored, dim) for dim in chosen) + "</div>")

    search.param.watch(draw, "value_input")
    order.param.watch(draw, "value")
    session.param.watch(draw, "renamed")
    draw()
    return pmui.Column(
        html.pane(html.said("What the model has found", "h2") + html.said(
            f"{len(explored.features)} of {explored.model.latent_dim} features are live: on in at "
            "least 1 % of the test objects. Choose one to see what it does, and to name it.",
            quiet=True)),
        pmui.FlexBox(search, order), cards, sizing_mode="stretch_width", margin=0)


def _key(explored, order):
    """What features are sorted by; they come in the order of how much they change."""
    if order == ORDERS[1]:
        return lambda dim: -explored.features[dim].rate
    if order == ORDERS[2]:
        return lambda dim: (dim not in explored.names, explored.named(dim).lower())
    return list(explored.features).index


def _words(explored, dim):
    goes = explored.goes_with(explored.features[dim])
    return " ".join([explored.named(dim), *(name for name, _ in goes[:1])])


def _card(explored, dim):
    feature = explored.features[dim]
    goes = explored.goes_with(feature)
    with_what = "" if not goes else html.said(
        f"goes with {goes[0][0]}, " + (f"{goes[0][1]:.0%}" if feature.classes is not None
                                       else f"{goes[0][1]:.2f}"), quiet=True)
    return (
        f'<a class="card" href="?tab=features&amp;feature={dim}">'
        f'<strong>{escape(explored.named(dim))}</strong>'
        f'<span class="row">{html.strip(explored.changes[dim], f"What feature {dim} adds")}'
        f'{html.strip(explored.thumbnails[dim], f"Strongest examples of feature {dim}")}</span>'
        + html.said(f"on in {feature.rate:.1%}") + with_what
        + histogram(explored.counts[dim], f"Values of feature {dim} where it is on") + "</a>")


def histogram(counts: np.ndarray, text: str) -> str:
    """Bars of how often values occur, as SVG; `text` is for people who do not see it."""
    highest = max(int(counts.max()), 1)
    bars = "".join(f'<rect x="{i}" y="{1 - n / highest:.3f}" width=".9" '
                   f'height="{n / highest:.3f}"/>' for i, n in enumerate(counts))
    return (f'<svg role="img" aria-label="{escape(text)}" viewBox="0 0 {len(counts)} 1" '
            f'preserveAspectRatio="none" class="bars">{bars}</svg>')
