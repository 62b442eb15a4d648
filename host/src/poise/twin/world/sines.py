"""Random motion as a sum of sines: the same at every call, with an exact derivative and integral."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Sines:
    """A sum of sines of these frequencies with phases by chance; root mean square 1."""

    def __init__(self, hz: Array, rng: np.random.Generator) -> None:
        self._omega = 2 * np.pi * hz
        self._phase = rng.uniform(0, 2 * np.pi, len(hz))
        self._size = np.sqrt(2 / len(hz))

    def value(self, t_s: Array) -> Array:
        """Return the sum at these times (N,)."""
        return self._size * np.sin(self._turns(t_s)).sum(axis=1)

    def derivative(self, t_s: Array) -> Array:
        """Return its derivative, 1/s."""
        return self._size * (np.cos(self._turns(t_s)) * self._omega).sum(axis=1)

    def integral(self, t_s: Array) -> Array:
        """Return an integral of it, s."""
        return -self._size * (np.cos(self._turns(t_s)) / self._omega).sum(axis=1)

    def _turns(self, t_s: Array) -> Array:
        return t_s[:, None] * self._omega + self._phase
