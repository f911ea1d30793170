"""Training on several machines: one process a worker, each with the whole model.

Every worker runs the same script. `connect()` finds the others; then `fit` as ever. The batch size
is that of the global batch, of which each worker takes its share; gradients are summed over all.
"""
from vsc_tf.workers.collectives import agree, from_chief, send, sum_over
from vsc_tf.workers.failures import WorkerLost, explained
from vsc_tf.workers.team import Team, connect, current, of_slurm, shared, sharing

__all__ = ["Team", "WorkerLost", "agree", "connect", "current", "explained", "from_chief",
           "of_slurm", "send", "shared", "sharing", "sum_over"]
