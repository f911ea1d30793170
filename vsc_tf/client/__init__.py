"""Clients of TensorFlow Serving's predict API, over gRPC and over REST.

Both need optional packages: `pip install 'vsc_tf[client]'`.
"""
from vsc_tf.client.base import BadReply
from vsc_tf.client.grpc_client import GRPCClient
from vsc_tf.client.rest_client import RESTClient

__all__ = ["BadReply", "GRPCClient", "RESTClient"]
