"""Batches the calls of a signature as TensorFlow Serving does: with its own scheduler.

`tf.nondifferentiable_batch_function` is the `SharedBatchScheduler` that the server's batching
sessions are made of. Here it gets what `batching_params.pbtxt` says.
"""
import itertools
import os
import re

import tensorflow as tf

_COUNT = itertools.count()  # Two functions of one name would share a queue, and mix their rows.


def parameters(text):
    """The numbers of a `batching_params.pbtxt`, name -> integer; `true` is 1.

    >>> parameters("max_batch_size { value: 8 }\\nenable_large_batch_splitting { value: true }")
    {'max_batch_size': 8, 'enable_large_batch_splitting': 1}
    """
    return {name: int(value == "true") if value.isalpha() else int(value)
            for name, value in re.findall(r"(\w+) \{\s*value: (\w+)\s*\}", text)}


def batched(function, specs, numbers):
    """`function` with its concurrent calls put into batches.

    Args:
        function: Tensors by name to a dict of tensors, the batch first in all of them.
        specs: Name of each input -> its `tf.TensorSpec`.
        numbers: What `parameters` gives.

    Returns a function of tensors by name, which threads may share.
    """
    names = sorted(specs)
    splits = bool(numbers.get("enable_large_batch_splitting"))
    most = numbers["max_batch_size"]
    at_once = numbers.get("max_execution_batch_size", most)
    outputs = []

    def in_order(*tensors):
        reply = function(**dict(zip(names, tensors)))
        outputs[:] = sorted(reply)
        return [reply[name] for name in outputs]

    # With splitting the last allowed size is the largest batch that is computed. As all sizes are
    # allowed, none is padded, which is what a server does that is given no sizes.
    scheduled = tf.nondifferentiable_batch_function(
        os.cpu_count(), most, numbers["batch_timeout_micros"],
        list(range(1, at_once + 1)) if splits else None, numbers["max_enqueued_batches"],
        autograph=False, enable_large_batch_splitting=splits)(in_order)

    @tf.function(input_signature=[specs[name] for name in names], autograph=False)
    def call(*tensors):
        with tf.name_scope(f"batched_{next(_COUNT)}"):
            found = scheduled(*tensors)
            return dict(zip(outputs, found))

    run = call.get_concrete_function()
    return lambda **inputs: run(*(inputs[name] for name in names))
