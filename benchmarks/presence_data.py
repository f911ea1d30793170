"""Drawn data whose features are known: which each observation has, of kinds that differ.

Each family is a function of the number of rows and a random generator. Nothing here was chosen by
what any model makes of it.
"""
import numpy as np

from benchmarks.presence_drawn import Drawn, present
from benchmarks.presence_pictures import colours, glyphs, shapes


def _units(rng, x):
    """Columns in units of their own, from thousandths to thousands, none around zero."""
    width = 10.0 ** rng.uniform(-3, 3, x.shape[1])
    return (x * width + width * rng.uniform(-30, 30, x.shape[1])).astype("float32")


def _table(rng, values, columns, noise, signed_loadings=True):
    """Rows of `values` `[n, K]` through sparse loadings, with noise, in unequal units."""
    count = values.shape[1]
    used = np.stack([rng.permutation(columns) < max(4, columns // 8) for _ in range(count)])
    loadings = used * rng.uniform(0.5, 1.0, used.shape)
    if signed_loadings:
        loadings *= rng.choice([-1, 1], used.shape)
    return _units(rng, values @ loadings + rng.normal(0.0, noise, (len(values), columns)))


def signals(n, rng):
    """128 samples with up to six kinds of events, each about its own place, in noise."""
    t, presence = np.arange(128.0), present(rng, n, [0.35] * 6)
    kinds = (
        lambda u: np.exp(-0.5 * (u / 4)**2),                       # A bump.
        lambda u: np.sin(u / 1.6) * np.exp(-0.5 * (u / 7)**2),     # A burst.
        lambda u: np.where((u > 0) & (u < 14), 1.0, 0.0),          # A plateau.
        lambda u: np.where((u > 0) & (u < 24), 1.0 - u / 24, 0.0),  # A fall after a jump.
        lambda u: u / 3 * np.exp(0.5 - 0.5 * (u / 3)**2),          # Down and up.
        lambda u: np.exp(-np.abs(u) / 3))                          # A spike.
    places = rng.permutation(np.linspace(16, 112, 6))
    x = rng.normal(0.0, 0.15, (n, 128))
    for k, (kind, place) in enumerate(zip(kinds, places)):
        moved = place + rng.uniform(-4, 4, n)
        size = presence[:, k] * rng.uniform(0.7, 1.5, n)
        x += size[:, None] * kind(t - moved[:, None])
    return Drawn(x.astype("float32"), presence, np.full(6, 2))


def counts(n, rng):
    """log(1 + count) of 300 columns; twelve programs raise the rates of some of them."""
    presence = present(rng, n, [0.2] * 12)
    used = rng.random((12, 300)) < 0.1
    rates = used * rng.gamma(3.0, 1.5, used.shape)
    size = presence * rng.gamma(4.0, 0.25, presence.shape)
    counted = rng.poisson(rng.gamma(2.0, 0.25, 300) + size @ rates)
    return Drawn(np.log1p(counted).astype("float32"), presence, np.full(12, 1))


def spectra(n, rng):
    """200 bins of twenty notes, each a row of harmonics, with noise."""
    presence, bins = present(rng, n, [0.155] * 20), np.arange(200.0)
    notes = np.zeros((20, 200))
    for k, base in enumerate(9.0 * 2.0 ** (np.arange(20) / 7)):
        for harmonic in range(1, 9):
            notes[k] += np.exp(-0.5 * ((bins - base * harmonic) / 1.2)**2) / harmonic
    size = presence * rng.uniform(0.5, 1.5, presence.shape)
    x = size @ notes + np.abs(rng.normal(0.0, 0.05, (n, 200)))
    return Drawn(x.astype("float32"), presence, np.full(20, 1))


def signed_table(n, rng):
    """50 columns of unequal units; sixteen factors that can go either way."""
    presence = present(rng, n, [0.15] * 16)
    values = presence * rng.choice([-1, 1], presence.shape) * rng.uniform(0.7, 2.0, presence.shape)
    return Drawn(_table(rng, values, 50, 0.2), presence, np.full(16, 1), signed=True)


def one_sided_table(n, rng):
    """60 columns of unequal units, a third of them skewed; twelve factors that add."""
    presence = present(rng, n, [0.3] * 12)
    values = presence * rng.gamma(6.0, 0.2, presence.shape)
    count, columns = 12, 60
    used = np.stack([rng.permutation(columns) < 8 for _ in range(count)])
    x = values @ (used * rng.uniform(0.5, 1.0, used.shape)) + rng.normal(0, 0.15, (n, columns))
    x[:, ::3] = np.exp(0.6 * x[:, ::3])
    return Drawn(_units(rng, x), presence, np.full(12, 1))


def dense_table(n, rng):
    """40 columns of unequal units; twelve factors that are in all of them, little noise."""
    presence = present(rng, n, [0.4] * 12)
    values = presence * rng.uniform(0.6, 1.6, presence.shape)
    x = values @ rng.normal(size=(12, 40)) + rng.normal(0.0, 0.2, (n, 40))
    return Drawn(_units(rng, x), presence, np.full(12, 1))


def noisy_table(n, rng):
    """80 columns in which the noise is as large as the features; ten factors that add."""
    presence = present(rng, n, [0.25] * 10)
    values = presence * rng.uniform(0.8, 1.8, presence.shape)
    return Drawn(_table(rng, values, 80, 0.6), presence, np.full(10, 1))


def related(n, rng):
    """60 columns; two couples that come together, three that exclude each other, seven free."""
    presence = present(rng, n, [0.3] * 14)
    for first, second in ((0, 1), (2, 3)):
        together = rng.random(n) < 0.8
        presence[:, second] = np.where(together, presence[:, first], presence[:, second])
    which = rng.integers(0, 4, n)  # 3: none of them.
    for k in range(3):
        presence[:, 4 + k] = which == k
    values = presence * rng.uniform(0.7, 1.7, presence.shape)
    return Drawn(_table(rng, values, 60, 0.15), presence, np.full(14, 1))


def frequencies(n, rng):
    """60 columns; ten factors that are present in 2 to 80 % of the rows."""
    probs = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.65, 0.8])
    presence = present(rng, n, probs)
    values = presence * rng.uniform(0.7, 1.7, presence.shape)
    return Drawn(_table(rng, values, 60, 0.15), presence, np.full(10, 1))


def forty(n, rng):
    """240 columns; forty factors that add, each in one row of eight."""
    presence = present(rng, n, [0.125] * 40)
    values = presence * rng.uniform(0.7, 1.7, presence.shape)
    return Drawn(_table(rng, values, 240, 0.15), presence, np.full(40, 1))


def channels(n, rng):
    """50 samples of three channels; eight wavelets, each in all channels with its own signs."""
    presence, t = present(rng, n, [0.3] * 8), np.arange(50.0)
    x = rng.normal(0.0, 0.2, (n, 50, 3))
    for k in range(8):
        u, width, rate = t - rng.uniform(8, 42), rng.uniform(2, 5), rng.uniform(0.3, 1.2)
        wavelet = np.cos(rate * u) * np.exp(-0.5 * (u / width)**2)
        mix = rng.choice([-1, 1], 3) * rng.uniform(0.2, 1.0, 3)
        size = presence[:, k] * rng.uniform(0.7, 1.6, n)
        x += size[:, None, None] * wavelet[:, None] * mix
    return Drawn(x.astype("float32"), presence, np.full(8, 1))


def baselines(n, rng):
    """150 bins; ten lines over a baseline whose height and slope drift from row to row."""
    presence, bins = present(rng, n, [0.2] * 10), np.arange(150.0)
    x = rng.normal(0.0, 0.1, (n, 150)) + rng.normal(0.0, 0.5, (n, 1))
    x += rng.normal(0.0, 0.5, (n, 1)) * (bins - 75) / 75
    for k in range(10):
        line = np.exp(-0.5 * ((bins - rng.uniform(10, 140)) / rng.uniform(1.5, 4))**2)
        x += (presence[:, k] * rng.gamma(4.0, 0.3, n))[:, None] * line
    return Drawn(x.astype("float32"), presence, np.full(10, 1), always=2)


def texts(n, rng):
    """Counts of 200 words in texts of 80 to 200; ten subjects, each with words of its own."""
    presence = present(rng, n, [0.2] * 10)
    common, subjects = rng.dirichlet(np.full(200, 0.3)), rng.dirichlet(np.full(200, 0.05), 10)
    words = common + (presence * rng.uniform(0.5, 1.5, presence.shape)) @ subjects
    rates = words / words.sum(axis=1, keepdims=True) * rng.integers(80, 200, (n, 1))
    return Drawn(rng.poisson(rates).astype("float32"), presence, np.full(10, 1), always=1)


def answers(n, rng):
    """60 answers from 1 to 5; eight traits, each of which moves nine of them up or down."""
    presence = present(rng, n, [0.3] * 8)
    used = np.stack([rng.permutation(60) < 9 for _ in range(8)])
    loadings = used * rng.choice([-1, 1], used.shape) * rng.uniform(0.7, 1.3, used.shape)
    x = (presence * rng.uniform(0.8, 2.0, presence.shape)) @ loadings
    x += rng.normal(0.0, 0.35, x.shape) + rng.uniform(1.8, 3.2, 60)
    return Drawn(np.clip(np.round(x), 1, 5).astype("float32"), presence, np.full(8, 1))


def nothing(n, rng):
    """40 columns of unequal units, all of them noise: whatever is on is false."""
    return Drawn(_units(rng, rng.normal(size=(n, 40))), np.zeros((n, 0), bool),
                 np.zeros(0, int))


FAMILIES = {family.__name__: family for family in (
    signals, channels, counts, texts, spectra, baselines, signed_table, one_sided_table,
    dense_table, noisy_table, answers, related, frequencies, forty, colours, shapes, glyphs,
    nothing)}
# Their place is part of what they are drawn from: others go to the end.
SEEDS = ("counts", "forty", "frequencies", "glyphs", "noisy_table", "nothing", "one_sided_table",
         "related", "shapes", "signals", "signed_table", "spectra", "dense_table", "colours",
         "channels", "baselines", "texts", "answers")


def draw(name, train=20_000, test=5_000, seed=0):
    """Training and test split of a family: the same features, other rows."""
    rng = np.random.default_rng([seed, SEEDS.index(name)])
    drawn = FAMILIES[name](train + test, rng)
    return tuple(drawn._replace(x=drawn.x[rows], presence=drawn.presence[rows])
                 for rows in (slice(train), slice(train, None)))
