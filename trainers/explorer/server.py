"""What `trainers.explore` shows, loaded, and the server of its pages."""
import pathlib
import re
import sys
from typing import Any

import panel as pn

from ..running import figures, restoring
from . import upload
from .explored import Explored
from .page import page

MOST_DIGITS = 2**16  # More than an address can have: Tornado takes 64 KiB of headers.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def explored(run: pathlib.Path) -> Explored:
    """The `Explored` of a run."""
    _, data, model = restoring.restore(run)
    if figures.drawn_as(data.info) is not data.info:
        raise ValueError("expected a run of rows, or of images [height, width] with 1 or 3 colours "
                         f"or none. Received: {run}, of observations of shape {data.info.shape}, "
                         "which cannot be shown.")
    return Explored(plain(run.resolve().name), model, data, run)


def plain(name: str) -> str:
    """A name without what means something in HTML: Panel's page does not escape its title.

    >>> plain('"<img src=x> & co')
    '__img src=x_ _ co'
    """
    return re.sub(r"[<>&\"'`\\\x00-\x1f]", "_", name)


def serve(shown: Explored, host: str, port: int, **options: Any) -> Any:
    """A Panel server of pages of an `Explored`; options are those of `panel.serve`."""
    pn.config.reconnect = True
    # Panel reads whole numbers of an address itself, and one beyond Python's limit would be a 500.
    sys.set_int_max_str_digits(MOST_DIGITS)
    names = (host, "127.0.0.1", "localhost") if host in LOOPBACK else (host,)
    origins = ["*"] if host in ("0.0.0.0", "::") else [f"{name}:{port}" for name in names]
    return pn.serve(
        lambda: page(shown), address=host, port=port, show=False, verbose=False,
        websocket_origin=origins, title=f"VSC explorer: {shown.name}",
        # An upload comes in base 64, four bytes for three.
        websocket_max_message_size=2 * upload.MOST_BYTES, **options)
