"""Times at which a clip's radio is on while it saves power, and the searches that meet them. No I/O.

A clip that saves power is on the air for up to two seconds at each multiple of a period on its own clock: every minute
after a host, every few minutes otherwise. Its status gives its clock and both periods (the `window` fields of `status`
in docs/SPEC.md), so a host knows every later window, to the drift of the two clocks. After an event that a host wants
it is on the air at once (setting `at_once_records`), and only a host that searches all the time meets it then.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SEARCH_S = 5.0  # length of one search where no window is known; short, so that another wish can come between
WINDOW_S = 1.0  # the clip is on the air for at least so long
DRIFT = 0.005  # of the elapsed time: an ESP32's slow clock over a sleep, with room
DELAY_S = 0.5  # both ends' own delays: a radio that starts, a scan that begins
MOST_MARGIN_S = 30.0  # beyond it a search for a window is no shorter than a search for anything
REST_S = 2.0  # after a link the clip stays on the air for the next host; the one that has just left waits so long
SWEEP_EVERY_S = 1200.0  # between two sweeps for a clip that was lost
_MISSES = 2  # windows in turn, after which the clip's clock is no longer trusted
_UNKNOWN_PERIOD_S = 300.0


@dataclass(frozen=True)
class NextSearch:
    """Pause before the next search, and the search's length, both in seconds."""

    pause_s: float
    length_s: float


@dataclass(frozen=True)
class _Told:
    """A status: the host's monotonic time of its arrival, the clip's time at that moment, the periods. In seconds."""

    at_s: float
    clip_s: float
    every_s: float
    away_every_s: float
    away_after_s: float


class Windows:
    """The windows of one clip. All times are on the caller's monotonic clock, in seconds.

    A sweep is a search without end over one whole period: it finds a clip that saves power and is in reach, whatever
    its clock shows. It begins when nothing is known, after two missed windows, and then every SWEEP_EVERY_S.
    """

    def __init__(self) -> None:
        self._told: _Told | None = None
        self._missed = 0
        self._sweep_s: float | None = None  # when the last sweep began

    def told(self, now_s: float, status: Mapping[str, Any]) -> None:
        """Take the clip's clock and periods from its status, which came now."""
        self._missed, self._sweep_s = 0, None
        if not status["window_every_ms"]:
            self._told = None
            return
        names = ("t_ms", "window_every_ms", "away_every_ms", "away_after_ms")
        self._told = _Told(now_s, *(status[name] / 1000 for name in names))

    def forget(self) -> None:
        """Trust no window any longer: this computer slept, or its clock jumped. A sweep begins."""
        self._told, self._sweep_s, self._missed = None, None, 0

    def missed(self) -> None:
        """Take note that the search that was due has not found the clip."""
        self._missed += 1

    @property
    def is_known(self) -> bool:
        """True while the clip is expected in its next window."""
        return self._told is not None and self._missed < _MISSES

    def next_search(self, now_s: float, *, at_once: bool = False) -> NextSearch:
        """Return when to search next, and for how long. `at_once`: search all the time, for events of the clip."""
        if at_once:
            return self._without_pause(now_s)
        if self.is_known:
            return self._in_window(now_s) or self._sweep(now_s)
        sweep = self._sweep(now_s)
        if not sweep.pause_s:
            return sweep
        return min(sweep, self._in_window(now_s) or sweep, key=lambda search: search.pause_s)

    def _without_pause(self, now_s: float) -> NextSearch:
        """Search to the end of the next window: if that finds nothing, the window was missed."""
        coming = self._in_window(now_s + REST_S) if self.is_known else None
        return NextSearch(REST_S, coming.pause_s + coming.length_s if coming else SEARCH_S)

    def _sweep(self, now_s: float) -> NextSearch:
        period_s = self._told.away_every_s if self._told else _UNKNOWN_PERIOD_S
        if self._sweep_s is None or now_s >= self._sweep_s + SWEEP_EVERY_S:
            self._sweep_s = now_s
        over_s = now_s - self._sweep_s
        if over_s < period_s + SEARCH_S:
            return NextSearch(0.0, SEARCH_S)
        return NextSearch(SWEEP_EVERY_S - over_s, SEARCH_S)

    def _in_window(self, now_s: float) -> NextSearch | None:
        """Return the search for the next window that can be met whole; None if it can't be told closely enough."""
        told = self._told
        if told is None:
            return None
        period_s, passed_s = told.every_s, now_s - told.at_s
        begins_s = self._begins_s(told, passed_s, period_s)
        if begins_s - told.at_s + WINDOW_S >= told.away_after_s:
            begins_s = self._begins_s(told, passed_s, told.away_every_s)
        margin_s = DELAY_S + DRIFT * (begins_s - told.at_s)
        if margin_s > MOST_MARGIN_S:
            return None
        pause_s = max(0.0, begins_s - margin_s - now_s)
        return NextSearch(pause_s, begins_s + margin_s + WINDOW_S - now_s - pause_s)

    @staticmethod
    def _begins_s(told: _Told, passed_s: float, period_s: float) -> float:
        clip_s = told.clip_s + passed_s
        margin_s = DELAY_S + DRIFT * passed_s
        return told.at_s + math.floor((clip_s + margin_s) / period_s + 1) * period_s - told.clip_s
