"""Where the zero of a latent should be: at the value that the decoder sees most often."""
import numpy as np

WINDOW = 4.        # Width of "one value", in standard deviations of the slab.
OFTEN_ON = 0.7     # Share of observations from which on a latent may be moved.


def shifts_to_common_values(z, loc, scale):
    """How far each latent's zero should move, to the most common value of those often on.

    Latent j is on, z_ij != 0, for a share r_j of the observations. Its most common value a_j is
    the median of the 4-standard-deviations-wide interval that holds the most of its slab means
    while on, a share c_j of all observations. If r_j > 0.7, and the value is more common than
    off, c_j > 1 - r_j, the latent should move by a_j, else by 0.

    Args:
        z, loc, scale: Arrays [n, J], the codes, slab means and slab standard deviations.

    Returns:
        float32 [J].

    >>> loc = np.array([[7.], [7.], [7.], [-3.], [2.]])
    >>> shifts_to_common_values(loc, loc, scale=np.full([5, 1], 0.1)).tolist()
    [7.0]
    """
    shifts = np.zeros(z.shape[1], np.float32)
    is_on = z != 0.
    for j in np.flatnonzero(is_on.mean(axis=0) > OFTEN_ON):
        values = np.sort(loc[is_on[:, j], j])
        width = WINDOW * np.median(scale[is_on[:, j], j])
        counts = np.searchsorted(values, values + width, side="right") - np.arange(len(values))
        first = counts.argmax()
        if counts[first] > len(z) - len(values):
            shifts[j] = np.median(values[first:first + counts[first]])
    return shifts
