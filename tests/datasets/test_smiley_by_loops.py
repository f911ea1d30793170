"""The faces against a slow drawing, straight from the rules, that shares no code with them."""
import fractions
import math

import numpy as np

from vsc_tf.datasets import smiley


def rho(value):
    exact = fractions.Fraction(value)
    return int(math.copysign(math.floor(abs(exact) + fractions.Fraction(1, 2)), value))


def slow_render(presence, v):
    v = [None, *map(float, v)]  # Counted from 1.
    canvas = {(x, y): (x - 16.5) ** 2 + (y - 16.5) ** 2 <= 100
              for x in range(1, 33) for y in range(1, 33)}

    def put(x, y, value):
        if (x, y) in canvas:
            canvas[x, y] = value

    def fill(y0, y1, x0, x1, value):
        for y in range(y0, y1 + 1):
            for x in range(x0, x1 + 1):
                put(x, y, value)

    if presence[0]:
        left = rho(16.5 + 0.5 * v[1] - (12 + 3 * v[3]) / 2)
        top = rho(29 + v[2] - (5 + 2 * v[4]) / 2)
        slow_bowtie(put, left, top, max(math.ceil(12 + 3 * v[3]), 1),
                    max(math.ceil(5 + 2 * v[4]), 1))
    if presence[2]:
        for cx in (16.5 - (4 + v[11]), 16.5 + (4 + v[11])):
            for x, y in canvas:
                if math.sqrt((x - cx) ** 2 + (y - (14 + v[12])) ** 2) <= 2 + v[13]:
                    put(x, y, False)
    if presence[3]:
        lx, ly, cx, cy = 4 + v[14], 2 + v[15], 16 + 0.5 * v[16], 22 + 0.5 * v[17]
        x0, x1 = rho(cx - lx / 2), rho(cx + lx / 2)
        fill(rho(cy - ly / 2), rho(cy + ly / 2), x0, x1, False)
        y1, y2 = rho(cy + v[18]), rho(cy + 1.4 * v[18])
        for x, y in ((x1 + 1, y1), (x1 + 2, y2), (x0 - 1, y1), (x0 - 2, y2)):
            put(x, y, False)
    if presence[1]:
        cx, cy = 16.5 + v[5], 6 + v[6]
        sx, sy, crown_x, crown_y = 15 + 3 * v[7], 2 + 2 * v[8], 10 + 2 * v[9], 2 + v[10]
        r0 = rho(cy - sy / 2)
        fill(r0, rho(cy + sy / 2), rho(cx - sx / 2), rho(cx + sx / 2), True)
        fill(max(rho(r0 + 5 - crown_y), 1) - 5, r0, rho(cx - crown_x / 2),
             rho(cx + crown_x / 2), True)
    return np.array([[canvas[x, y] for x in range(1, 33)] for y in range(1, 33)])


def slow_bowtie(put, left, top, w, h):
    """Pixel centres against the sides of each triangle, by cross products in whole numbers."""
    for i in range(w):
        for j in range(h):
            px, py = 2 * i + 1, 2 * j + 1  # Twice the pixel centre; the box is 2w x 2h.
            in_left = h * px <= w * py and h * px <= w * (2 * h - py)
            in_right = h * (2 * w - px) <= w * py and h * (2 * w - px) <= w * (2 * h - py)
            if in_left or in_right or j in ((h - 1) // 2, h // 2):
                put(left + i, top + j, True)


def test_render_agrees_with_the_slow_drawing():
    generator = np.random.default_rng(0)
    presence = generator.integers(0, 2, [300, 4])
    variables = generator.normal(0, 0.5, [300, 18])
    variables[150:] *= 4  # Far out: empty boxes, negative radii, everything off the canvas.
    variables[::3] = np.round(2 * variables[::3]) / 2  # Halves, where rounding matters.
    faces = smiley.render(presence, variables)
    for i, face in enumerate(faces):
        np.testing.assert_array_equal(face, slow_render(presence[i], variables[i]), f"face {i}")
