"""Integers that refuse to leave 32 bits, and what the models do with them. Not on the clip."""


class I32(int):
    """A signed 32-bit integer whose arithmetic raises OverflowError instead of wrapping."""

    def __new__(cls, value):
        if not -(1 << 31) <= value < 1 << 31:
            raise OverflowError("{} leaves 32 bits".format(int(value)))
        return super().__new__(cls, value)

    def __add__(self, other):
        return I32(int(self) + int(other))

    def __sub__(self, other):
        return I32(int(self) - int(other))

    def __mul__(self, other):
        return I32(int(self) * int(other))

    def __floordiv__(self, other):
        return I32(int(self) // int(other))

    def __lshift__(self, bits):
        return I32(int(self) << int(bits))

    def __rshift__(self, bits):
        return I32(int(self) >> int(bits))

    def __neg__(self):
        return I32(-int(self))

    def __abs__(self):
        return I32(abs(int(self)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return I32(int(other) - int(self))


def rounded(value, shift):
    """value / 2**shift to the nearest integer, halves up."""
    return (value + ((1 << shift) >> 1)) >> shift


def clamp(value, bound):
    return I32(max(-bound, min(bound, value)))


def cross(a, b, shift):
    """a x b, each component shifted right."""
    return [
        (a[1] * b[2] - a[2] * b[1]) >> shift,
        (a[2] * b[0] - a[0] * b[2]) >> shift,
        (a[0] * b[1] - a[1] * b[0]) >> shift,
    ]


def dot(a, b):
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def isqrt(value):
    """Floor of the square root; the kernel's covers 0 <= value < 2**30."""
    if not 0 <= value < 1 << 30:
        raise OverflowError("isqrt({})".format(value))
    root = 0
    for bit in range(14, -1, -1):
        if (root + (1 << bit)) ** 2 <= value:
            root += 1 << bit
    return I32(root)


def scaled_length(vector):
    """(vector >> shift, its length, shift), the shift such that the squares fit 30 bits."""
    shift = 0
    while max(abs(c) for c in vector) >> shift > 18900:
        shift += 1
    small = [c >> shift for c in vector]
    return small, isqrt(dot(small, small)), shift


def saturated(raw):
    return any(v in (32767, -32768) for v in raw)
