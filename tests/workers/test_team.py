"""Who the workers are, what is refused, and what is said while they wait for each other."""
import json
import socket
import threading

import numpy as np
import pytest
import tensorflow as tf

import vsc_tf
from benchmarks import local_workers
from vsc_tf import randomness, workers
from vsc_tf.models import shares
from vsc_tf.workers import peers, team


@pytest.fixture
def two(monkeypatch):
    """As if this process were the second of two workers; nothing is sent."""
    found = workers.Team(1, ("a:1", "b:1"))
    monkeypatch.setattr(team._State, "team", found)
    return found


def test_the_chief_comes_first_whatever_its_task():
    cluster = {"chief": ["c:1"], "worker": ["a:1", "b:1"]}
    assert team.of_cluster(cluster, "worker", 1) == workers.Team(2, ("c:1", "a:1", "b:1"))
    assert team.of_cluster(cluster, "chief", 0).is_chief


@pytest.mark.parametrize(("text", "message"), [
    ("", "TF_CONFIG. Received: none.*set TF_CONFIG, e.g."), ("{", "TF_CONFIG. Received: {"),
    (json.dumps({"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}),
     "chief or a worker of the cluster, worker 0. Received: worker 1"),
    (json.dumps({"cluster": {"worker": ["a:1"], "evaluator": ["b:1"]},
                 "task": {"type": "evaluator", "index": 0}}), "no evaluators")])
def test_a_config_that_names_no_worker_is_refused(monkeypatch, text, message):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match=message):
        workers.connect()


def test_slurm_says_who_is_who_without_gpus_too(monkeypatch):
    for name, value in {"PROCID": "2", "STEP_NUM_TASKS": "3", "STEP_NODELIST": "n[1-2]",
                        "STEP_TASKS_PER_NODE": "2,1"}.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    monkeypatch.setattr(team.shutil, "which", lambda name: None)
    resolver = workers.of_slurm(9000)
    cluster = resolver.cluster_spec().as_dict()
    found = team.of_cluster(cluster, resolver.task_type, resolver.task_id)
    assert found == workers.Team(2, ("n1:9000", "n1:9001", "n2:9000"))


def test_a_worker_alone_says_whom_it_waits_for_and_gives_up(capfd):
    own, other = local_workers.addresses()
    with pytest.raises(TimeoutError, match=f"all 2 workers within 1.5 s.*no answer from {other}"):
        peers.wait(0, [own, other], 1.5)
    assert f"Worker 0 of 2 waits for {other}, at most" in capfd.readouterr().err


def test_workers_that_wait_for_each_other_both_go_on():
    where = local_workers.addresses()
    thread = threading.Thread(target=peers.wait, args=(1, where, 20.))
    thread.start()
    peers.wait(0, where, 20.)
    # TensorFlow's server answers at the port by now.
    with socket.create_server(("", int(where[0].rpartition(":")[2]))):
        thread.join(20.)
    assert not thread.is_alive()


def test_a_port_in_use_is_named():
    with socket.create_server(("", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(OSError, match=f"port {port} of this worker to be free"):
            peers.wait(0, [f"localhost:{port}", "localhost:1"], 1.)


def test_noise_is_that_of_the_global_batch_within_a_share_alone(two):
    whole = randomness.normal((3, 8, 5), (1, 2)).numpy()
    with workers.sharing():
        np.testing.assert_array_equal(randomness.normal((3, 4, 5), (1, 2)), whole[:, 4:])


def test_a_share_of_the_stream_is_that_part_of_each_batch():
    from vsc_tf.datasets.batches import batches

    x = np.arange(12)
    whole = list(batches(x, 6, seed=3).take(3).as_numpy_iterator())
    for rank in range(3):
        mine = batches(x, 6, seed=3, share=(rank, 3)).take(3).as_numpy_iterator()
        for part, batch in zip(mine, whole):
            np.testing.assert_array_equal(part, batch[2 * rank:2 * rank + 2])


def test_what_cannot_be_shared_is_refused_with_the_cure(two, rows):
    model = vsc_tf.VAE(2, encoder=vsc_tf.networks.mlp(4), decoder=vsc_tf.networks.mlp(4))
    model.compile(optimizer="adam", jit_compile=False)
    for arguments, message in [
            ({"x": rows, "batch_size": 33}, "multiple of their number, 2.*batch_size=33.*32 or 34"),
            ({"x": rows, "batch_size": 1}, "Received: batch_size=1. Take 2"),
            ({"x": rows, "batch_size": 32, "shuffle": False}, "shuffle=False. Leave it out"),
            ({"x": tf.data.Dataset.from_tensor_slices(rows).batch(32)}, "drop_remainder=True")]:
        with pytest.raises(ValueError, match=message):
            model.fit(verbose=0, **arguments)
    model.compile(optimizer="adam", jit_compile=True)
    with pytest.raises(ValueError, match="jit_compile=False"):
        model.fit(rows, batch_size=32)
    model = vsc_tf.BetaTCVAE(2)
    model.compile(optimizer="adam", jit_compile=False)
    with pytest.raises(ValueError, match="TotalCorrelation is estimated from the whole batch"):
        model.fit(rows, batch_size=32)


def test_batches_are_split_by_rank(two, rows):
    data = tf.data.Dataset.from_tensor_slices((rows, rows[:, 0])).batch(8, drop_remainder=True)
    x, y = next(iter(shares.of_batches(data)))
    np.testing.assert_array_equal(x, rows[4:8])
    np.testing.assert_array_equal(y, rows[4:8, 0])
