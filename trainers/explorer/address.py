"""What a page shows, as the query of its address: `?object=7&changes=3:0.5,12:0`."""
import math
import urllib.parse
from typing import Any

TABS = ("gallery", "one", "two", "features")
UPLOAD = "upload"  # In place of a number.
MOST = 2000  # Characters of a value: Python does not read a number of thousands of digits.
REACH = 1e15  # As in `vsc_tf.models.reach`; larger ones are infinite in float32 before long.


def asked(query: str) -> dict[str, str]:
    """Names and values of an address's query, the last one of each name.

    >>> asked("?object=7&tab=two&object=8")
    {'object': '8', 'tab': 'two'}
    """
    found = urllib.parse.parse_qs(query.removeprefix("?"))
    return {name: values[-1] for name, values in found.items()}


def read(query: dict[str, str], objects: int, dims: list[int]) -> tuple[dict, list[str]]:
    """What an address asks for, and what is wrong with it.

    Args:
        query: Dict of strings, as in the address.
        objects: Number of test objects.
        dims: The latents that can be changed.

    Returns:
        A dict of `tab`, `object`, `second`, `feature` and `changes` (latent -> value), those
        that are given and good; and a list of sentences about the others. An object that was
        uploaded is `None`.

    >>> read({"object": "7", "changes": "3:0.5,12:0", "tab": "two"}, 100, [3, 12])
    ({'object': 7, 'changes': {3: 0.5, 12: 0.0}, 'tab': 'two'}, [])
    >>> read({"feature": "99"}, 100, [3, 12])[1]
    ['The address asks for feature=99: expected one of the live features, 3, 12.']
    """
    live = f"one of the live features, {', '.join(map(str, dims))}"
    readers = {
        "object": lambda text: _object(text, objects),
        "second": lambda text: _object(text, objects),
        "feature": lambda text: _one_of(int(text), dims, live),
        "changes": lambda text: dict(_change(pair, dims, live) for pair in text.split(",")),
        "tab": lambda text: _one_of(text, TABS, ", ".join(TABS))}
    found, complaints = {}, []
    for name, text in query.items():
        if name not in readers:
            continue
        if len(text) > MOST:
            complaints.append(f"The address asks for {name}={text[:20]}...: expected at most "
                              f"{MOST:,} characters.")
            continue
        try:
            found[name] = readers[name](text)
        except ValueError as error:
            wanted = error.args[0] if isinstance(error, _Unexpected) else "a whole number"
            complaints.append(f"The address asks for {name}={text}: expected {wanted}.")
    return found, complaints


class _Unexpected(ValueError):
    """Its message is what was expected."""


def _one_of(value, choices, wanted):
    if value not in choices:
        raise _Unexpected(wanted)
    return value


def _object(text, objects):
    return None if text == UPLOAD else _one_of(int(text), range(objects), f"0 to {objects - 1}")


def _change(pair, dims, live):
    dim, _, value = pair.partition(":")
    try:
        dim, value = int(dim), float(value)
    except ValueError:
        raise _Unexpected("pairs feature:value, separated by commas") from None
    if not math.isfinite(value):
        raise _Unexpected("finite values")
    if abs(value) >= REACH:
        raise _Unexpected(f"values below {REACH:g}, which a model can compute with")
    return _one_of(dim, dims, live), value


def written(**values: Any) -> str:
    """The query of what is shown; `read` understands it.

    >>> written(object=7, changes={3: 0.5, 12: 0.0}, tab="two")
    '?object=7&changes=3:0.5,12:0&tab=two'
    """
    if "changes" in values:
        values["changes"] = ",".join(f"{dim}:{value:.4g}"
                                     for dim, value in values["changes"].items())
    pairs = [f"{name}={value}" for name, value in values.items() if value not in ("", None)]
    return "?" + "&".join(pairs) if pairs else ""
