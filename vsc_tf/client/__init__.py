"""Clients of TensorFlow Serving's predict API, over gRPC and over REST.

Both need packages of their own: `pip install 'vsc_tf[client]'`, or what their errors name.
"""
from vsc_tf.client.grpc_client import GRPCClient
from vsc_tf.client.rest_client import RESTClient

__all__ = ["GRPCClient", "RESTClient"]
