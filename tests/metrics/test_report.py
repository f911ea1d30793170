import json

import numpy as np
import pytest

from vsc_tf.metrics import (
    dci,
    disentanglement_report,
    explicitness,
    factor_vae_score,
    mig,
    modularity,
    sap,
)

RNG = np.random.default_rng(0)
FACTORS = np.column_stack([
    RNG.integers(0, 3, 500), RNG.normal(size=500), np.zeros(500), RNG.normal(size=500)])
CODES = np.column_stack([FACTORS + 0.3 * RNG.normal(size=(500, 4)), np.zeros(500)])


def test_report_holds_what_the_functions_return():
    report = disentanglement_report(CODES, FACTORS, seed=3)
    trees = dci(CODES, FACTORS, seed=3)
    assert report == {
        "mig": mig(CODES, FACTORS), "sap": sap(CODES, FACTORS, 3),
        "modularity": modularity(CODES, FACTORS),
        "explicitness": explicitness(CODES, FACTORS, 3),
        "factor_vae": factor_vae_score(CODES, FACTORS, 3),
        "dci_disentanglement": trees.disentanglement, "dci_completeness": trees.completeness,
        "dci_informativeness": trees.informativeness,
        "constant_factors": 1.0, "continuous_factors": 2.0}


def test_report_survives_json_and_plain_lists():
    report = disentanglement_report(CODES.tolist(), FACTORS.tolist())
    assert all(type(value) is float for value in report.values())
    assert json.loads(json.dumps(report)) == report


@pytest.mark.parametrize("kind", [np.float32, np.float64])
def test_random_code_is_below_a_good_one_everywhere(kind):
    noise = np.random.default_rng(1).normal(size=(500, 5)).astype(kind)
    poor, good = (disentanglement_report(z, FACTORS) for z in (noise, CODES.astype(kind)))
    counts = {"constant_factors", "continuous_factors"}
    assert all(poor[name] < good[name] for name in good.keys() - counts)


def test_constant_codes_give_defined_values():
    report = disentanglement_report(np.full((500, 3), 0.1), FACTORS)
    assert report.pop("factor_vae") == pytest.approx(1 / 3)
    assert (report.pop("constant_factors"), report.pop("continuous_factors")) == (1.0, 2.0)
    assert set(report.values()) == {0.0}


@pytest.mark.parametrize(("change", "message"), [
    pytest.param({"z": np.full((500, 2), np.nan)}, "`z` must be finite", id="nan"),
    pytest.param({"z": CODES[:-1]}, "as many rows as `z`, 499", id="lengths"),
    pytest.param({"factors": FACTORS[:, :1]}, "at least 2 factors that vary", id="one-factor"),
    pytest.param({"seed": 1.0}, "`seed` must be.*Received: seed=1.0", id="seed"),
])
def test_bad_input(change, message):
    with pytest.raises(ValueError, match=message):
        disentanglement_report(**({"z": CODES, "factors": FACTORS} | change))
