"""`encode` of a client: columns by name, a DataFrame back; and both REST protocols."""
import json

import numpy as np
import pytest

from benchmarks.loopback import LoopbackServer
from vsc_tf.client import GRPCClient, RESTClient

pd = pytest.importorskip("pandas", reason="pandas is optional")
NAMES = [f"column {i}" for i in range(12)]


@pytest.fixture(scope="module")
def server(servable):
    with LoopbackServer(servable[1]) as server:
        yield server


@pytest.fixture
def card(servable, tmp_path):
    """The servable's card, as that of a model that was fitted to columns with names."""
    content = json.loads((servable[1] / "blocks" / "1" / "model_card.json").read_text())
    content["model"]["column_names"] = NAMES
    content["feature_names"] = {"1": "hat", "2": "eye", "3": "eye"}
    path = tmp_path / "model_card.json"
    path.write_text(json.dumps(content))
    return path


@pytest.mark.parametrize("kind", ["grpc", "v1", "v2"])
def test_a_frame_is_sent_in_the_models_order_and_comes_back_as_one(
        server, servable, rows, card, kind):
    make = GRPCClient if kind == "grpc" else RESTClient
    address = server.grpc_address if kind == "grpc" else server.rest_address
    options = {} if kind == "grpc" else {"protocol": kind}
    frame = pd.DataFrame(rows[:7] * 50., columns=NAMES, index=list("abcdefg"))
    with make(address, "blocks", card=card, **options) as client:
        codes = client.encode(frame[NAMES[::-1]])
        np.testing.assert_array_equal(client.encode(rows[:7] * 50.), codes)
        with pytest.raises(ValueError, match="12 columns that the model was fitted to.*without"):
            client.encode(frame.rename(columns={"column 3": "other"}))
    assert (list(codes.columns) == ["z_0", "hat", "eye (2)", "eye (3)"]
            and list(codes.index) == list("abcdefg"))
    np.testing.assert_allclose(codes, servable[0].encode(rows[:7] * 50.).z, atol=1e-5)


def test_without_the_names_a_frame_is_refused(server, rows):
    with RESTClient(server.rest_address, "blocks") as client:
        with pytest.raises(ValueError, match="does not know those of the model.*card="):
            client.encode(pd.DataFrame(rows, columns=NAMES))


def test_a_card_that_is_none_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"`card` must be the path.*no_card\.json"):
        RESTClient("http://localhost:1", "blocks", card=tmp_path / "no_card.json")


def test_the_open_inference_protocol_has_all_outputs_of_the_default_signature(
        server, servable, rows):
    with RESTClient(server.rest_address, "blocks", protocol="v2") as client:
        assert list(client.signatures()) == ["serving_default"]
        reply = client.predict(rows[:5] * 50.)
        with pytest.raises(ValueError,
                           match="one of serving_default. Received: signature='decode'"):
            client.predict(rows, "decode")
    for name, value in servable[0].encode(rows[:5] * 50.)._asdict().items():
        np.testing.assert_allclose(reply[name], value, atol=1e-5)


def test_a_protocol_that_is_none_is_refused():
    with pytest.raises(ValueError, match="protocol"):
        RESTClient("http://localhost:1", "blocks", protocol="v3")
