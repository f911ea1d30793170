"""Arrays of any length through functions of tensors."""
import numpy as np
import tensorflow as tf


def in_batches(function, batch_size, *arrays):
    """Applies a tensor function to slices of arrays and joins the results as NumPy arrays."""
    starts = range(0, len(arrays[0]), batch_size)
    parts = [function(*(tf.constant(a[i:i + batch_size]) for a in arrays)) for i in starts]
    return tf.nest.map_structure(lambda *tensors: np.concatenate([t.numpy() for t in tensors]),
                                 *parts)
