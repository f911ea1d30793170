"""Sums over workers, and what the chief sends to all."""
import json
import zlib
from collections.abc import Iterable
from typing import Any

import numpy as np
import tensorflow as tf

from vsc_tf.workers import team as teams

_DTYPES = (tf.float32, tf.float64, tf.int32, tf.int64)


def sum_over(tensor: tf.Tensor, team: "teams.Team | None" = None) -> tf.Tensor:
    """Sum of a tensor of known shape over all workers, who must all ask for it in the same order.

    Args:
        tensor: float32, float64, int32 or int64.
        team: Default: the workers that are connected.
    """
    team = teams.current() if team is None else team
    tensor = tf.convert_to_tensor(tensor)
    if team.count == 1:
        return tensor
    size = tensor.shape.num_elements()
    # A key for each size and kind: what meets under one key must be of one shape.
    key = size * len(_DTYPES) + _DTYPES.index(tensor.dtype)
    flat = tf.raw_ops.CollectiveReduceV2(
        input=tf.reshape(tensor, [-1]), group_size=team.count, group_key=1, instance_key=key,
        ordering_token=[], merge_op="Add", final_op="Id")
    return tf.reshape(flat, tensor.shape)


def from_chief(value: Any) -> Any:
    """A JSON value of the chief's, on all workers; those of the others are not looked at."""
    if teams.current().count == 1:
        return value
    is_chief = teams.current().is_chief
    content = np.frombuffer(json.dumps(value).encode() if is_chief else b"", np.uint8)
    length = int(sum_over(tf.constant(len(content), tf.int32)))
    own = content.astype(np.int32) if is_chief else np.zeros(length, np.int32)
    return json.loads(sum_over(tf.constant(own)).numpy().astype(np.uint8).tobytes())


def send(variables: Iterable[Any]) -> None:
    """Gives all workers the values that the chief has of these Keras variables."""
    if teams.current().count == 1:
        return
    kinds: dict[str, list] = {}
    for variable in {id(v): v for v in variables}.values():
        kinds.setdefault(np.dtype(variable.numpy().dtype).name, []).append(variable)
    for name in sorted(kinds):
        values = [variable.numpy() for variable in kinds[name]]
        flat = np.concatenate([np.ravel(value) for value in values])
        wide = flat.astype(name if name in ("float32", "float64", "int32", "int64") else "int64")
        all_of_it = sum_over(tf.constant(
            wide if teams.current().is_chief else np.zeros_like(wide))).numpy()
        parts = np.split(all_of_it.astype(flat.dtype), np.cumsum([v.size for v in values])[:-1])
        for variable, value, part in zip(kinds[name], values, parts):
            variable.assign(part.reshape(value.shape))


def agree(what: str, value: Any) -> None:
    """A ValueError, on all workers, unless all have the same JSON value.

    Args:
        what: What the value is, for the message.
    """
    team = teams.current()
    if team.count == 1:
        return
    mine = np.zeros(team.count, np.int64)
    mine[team.rank] = zlib.crc32(json.dumps(value, sort_keys=True).encode())
    sums = sum_over(tf.constant(mine)).numpy()
    others = [team.addresses[i] for i in np.flatnonzero(sums != sums[0])]
    if others:
        raise ValueError(f"expected all workers to have the same {what}. Received: another at "
                         f"{', '.join(others)} than at the chief, {team.addresses[0]}; here "
                         f"{str(value)[:300]}. Run the same command on the same data everywhere.")
