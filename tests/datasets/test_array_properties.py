"""Array files of any content: what was written is what is read; a part of a file is no file."""
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from vsc_tf.datasets import array_file, load

DTYPES = st.sampled_from(["f4", ">f4", "f2", "u1", "i2", ">i2"])
X = DTYPES.flatmap(lambda dtype: arrays.arrays(
    np.dtype(dtype), arrays.array_shapes(min_dims=2, max_dims=4, max_side=4),
    elements=arrays.from_dtype(np.dtype(dtype), allow_nan=False, allow_infinity=False)))


@given(x=X, by_column=st.booleans(), packed=st.booleans())
@settings(max_examples=60, deadline=None)
def test_an_archive_is_read_as_it_was_written(tmp_path_factory, x, by_column, packed):
    path = tmp_path_factory.mktemp("arrays") / "x.npz"
    write = np.savez_compressed if packed else np.savez
    test = np.asfortranarray(x) if by_column else x
    write(path, x_train=x, x_test=test[::-1], y_train=np.arange(len(x)), y_test=np.arange(len(x)))
    data = load(path)
    for split, expected in ((data.train, x), (data.test, x[::-1])):
        np.testing.assert_array_equal(split.x, expected.astype("float32"))
        np.testing.assert_array_equal(split.y, np.arange(len(x)))
        assert split.x.dtype == np.float32


@given(x=X, data=st.data())
@settings(max_examples=60, deadline=None)
def test_part_of_a_file_is_refused(x, data):
    file = io.BytesIO()
    np.save(file, x)
    content = file.getvalue()
    end = data.draw(st.integers(0, len(content)))
    part = io.BytesIO(content[:end])
    if end == len(content):
        np.testing.assert_array_equal(array_file.read_npy(part, end), x)
    else:
        with pytest.raises(ValueError, match=".+"):
            array_file.read_npy(part, end)
