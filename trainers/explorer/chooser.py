"""The controls that choose an object: a number, a random one, an upload."""
import random

import panel_material_ui as pmui

from . import html, upload
from .session import Session

ACCEPT = {True: ".png,.jpg,.jpeg,.bmp,.gif", False: ".csv,.txt,.gz,.parquet"}
# Those beside the number have no names for people who do not see them; arrow keys do the same.
_NO_BUTTONS = {".MuiInputAdornment-root": {"display": "none"},
               ".MuiInputBase-input": {"paddingLeft": "14px"}}


def chooser(session: Session, which: str = "object") -> pmui.Column:
    """Controls of the object (or of the second one) and a line that says what it is."""
    explored, last = session.explored, len(session.explored.test.x) - 1
    label = "Test object" if which == "object" else "Second object"
    number = pmui.IntInput(label=f"{label} (0 to {last})", value=getattr(session, which), start=0,
                           end=last, width=190, margin=(8, 8, 0, 8), sx=_NO_BUTTONS)
    any_other = pmui.Button(label="Random object", variant="outlined", width=150, margin=(12, 8))
    kind = "a picture" if explored.pictures.is_image else "a row of numbers"
    file = pmui.FileInput(label=f"Upload {kind}", accept=ACCEPT[explored.pictures.is_image],
                          variant="outlined", width=200, margin=(12, 8), chunk_size=2**20,
                          max_file_size=2 * upload.MOST_BYTES)  # Larger ones are not even sent.
    status = html.pane()

    def say(*_):
        look = session.look if which == "object" else session.second_look
        on = int((look.z != 0).sum())
        status.object = (
            f'<p role="status">{html.escape(f"This is {session.words(which)}.")} '
            f'<strong>{on} of {len(look.z)} features are on.</strong></p>')

    def chosen(event):
        if event.new is not None and event.new != getattr(session, which):
            session.choose(event.new, which)

    def handed_in(event):
        if event.new:
            session.hand_in(event.new, file.filename or "upload", which)
            file.value = None  # Else the same file again would be no news.

    def follow(*_):
        number.value = getattr(session, which)
        say()

    number.param.watch(chosen, "value")
    any_other.on_click(lambda _: session.choose(random.randint(0, last), which))
    file.param.watch(handed_in, "value")
    session.param.watch(follow, "look" if which == "object" else "second_look")
    say()
    most = f"At most {upload.MOST_BYTES // 2**20} MiB. "
    what = ("The square in the middle of your picture is taken and resized."
            if explored.pictures.is_image else
            "A table of one row with a header, its columns those that the model was fitted to."
            if explored.model.table is not None else
            f"A table of one row, with the model's names of columns or without a header, or a text "
            f"file of {explored.pictures.shape[0]} numbers with commas or blanks between.")
    return pmui.Column(pmui.FlexBox(number, any_other, file), status,
                       html.pane(html.said(f"Uploads: {most}{what} They are not kept, and not "
                                           "part of the address.", quiet=True)),
                       sizing_mode="stretch_width", margin=0)
