"""Who works together, and how they find each other."""
import contextlib
import dataclasses
import json
import os
import shutil
from collections.abc import Iterator
from typing import Any

import tensorflow as tf

from vsc_tf.workers import peers

CURE = ('set TF_CONFIG, e.g. to {"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, '
        '"task": {"type": "worker", "index": 0}}, the index another on each')


@dataclasses.dataclass(frozen=True)
class Team:
    """The workers of a run.

    rank: Which of them this process is; 0 is the chief, which writes what is kept.
    addresses: "host:port" of each, by rank.
    """

    rank: int = 0
    addresses: tuple[str, ...] = ("",)

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.addresses)

    @property
    def is_chief(self) -> bool:
        """Whether this process is the one that writes."""
        return self.rank == 0


class _State:
    team = Team()
    strategy: Any = None      # Keeps the connections.
    sharing = False           # Whether what is traced now works on a share of a batch.


def current() -> Team:
    """The workers that `connect` found; one, this process, if it was not called.

    >>> current().count, current().is_chief
    (1, True)
    """
    return _State.team


def connect(cluster_resolver: Any = None, seconds: float = 60.) -> Team:
    """Connects this process with the other workers, before anything else is done with TensorFlow.

    The engine is TensorFlow's own collective runtime, which
    `tf.distribute.MultiWorkerMirroredStrategy` starts; the model is made outside of its scope, as
    on one machine. Of several GPUs in a machine each gets a worker of its own, by
    CUDA_VISIBLE_DEVICES. Traffic is neither encrypted nor authenticated: use a network that you
    trust.

    Args:
        cluster_resolver: Of `tf.distribute.cluster_resolver`; default: TF_CONFIG, which
            Kubernetes' training operator and Ray Train set, or in a task of SLURM's without it
            `of_slurm()`.
        seconds: How long to wait until all answer.

    Returns:
        The `Team`.

    Raises:
        ValueError: There is no TF_CONFIG or it does not say who this process is.
        TimeoutError: Some did not answer in time; the message names them.
        OSError: The port of this worker is in use.
        RuntimeError: TensorFlow was used before.
    """
    if _State.strategy is not None:
        return _State.team
    if cluster_resolver is None and "SLURM_PROCID" in os.environ and "TF_CONFIG" not in os.environ:
        cluster_resolver = of_slurm()
    elif cluster_resolver is None:
        check_config()
        cluster_resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    cluster = cluster_resolver.cluster_spec().as_dict()  # SLURM's knows its task after this.
    found = of_cluster(cluster, cluster_resolver.task_type, cluster_resolver.task_id)
    if found.count == 1:
        return found
    peers.wait(found.rank, found.addresses, seconds)
    try:
        _State.strategy = tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver)
    except RuntimeError as error:
        raise RuntimeError("Workers must be connected before TensorFlow is used. Received: "
                           f"{error} Call vsc_tf.workers.connect() first of all.") from error
    _State.team = found
    return found


def of_slurm(port_base: int = 8888) -> Any:
    """The `SlurmClusterResolver` of the tasks of this job step, with GPUs or without.

    Args:
        port_base: Port of the first task on a node; the others there have the next ones.
    """
    # It asks nvidia-smi for the GPUs, and cannot share out none: without any, each task gets one
    # of many that do not exist, which is not set.
    no_gpus: dict[str, Any] = {} if shutil.which("nvidia-smi") else {
        "gpus_per_node": 1 << 16, "gpus_per_task": 1, "auto_set_gpu": False}
    return tf.distribute.cluster_resolver.SlurmClusterResolver(port_base=port_base, **no_gpus)


def check_config() -> dict[str, Any]:
    """TF_CONFIG, or a ValueError that says what is amiss with it."""
    text = os.environ.get("TF_CONFIG", "")
    try:
        config = json.loads(text)
        of_cluster(config["cluster"], config["task"]["type"], int(config["task"]["index"]))
    except (KeyError, TypeError, json.JSONDecodeError) as error:
        raise ValueError("expected the workers in the environment variable TF_CONFIG. Received: "
                         f"{text[:200] or 'none'} ({type(error).__name__}). To train on one "
                         f"machine, do not distribute; else {CURE}.") from None
    return config


def of_cluster(cluster: dict[str, Any], task_type: str | None, task_id: int | None) -> Team:
    """The `Team` of a cluster, e.g. {"chief": [...], "worker": [...]}; the chief comes first.

    >>> of_cluster({"worker": ["a:1", "b:1"], "chief": ["c:1"]}, "worker", 0)
    Team(rank=1, addresses=('c:1', 'a:1', 'b:1'))
    """
    tasks = {(kind, i): address for kind in ("chief", "worker")
             for i, address in enumerate(cluster.get(kind, ()))}
    if (task_type, task_id) not in tasks:
        raise ValueError("expected a task that is the chief or a worker of the cluster, "
                         f"{', '.join(f'{kind} {i}' for kind, i in tasks) or 'which is empty'}. "
                         f"Received: {task_type} {task_id}. There are no evaluators or parameter "
                         f"servers here; {CURE}.")
    names: list[Any] = list(tasks)
    return Team(names.index((task_type, task_id)), tuple(tasks.values()))


@contextlib.contextmanager
def sharing() -> Iterator[None]:
    """What is traced within works on this worker's share of a global batch."""
    before, _State.sharing = _State.sharing, _State.team.count > 1
    try:
        yield
    finally:
        _State.sharing = before


def shared() -> Team:
    """The workers that share the batch of what is being traced; a team of one elsewhere."""
    return _State.team if _State.sharing else Team()
