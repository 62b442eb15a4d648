"""Vectors of three components, in floating point: for rare computations."""

import math


def angle_cdeg(a: "Floats", b: "Floats") -> int:
    """Return the angle between two vectors in 0.01 degrees; 0 if one has no length."""
    dot = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
    x = a[1] * b[2] - a[2] * b[1]
    y = a[2] * b[0] - a[0] * b[2]
    z = a[0] * b[1] - a[1] * b[0]
    sine = math.sqrt(float(x) * x + float(y) * y + float(z) * z)
    return int(math.degrees(math.atan2(sine, dot)) * 100 + 0.5)


def unit_q14(vector: "Floats") -> "tuple[int, ...]":
    """Return the vector at length 1 as three Q14 integers. Raises ZeroDivisionError if it has no length."""
    length = math.sqrt(sum(float(v) * v for v in vector))
    return tuple(round(v * 16384 / length) for v in vector)
