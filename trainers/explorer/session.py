"""What one browser looks at: the objects, the changes, the tab; kept in the page's address."""
import contextlib
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import param

from . import address, upload
from .explored import Explored


class Session(param.Parameterized):
    """State of one page. Tabs watch it and change it; it writes the address.

    Args:
        explored: The `Explored` that all sessions share.
        query: The address's query, such as "?object=7".
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
    doing = param.String(doc="What is computed, and how long that takes.")
    address = param.String(doc="The query of what is shown.")

    def __init__(self, explored: Explored, query: str) -> None:
        super().__init__()
        self.explored, self._is_going = explored, False
        self._uploads: dict[str, Any] = {}
        self.go(query)
        self.param.watch(self.write_address, ["tab", "feature"])

    def go(self, query: str) -> None:
        """Shows what an address asks for; what is wrong with it becomes the message."""
        explored, asked = self.explored, address.asked(query)
        count = len(explored.test.x)
        usual = {"tab": "one" if {"object", "changes"} & set(asked) else "gallery",
                 "object": explored.first, "second": min(explored.first + 1, count - 1),
                 "feature": next(iter(explored.features)), "changes": {}}
        found, complaints = address.read(asked, count, list(explored.features))
        found = {**usual, **found}
        for which, name in (("object", "look"), ("second", "second_look")):
            if found[which] is None and which not in self._uploads:
                complaints.append("The address asks for an upload, which is not part of it: hand "
                                  "the file in again.")
                found[which] = usual[which]
            row, look = found[which], getattr(self, name)
            if look is None or row is None or row != getattr(self, which) or (
                    which == "object" and found["changes"] != self.changes):
                found[name] = explored.look_at(
                    self._uploads[which] if row is None else explored.test.x[row])
        self._is_going = True
        self.param.update(address=query, **found)
        self._is_going = False
        self.message = " ".join(complaints)  # Last: who sees it sees what is shown, too.

    def choose(self, row: int, which: str = "object") -> None:
        """Looks at test object `row`, as the object or the second one."""
        self._show(which, row, self.explored.test.x[row])

    def hand_in(self, content: bytes, name: str, which: str = "object") -> None:
        """Looks at an uploaded file; what is wrong with it becomes the message."""
        pictures = self.explored.pictures
        try:
            low, high = (float(pictures.low), float(pictures.high)) if pictures.is_image else (0, 1)
            x = upload.read(content, name, pictures.shape, low, high,
                            self.explored.model.column_names, self.explored.model.table)
        except ValueError as error:
            self.message = str(error)
            return
        self._uploads[which] = np.asarray(x, np.float32)
        self._show(which, None, self._uploads[which])

    def _show(self, which, row, x):
        with self.working("Looking at the object"):
            look = self.explored.look_at(x)
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
        """Puts what is shown into the browser's address; of an upload only that it is one."""
        if not self._is_going:
            self.address = address.written(
                tab=self.tab, object=address.UPLOAD if self.object is None else self.object,
                second=address.UPLOAD if self.second is None else self.second, feature=self.feature,
                changes=self.changes)

    def expected(self, what: str) -> str:
        """What is computed, and how long that took the last time, for people."""
        last = self.explored.seconds.get(what)
        return f"{what} ..." + (
            "" if last is None else f" It took {max(last, 0.1):.1f} s the last time.")

    @contextlib.contextmanager
    def working(self, what: str) -> Iterator[None]:
        """Says what is computed meanwhile, unless that was a matter of a moment the last time."""
        started = time.perf_counter()
        if self.explored.seconds.get(what, 1.) >= 0.5:
            self.doing = self.expected(what)
        try:
            yield
        finally:
            self.doing = ""
            self.explored.seconds[what] = time.perf_counter() - started
