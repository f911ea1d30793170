"""Durations for people."""


def duration(seconds: float) -> str:
    """Rounded, as text.

    >>> duration(20), duration(1500), duration(9000)
    ('1 min', '25 min', '2.5 h')
    """
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 100 else f"{seconds / 3600:.1f} h"
