"""Small files of every kind, and all that is read from one."""
import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet

from trainers.encoding.formats import Bad, Block, Options
from trainers.encoding.readers import read, screen

OPTIONS = Options(shape=(3,), batch_size=4)
X = np.arange(30, dtype="float32").reshape(10, 3)
TABLES = ("csv", "csv.gz", "parquet")


def all_of(path, options=OPTIONS, **kwargs):
    """(rows, values, bad) of a file after screening."""
    rows, values, bad = [], [], []
    for item in read(str(path), options, **kwargs):
        for found in screen(item, options.shape) if isinstance(item, Block) else [item]:
            if isinstance(found, Bad):
                bad.append(found)
            else:
                assert len(found.x) <= options.batch_size and found.x.dtype == np.float32
                rows += found.rows.tolist()
                values.append(found.x)
    return rows, np.concatenate(values) if values else np.empty((0, *options.shape)), bad


def write_tfrecord(path, records, compression=""):
    import tensorflow as tf

    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for record in records:
            writer.write(record)
    return path


def example(values, name="x"):
    import tensorflow as tf

    feature = tf.train.Feature(float_list=tf.train.FloatList(value=values))
    return tf.train.Example(
        features=tf.train.Features(feature={name: feature})).SerializeToString()


def write(folder, kind):
    """The ten rows of `X` as a file of a kind."""
    path = folder / f"rows.{kind}"
    lines = ["a,kind,b,c"] + [f"{a},leaf,{b},{c}" for a, b, c in X.tolist()]
    if kind == "npy":
        np.save(path, X.astype("float64"))
    elif kind == "npz":
        np.savez_compressed(path, x=X, y=np.arange(10))
    elif kind == "csv":
        path.write_text("\ufeff" + "\r\n".join(lines) + "\r\n\r\n", encoding="utf-8")
    elif kind == "parquet":
        a, b, c = X.T
        pa.parquet.write_table(pa.table({"a": a, "kind": ["leaf"] * 10, "b": b, "c": c}), path)
    elif kind == "csv.gz":
        path.write_bytes(gzip.compress("\n".join(lines).encode()))
    elif kind == "tfrecord":
        write_tfrecord(path, map(example, X))
    else:
        write_tfrecord(path, map(example, X), "GZIP")
    return path
