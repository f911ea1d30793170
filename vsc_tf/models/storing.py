"""What is in a file of a model, and how it becomes a model again."""
from typing import Any

import keras

from vsc_tf.datasets import Table
from vsc_tf.models import legacy

_Base: Any = object  # For type checkers: the rest is in `LatentModel` and `keras.Model`.


class Storing(_Base):
    """Mixin of `LatentModel`: its configuration and what Keras keeps and loads."""

    def get_config(self) -> dict:
        parts = {name: getattr(self, name) for name in (
            "encoder", "decoder", "posterior", "prior", "likelihood", "objective", "scaling",
            "recipe")}
        serialize = keras.saving.serialize_keras_object
        names: dict[str, Any] = {}
        if self.column_names:
            names["column_names"] = list(self.column_names)
        if self.table is not None:
            names["table"] = self.table.config()
        return {**super().get_config(), **names, "format": legacy.FORMAT,
                "latent_dim": self.latent_dim, "samples": self.samples, "seed": self.seed,
                **{name: "auto" if part is None and name in ("likelihood", "scaling")
                   else serialize(part) for name, part in parts.items()},
                "penalties": [serialize(penalty) for penalty in self.penalties]}

    @classmethod
    def from_config(cls, config: dict) -> Any:
        written_in, config = legacy.upgraded(cls, config)
        names, table = config.pop("column_names", ()), config.pop("table", None)
        model = cls(**keras.saving.deserialize_keras_object(config))
        if table is not None:
            model.take_table(Table(table))
        model.column_names = names
        model.written_in = written_in
        return model

    def compile_from_config(self, config: dict) -> None:
        # Keras's own leaves a model with a `compile` of its own uncompiled.
        self.compile(**keras.saving.deserialize_keras_object(config))
        if self.built:
            self.optimizer.build(self.trainable_variables)

    def get_build_config(self) -> dict | None:
        return {"input_shape": (None, *self.event_shape)} if self.built else None

    def build_from_config(self, config: dict) -> None:
        self.build(tuple(config["input_shape"]))
        legacy.prepare(self)

    def __dir__(self):
        # Keras finds what to keep by this, in order: without `layers` each part is kept under
        # the name of its attribute, not under that of its class.
        return [name for name in super().__dir__() if name != "layers" or legacy.is_old(self)]

    def save_own_variables(self, store: Any) -> None:
        """Nothing of its own: what it keeps is in layers."""
        legacy.forget(self)

    def load_own_variables(self, store: Any) -> None:
        legacy.load(self, store)


def without_optimizer(model: Any) -> Any:
    """An uncompiled copy of a model: the optimizer's state is twice the size of the model."""
    copy = type(model).from_config(model.get_config())
    if not copy.built:
        copy.build((None, *model.event_shape))
    copy.set_weights(model.get_weights())
    return copy
