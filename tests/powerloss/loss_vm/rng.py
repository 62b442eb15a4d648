# Numbers that depend on a seed alone, the same on every VM (xorshift, 32 bits).


class Rng:
    """Seeded; a run is repeated by its seed."""

    def __init__(self, seed):
        self._state = (seed * 2654435761 + 0x9E3779B9) & 0xFFFFFFFF or 1
        for _ in range(4):
            self.word()

    def word(self):
        """32 random bits."""
        x = self._state
        x ^= x << 13 & 0xFFFFFFFF
        x ^= x >> 17
        x ^= x << 5 & 0xFFFFFFFF
        self._state = x
        return x

    def below(self, n):
        """0 to n - 1."""
        return (self.word() >> 3) % n

    def between(self, low, high):
        """low to high, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items):
        """One of them."""
        return items[self.below(len(items))]

    def octets(self, n):
        """n random bytes."""
        return bytes([self.word() >> 7 & 0xFF for _ in range(n)])
