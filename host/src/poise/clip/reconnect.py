"""When to look again for a clip that is away, and which errors another attempt can mend. Pure.

The one policy of all that keep a clip connected for long: the daily runner and two clips.
"""

import random
from collections.abc import Callable

from ..errors import PoiseError, Reason

# What the air and the clip bring, and another attempt can mend.
ON_THE_AIR = {
    Reason.NOT_PAIRED,
    Reason.NO_CLIP,
    Reason.LINK_LOST,
    Reason.TIMEOUT,
    Reason.REFUSED,
}
# The same for what runs for days: an adapter is plugged in, a log is asked for anew.
PASSING = ON_THE_AIR | {Reason.BAD_LOG, Reason.NO_ADAPTER}
STORE_PASSING = {Reason.STORE_UNWRITABLE, Reason.STORE_FULL}  # a disk gets room, a lock is let go
# What no waiting mends: the program is called wrongly, or a part of it is not there.
HOPELESS = {Reason.STORE_BROKEN, Reason.BAD_INPUT, Reason.MISSING_EXTRA, Reason.TWIN_FAILED}

_FIRST_S = (0.2, 0.5, 1.0, 2.0, 5.0)
_SOON_S = 10.0
_LATER_S = 25.0
_SOON_FOR_S = 3600.0
_ANOTHERS_S = 60.0  # an error that a person has to mend
_SPREAD = 0.3  # of a pause, either way


class Search:
    """Pauses between attempts to reach the clip, in seconds.

    A clip that saves power advertises for 5 s every 300 s, so a search has to be short and frequent rather than long
    and rare; the pauses vary, since equal ones could miss it each time. In the first hour every 15 s or so, then
    every 30 s: of a day without the clip the radio listens 17 %.
    """

    def __init__(self, rng: Callable[[], float] = random.random) -> None:
        self._rng = rng
        self._failures = 1  # a host that has just begun is in no hurry
        self._since_s: float | None = None

    def found(self) -> None:
        """All went well: the next loss is followed at once."""
        self._failures, self._since_s = 0, None

    def pause_s(self, now_s: float, error: PoiseError | None = None) -> float:
        """How long to wait after an attempt that ended at `now_s` (any monotonic seconds) with this error."""
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
