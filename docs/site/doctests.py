"""Examples in docstrings become blocks of code on the pages of the site."""
import re
from typing import Any

import griffe

# From the first >>> up to a blank line or the end.
EXAMPLE = re.compile(r"^(>>> .*(?:\n(?!\s*$).*)*)", re.MULTILINE)


class Doctests(griffe.Extension):
    """Puts fences around doctests, which Markdown would take for quotations and links."""

    def on_object(self, *, obj: griffe.Object, **kwargs: Any) -> None:
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(r"```pycon\n\1\n```", obj.docstring.value)
