"""The columns that a model was fitted to: data with others are never encoded."""
from collections.abc import Sequence
from typing import Any

from vsc_tf.datasets import Table, columns, describe
from vsc_tf.datasets.on_demand import SparseRows, is_sparse
from vsc_tf.likelihoods import Choice, Columns

_Base: Any = object  # For type checkers: the rest is in `LatentModel`.

ALONE = {  # Kind of all columns -> names of a likelihood and a scaling, which need no `Columns`.
    "gaussian": ("column_gaussian", "standardise"), "bernoulli": ("bernoulli", "none"),
    "poisson": ("poisson", "log1p"), "negative_binomial": ("negative_binomial", "log1p")}


def choice_for(table: Table) -> Choice:
    """The likelihood and scaling for the columns of a table."""
    kinds = {kind for kind, _ in table.kinds}
    if len(kinds) == 1 and kinds <= set(ALONE):
        likelihood, scaling = ALONE[kinds.pop()]
        return Choice(likelihood, scaling, "columns of one kind")
    layer = Columns(table.kinds)
    return Choice(layer, layer.usual_scaling(), "columns of several kinds")


class NamedColumns(_Base):
    """Mixin of `LatentModel`: names and kinds of columns."""

    _column_names: tuple[str, ...] = ()
    _table: Table | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns that the model was fitted to, kept in its file; `()` if unknown.

        `fit` and `adapt` take them from a DataFrame. For arrays set them before, as with those
        of a file: `model.column_names = data.info.column_names`. From then on a DataFrame's
        columns are brought into this order by their names; one with other columns is refused.
        Arrays have no names and are taken as they are. Of a `table` with classes they are the
        names of its numbers, `table.value_names`.

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

    @property
    def table(self) -> Table | None:
        """Kinds of the columns of the first DataFrame, by which others become numbers.

        `None` for a model of arrays, or whose likelihood was given by name.
        """
        return self._table

    def look_at(self, x: Any) -> None:
        """Lets a DataFrame decide a likelihood that was left to the data, by its columns' kinds.

        `likelihood=datasets.describe(x, kinds={...})` says beforehand what they are to be.
        """
        if self.likelihood is None and self._table is None and hasattr(x, "dtypes") and (
                columns.of(x)):
            self.take_table(describe(x))

    def take_table(self, table: Table) -> None:
        """Takes the kinds of columns, and the likelihood that goes with them."""
        self._table = table
        self.column_names = table.value_names
        if self.likelihood is None:
            self.choose(choice_for(table))
        if not self.built and any(column.missing for column in table.columns):
            self.scaling.missing = True

    def keep_names(self, names: Sequence[str]) -> None:
        """Takes names of columns unless the model has some."""
        if not self._column_names:
            self.column_names = names

    def arranged(self, x: Any, what: str = "x") -> Any:
        """`x` with its columns in the model's order, if both have names; `what` is its name.

        Raises:
            ValueError: A DataFrame with other columns than the model was fitted to, or cells
                that are not of their column's kind.
        """
        if is_sparse(x):
            rows = SparseRows(x)
            rows.check_finite(what)
            return rows
        table, names = self._table, columns.of(x)
        if table is None or not names or (  # Or they are numbers already, such as colour=red.
                set(names) == set(self.column_names) != set(table.column_names)):
            return columns.arranged(x, self.column_names, what)
        return table.array(x, what)
