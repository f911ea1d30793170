"""The predictor of docs/servers by KServe's protocols; it needs the optional kserve."""
import pathlib
import socket
import subprocess
import sys
import time

import numpy as np
import pytest

pytest.importorskip("kserve", reason="kserve is optional: pip install -r docs/servers/kserve.txt")
import requests

from vsc_tf.client import RESTClient

SCRIPT = pathlib.Path(__file__).parents[2] / "docs" / "servers" / "kserve_predictor.py"


def free_port():
    with socket.create_server(("localhost", 0)) as server:
        return server.getsockname()[1]


@pytest.fixture(scope="module")
def ports(servable):
    http, grpc = free_port(), free_port()
    process = subprocess.Popen([
        sys.executable, str(SCRIPT), str(servable[1] / "blocks" / "1"), "--model_name", "blocks",
        "--http_port", str(http), "--grpc_port", str(grpc)])
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if requests.get(f"http://localhost:{http}/v2/models/blocks/ready", timeout=5).ok:
                    break
            except requests.ConnectionError:
                time.sleep(0.2)
        yield http, grpc
    finally:
        process.kill()
        process.wait()


def test_v1_over_rest(ports, servable, rows):
    reply = requests.post(f"http://localhost:{ports[0]}/v1/models/blocks:predict",
                          json={"instances": (rows[:3] * 50.).tolist()}, timeout=30).json()
    z = [row["z"] for row in reply["predictions"]]
    np.testing.assert_allclose(z, servable[0].encode(rows[:3] * 50.).z, atol=1e-5)


def test_v2_over_rest_by_our_client(ports, servable, rows):
    with RESTClient(f"http://localhost:{ports[0]}", "blocks", protocol="v2") as client:
        reply = client.predict(rows[:3] * 50.)
    for name, value in servable[0].encode(rows[:3] * 50.)._asdict().items():
        np.testing.assert_allclose(reply[name], value, atol=1e-5)


def test_v2_over_grpc(ports, servable, rows):
    import asyncio

    import kserve

    async def ask():
        client = kserve.InferenceGRPCClient(f"localhost:{ports[1]}")
        given = kserve.InferInput("x", [3, 12], "FP32")
        given.set_data_from_numpy(rows[:3] * np.float32(50.))
        reply = await client.infer(kserve.InferRequest("blocks", [given]))
        await client.close()
        return {output.name: output.as_numpy() for output in reply.outputs}

    z = asyncio.run(ask())["z"]
    np.testing.assert_allclose(z, servable[0].encode(rows[:3] * 50.).z, atol=1e-5)
