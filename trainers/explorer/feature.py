"""The tab with a page for every feature: examples, effect, what it goes with."""
import numpy as np
import panel_material_ui as pmui

from vsc_tf import generation

from . import html
from .session import Session

STEPS, MOST = 9, 12


def features(session: Session) -> pmui.Column:
    """The tab as a Panel object."""
    explored, dims = session.explored, list(session.explored.features)
    choose = pmui.Select(
        label="Feature, by what it changes", value=session.feature, width=240, margin=(8, 8),
        options=_options(explored))
    name = pmui.TextInput(label="Your name for it", width=240, margin=(8, 8))
    back, on = (pmui.Button(label=label, variant="outlined", width=110, margin=(12, 4))
                for label in ("Previous", "Next"))
    page = html.pane()

    def step(by):
        session.feature = dims[(dims.index(session.feature) + by) % len(dims)]

    def draw(*_):
        choose.value = session.feature
        name.value = explored.names.get(session.feature, "")
        page.object = _page(explored, explored.features[session.feature], session.look,
                            session.words())

    def rename(event):
        if event.new != explored.names.get(session.feature, ""):
            session.rename(session.feature, event.new)

    def named(*_):
        choose.options = _options(explored)
        draw()

    name.param.watch(rename, "value")
    session.param.watch(named, "renamed")
    choose.param.watch(lambda event: session.param.update(feature=event.new), "value")
    back.on_click(lambda _: step(-1))
    on.on_click(lambda _: step(1))
    session.param.watch(draw, ["feature", "look"])
    draw()
    return pmui.Column(
        html.pane(html.said("One feature", "h2") + html.said(
            "Features are in the order of how much they change. A name that you give is kept "
            "with the run, and used in its figures.", quiet=True)),
        pmui.FlexBox(choose, back, on, name), page, sizing_mode="stretch_width", margin=0)


def _options(explored):
    """Label -> latent."""
    return {explored.named(dim): dim for dim in explored.features}


def _page(explored, feature, look, name):
    pictures, dim = explored.pictures, feature.dim
    values = np.linspace(feature.low, feature.high, STEPS)
    x = generation.traverse(explored.model, look.x[None], [dim], values).x[0, 0]
    parts = [
        html.said(explored.named(dim), "h2"),
        html.said(f"On in {feature.rate:.1%} of the test objects. There its strength is mostly "
                  f"{feature.low:.2f} to {feature.high:.2f}, with {feature.median:.2f} in the "
                  "middle."),
        html.said("Strongest examples", "h3"),
        html.strip(pictures.strip(explored.whole[feature.examples], 80),
                   f"Strongest examples of feature {dim}"),
        html.said("Test objects " + ", ".join(map(str, feature.examples)), quiet=True),
        html.said(f"What it does to {name}", "h3"),
        html.strip(pictures.strip(x, 80), f"Feature {dim} from {feature.low:.2f} to "
                   f"{feature.high:.2f}"),
        html.said(f"Its strength goes from {feature.low:.2f} to {feature.high:.2f}, all else "
                  "stays.", quiet=True),
        html.said("What it changes on average", "h3"),
        html.picture(pictures.change(feature.change),
                     f"What feature {dim} adds: purple is less, orange more", "160px")]
    if not pictures.is_image:
        names = explored.names_of_values
        most = np.argsort(-np.abs(feature.change))[:MOST]
        parts.append(html.bars([(names[i], float(feature.change[i])) for i in most],
                               "{:+.3f}".format))
    goes = explored.goes_with(feature)
    if goes:
        is_share = feature.classes is not None
        parts += [
            html.said("What it goes with", "h3"),
            html.said("Share of each class that has it on." if is_share else
                      "Correlation of its size with each known factor, without its sign.",
                      quiet=True),
            html.bars(goes[:MOST], "{:.0%}".format if is_share else "{:.2f}".format)]
    return "".join(parts)
