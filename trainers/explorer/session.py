"""What one browser looks at: the objects, the changes, the tab; kept in the page's address."""
from typing import Any

import numpy as np
import panel as pn
import param

from . import address, upload
from .explored import Explored


class Session(param.Parameterized):
    """State of one page. Tabs watch it and change it; it writes the address.

    Args:
        explored: The `Explored` that all sessions share.
        query: The address's query, a dict of strings.
    """

    tab: param.Selector = param.Selector(default="gallery", objects=list(address.TABS))
    object = param.Integer(default=0, allow_None=True, doc="Test object; None is an upload.")
    second = param.Integer(default=1, allow_None=True, doc="Likewise, to compare with.")
    feature = param.Integer(doc="The one on the page of features.")
    look = param.Parameter(doc="`Look` at the object.")
    second_look = param.Parameter(doc="`Look` at the second object.")
    changes = param.Dict(default={}, doc="Latent -> value, where it is not the object's own.")
    changed_x = param.Parameter(doc="The reconstruction with the changes, `[*shape]`.")
    renamed = param.Integer(default=0, doc="How often a feature was named on this page.")
    message = param.String(doc="What went wrong, for people.")

    def __init__(self, explored: Explored, query: dict[str, str]) -> None:
        count = len(explored.test.x)
        found, complaints = address.read(query, count, list(explored.features))
        found = {"object": explored.first, "second": min(explored.first + 1, count - 1),
                 "feature": next(iter(explored.features)), **found}
        if {"object", "changes"} & set(query):  # An address of a thing leads there.
            found = {"tab": "one", **found}
        super().__init__(message=" ".join(complaints), **found)
        self.explored = explored
        self.look = explored.look_at(explored.test.x[self.object])
        self.second_look = explored.look_at(explored.test.x[self.second])
        self.param.watch(self.write_address, ["tab", "feature"])

    def choose(self, row: int, which: str = "object") -> None:
        """Looks at test object `row`, as the object or the second one."""
        self._show(which, row, self.explored.test.x[row])

    def hand_in(self, content: bytes, name: str, which: str = "object") -> None:
        """Looks at an uploaded file; what is wrong with it becomes the message."""
        pictures = self.explored.pictures
        try:
            low, high = (float(pictures.low), float(pictures.high)) if pictures.is_image else (0, 1)
            x = upload.read(content, name, pictures.shape, low, high,
                            self.explored.model.column_names)
        except ValueError as error:
            self.message = str(error)
            return
        self._show(which, None, x)

    def _show(self, which, row, x):
        look = self.explored.look_at(np.asarray(x, np.float32))
        if which == "second":
            self.param.update(second=row, second_look=look, message="")
        else:
            self.param.update(object=row, look=look, changes={}, message="")
        self.write_address()

    def change(self, dim: int, value: float | None) -> None:
        """Sets a latent to a value; `None` gives it back its own."""
        changes = {d: v for d, v in self.changes.items() if d != dim}
        self.changes = changes if value is None else {**changes, dim: value}

    def rename(self, dim: int, name: str) -> None:
        """Names a feature, for all who look."""
        try:
            self.explored.rename(dim, name)
        except OSError as error:
            self.message = f"The name was not kept: {error}"
            return
        self.renamed += 1

    def words(self, which: str = "object") -> str:
        """The object in words."""
        row = self.object if which == "object" else self.second
        return "your upload" if row is None else f"test object {self.explored.describe(row)}"

    def write_address(self, *_: Any) -> None:
        """Puts what is shown into the browser's address; an upload has none."""
        if pn.state.location:
            pn.state.location.search = address.written(
                tab=self.tab, object=self.object, second=self.second, feature=self.feature,
                changes=self.changes if self.object is not None else {})
