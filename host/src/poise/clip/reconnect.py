"""Reconnection policy: pauses between searches for a clip, and the errors that another attempt can solve. Pure.

The daily runner, the two-clip runner, exercise sessions and `poise pair` share this policy.
"""

import math
import random
from collections.abc import Callable

from ..errors import PoiseError, Reason

# Errors by which a request came to nothing because the clip went out of reach.
INTERRUPTED = {Reason.NO_CLIP, Reason.LINK_LOST, Reason.TIMEOUT}
# Errors of the radio link and the clip that another attempt can solve.
ON_THE_AIR = INTERRUPTED | {Reason.NOT_PAIRED, Reason.REFUSED}
# The same for a program that runs for days: somebody plugs an adapter in, a second transfer succeeds, or somebody says
# whose the clip is.
PASSING = ON_THE_AIR | {Reason.BAD_LOG, Reason.NO_ADAPTER, Reason.OTHER_PATIENT}
# Those that pass while nobody does anything, so that they need no warning.
MENDED_BY_ITSELF = PASSING - {Reason.NOT_PAIRED, Reason.NO_ADAPTER, Reason.OTHER_PATIENT}
STORE_PASSING = {Reason.STORE_UNWRITABLE, Reason.STORE_FULL}  # until room or a lock is free
# Errors that no waiting solves: wrong usage, a broken store, or a missing part of the program.
HOPELESS = {Reason.STORE_BROKEN, Reason.BAD_INPUT, Reason.MISSING_EXTRA, Reason.TWIN_FAILED}
# `poise pair` waits for its wearer's button. A clip that answers late or refuses lets this host in, but has a fault to
# tell.
PASSING_IN_PAIRING = ON_THE_AIR - {Reason.TIMEOUT, Reason.REFUSED}
# A session lasts minutes. In these nobody updates the clip, swaps the device or pairs.
HOPELESS_IN_SESSION = HOPELESS | {Reason.WRONG_VERSION, Reason.FOREIGN_DEVICE, Reason.NOT_PAIRED}
ATTENDED_S = 2.0  # longest pause while a person waits at the screen

_FIRST_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_SOON_S = 10.0
_LATER_S = 25.0
_SOON_FOR_S = 3600.0
_ANOTHERS_S = 60.0  # after an error that a person has to solve
_SPREAD = 0.3  # random part of a pause, plus or minus


class Search:
    """Pauses between attempts to reach the clip, in seconds.

    They grow, and vary so that two hosts do not meet each time. `windows.Windows` has the pauses of a host that waits
    for a clip that saves power. `rng` returns random numbers from 0 up to 1. `longest_s` shortens the pauses where a
    person waits.
    """

    def __init__(
        self, rng: Callable[[], float] = random.random, *, longest_s: float = math.inf
    ) -> None:
        self._rng = rng
        self._longest_s = longest_s
        self._failures = 1  # a host that has just started skips the shortest pause
        self._since_s: float | None = None

    def found(self) -> None:
        """Reset the pauses after a success, so that the first search after the next loss comes at once."""
        self._failures, self._since_s = 0, None

    def pause_s(self, now_s: float, error: PoiseError | None = None) -> float:
        """Return the pause in seconds after an attempt that ended at `now_s` (any monotonic clock) with `error`."""
        return min(self._longest_s, self._usual_s(now_s, error))

    def _usual_s(self, now_s: float, error: PoiseError | None) -> float:
        if self._since_s is None:
            self._since_s = now_s
        failures, self._failures = self._failures, self._failures + 1
        if error is not None and error.reason not in PASSING | STORE_PASSING:
            return self._spread(_ANOTHERS_S)
        if failures < len(_FIRST_S):
            return _FIRST_S[failures]
        return self._spread(_SOON_S if now_s - self._since_s < _SOON_FOR_S else _LATER_S)

    def _spread(self, seconds: float) -> float:
        return seconds * (1 + _SPREAD * (2 * self._rng() - 1))
