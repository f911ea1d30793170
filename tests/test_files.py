"""Files that earlier versions wrote: each still loads, and says what it said then."""
import pathlib

import keras
import numpy as np
import pytest

import vsc_tf  # Registers the classes.

FILES = pathlib.Path(__file__).parent / "files"


@pytest.mark.parametrize("path", sorted(FILES.glob("*/*.keras")),
                         ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_file_of_an_earlier_version_gives_the_codes_and_terms_it_gave_then(path):
    model = keras.models.load_model(path)
    then = np.load(path.with_suffix(".npz"))
    codes = model.encode(then["x"])._asdict()
    for name in (key.removeprefix("code/") for key in then.files if key.startswith("code/")):
        np.testing.assert_allclose(codes[name], then[f"code/{name}"], rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(codes[name] == 0., then[f"code/{name}"] == 0.)
    np.testing.assert_allclose(model.decode(codes["z"]), then["decoded"], rtol=1e-4, atol=1e-5)
    terms = model.evaluate(then["x"], verbose=0)
    for name in (key.removeprefix("term/") for key in then.files if key.startswith("term/")):
        assert terms[name] == pytest.approx(float(then[f"term/{name}"]), rel=1e-4, abs=1e-4), name
    assert isinstance(model, getattr(vsc_tf, type(model).__name__))
