"""Integers that refuse to leave 32 bits, and the models' operations on them. Not on the clip."""


class I32(int):
    """A signed 32-bit integer whose arithmetic raises OverflowError instead of wrapping."""

    def __new__(cls, value: int) -> "I32":
        """Return the integer. Raises OverflowError if it does not fit 32 bits."""
        if not -(1 << 31) <= value < 1 << 31:
            raise OverflowError("{} leaves 32 bits".format(int(value)))
        return super().__new__(cls, value)

    def __add__(self, other: int) -> "I32":
        return I32(int(self) + int(other))

    def __sub__(self, other: int) -> "I32":
        return I32(int(self) - int(other))

    def __mul__(self, other: int) -> "I32":
        return I32(int(self) * int(other))

    def __floordiv__(self, other: int) -> "I32":
        return I32(int(self) // int(other))

    def __lshift__(self, bits: int) -> "I32":
        return I32(int(self) << int(bits))

    def __rshift__(self, bits: int) -> "I32":
        return I32(int(self) >> int(bits))

    def __neg__(self) -> "I32":
        return I32(-int(self))

    def __abs__(self) -> "I32":
        return I32(abs(int(self)))

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other: int) -> "I32":
        return I32(int(other) - int(self))


def rounded(value: "I32", shift: int) -> "I32":
    """Return value / 2**shift to the nearest integer, halves up."""
    return (value + ((1 << shift) >> 1)) >> shift


def clamp(value: int, bound: int) -> "I32":
    """Return `value` limited to -bound..bound."""
    return I32(max(-bound, min(bound, value)))


def cross(a: "Sequence[I32]", b: "Sequence[I32]", shift: int) -> "list[I32]":
    """Return a x b, each component shifted right by `shift`."""
    return [
        (a[1] * b[2] - a[2] * b[1]) >> shift,
        (a[2] * b[0] - a[0] * b[2]) >> shift,
        (a[0] * b[1] - a[1] * b[0]) >> shift,
    ]


def dot(a: "Sequence[I32]", b: "Sequence[I32]") -> "I32":
    """Return the dot product of two vectors of three."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def isqrt(value: int) -> "I32":
    """Return the floor of the square root. Raises OverflowError outside 0 <= value < 2**30, the kernel's range."""
    if not 0 <= value < 1 << 30:
        raise OverflowError("isqrt({})".format(value))
    root = 0
    for bit in range(14, -1, -1):
        if (root + (1 << bit)) ** 2 <= value:
            root += 1 << bit
    return I32(root)


def scaled_length(vector: "Sequence[I32]") -> "tuple[list[I32], I32, int]":
    """Return (vector >> shift, its length, shift), with the shift for which the squares fit 30 bits."""
    shift = 0
    while max(abs(c) for c in vector) >> shift > 18900:
        shift += 1
    small = [c >> shift for c in vector]
    return small, isqrt(dot(small, small)), shift


def saturated(raw: "Sequence[int]") -> bool:
    """True if any of the raw int16 values is at an end of scale."""
    return any(v in (32767, -32768) for v in raw)
