"""What tests of figures share."""
import io
import warnings

from matplotlib.figure import Figure


def drawn(figure):
    """Renders, so that what only fails while drawing fails here, without a warning."""
    assert isinstance(figure, Figure)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.savefig(io.BytesIO(), format="png", dpi=40)
    return figure.axes
