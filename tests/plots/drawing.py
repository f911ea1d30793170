"""What tests of figures share."""
import io
import warnings

import numpy as np
from matplotlib.figure import Figure


def drawn(figure):
    """Renders, so that what only fails while drawing fails here, without a warning."""
    assert isinstance(figure, Figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="png", dpi=40)
    return figure.axes


def picture(axes):
    return np.asarray(axes.images[0].get_array())


def ticks(axis):
    return [label.get_text() for label in axis.get_ticklabels()]
