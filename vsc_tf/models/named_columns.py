"""The names of the columns that a model was fitted to: data with others are never encoded."""
from collections.abc import Sequence
from typing import Any

from vsc_tf.datasets import columns

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.


class NamedColumns(_Base):
    """Mixin of `LatentModel`: what it does with columns that have names."""

    _column_names: tuple[str, ...] = ()

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns that the model was fitted to, kept in its file; `()` if unknown.

        `fit` and `adapt` take them from a DataFrame. For arrays set them before, as with those
        of a file: `model.column_names = data.info.column_names`. From then on a DataFrame's
        columns are brought into this order by their names; one with other columns is refused.
        Arrays have no names and are taken as they are.

        Raises:
            ValueError: On setting, names that are not all different, or another number of them
                than the observations have values.
        """
        return self._column_names

    @column_names.setter
    def column_names(self, names: Sequence[str]) -> None:
        names = columns.cleaned(names)
        if names:
            columns.check(names)
            if self.built and self.event_shape != (len(names),):
                raise ValueError(
                    "Argument `column_names` must hold a name for each value of an observation, "
                    f"shape {self.event_shape}. Received: {len(names)} names, "
                    f"{columns.listed(names)}.")
        self._column_names = names

    def keep_names(self, names: Sequence[str]) -> None:
        """Takes names of columns unless the model has some."""
        if not self._column_names:
            self.column_names = names

    def arranged(self, x: Any, what: str = "x") -> Any:
        """`x` with its columns in the model's order, if both have names; `what` is its name.

        Raises:
            ValueError: A DataFrame with other columns than the model was fitted to.
        """
        return columns.arranged(x, self.column_names, what)
