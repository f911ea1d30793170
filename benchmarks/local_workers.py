"""Processes of this machine as workers, for tests and benchmarks."""
import json
import os
import pathlib
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).parents[1]


def config(rank, addresses):
    """TF_CONFIG of one of the workers at these addresses."""
    return json.dumps({"cluster": {"worker": list(addresses)},
                       "task": {"type": "worker", "index": rank}})


def addresses(count=2):
    """Addresses of this machine whose ports are free."""
    sockets = [socket.create_server(("localhost", 0)) for _ in range(count)]
    found = [f"localhost:{s.getsockname()[1]}" for s in sockets]
    for s in sockets:
        s.close()
    return found


def start(command, rank=None, where=(), out=subprocess.PIPE, errors=subprocess.PIPE, **variables):
    """A process that runs `python *command`, alone or as the worker of that rank.

    Other `variables` are added to its environment.
    """
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1",
                   "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}
    environment.pop("TF_CONFIG", None)
    environment |= variables
    if rank is not None:
        environment["TF_CONFIG"] = config(rank, where)
    return subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, env=environment,
                            stdout=out, stderr=errors, text=True)


def finished(processes, timeout=240):
    """(exit status, output, errors) of each, once they have ended; none outlives this."""
    try:
        return [(process.returncode, *out) for process, out in [
            (process, process.communicate(timeout=timeout)) for process in processes]]
    finally:
        for process in processes:
            process.kill()
