"""Judge of repetitions and holds in a clip's motion stream, by means of `exercise`. Pure.

The judging runs on the host: its 15 KB do not fit the clip's heap, and the host guides a session anyway. The clip sends
its angles up to 52 times a second; the rate of rotation, which only the firmware measures, follows from the angles.

The judge counts only repetitions that it saw whole. When frames are missing for longer than GAP_MS, it drops the
repetition under way and takes neutral anew. A repetition does not count when missing frames could have made it long
enough, or short enough.
So a stream with losses never counts more than the whole one (tests/sensing/test_judge.py).
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot, radians, sin, sqrt
from typing import Any

from . import repetitions
from .exercise import Exercise
from .movements import STRETCH_CDEG
from .quality import Hold

GAP_MS = 250  # [D] longest gap between frames: a head can move out and back in less than a second
LATE_MS = 100  # a longer time between two frames means lost frames
RATE_MS = 70  # window of the RMS rate, as long as one burst of the clip
_JUMP_CDEG = 20
_REST_CDPS = 400
_REST_MS = 250
_LYING_CDEG = 4_000
_TURN_CDEG = 36_000
NEVER_MS = -1


@dataclass(frozen=True)
class Seen:
    """Result of one frame. `events`: bits of `exercise`; `gap`: angles were missed before this frame.

    `why`: the reason for an invalid angle ("not_worn", "uncalibrated"), "" for a valid one. `dropped`: the gap
    interrupted a repetition, which does not count.
    """

    events: int = 0
    gap: bool = False
    dropped: bool = False
    why: str = ""


class Judge:
    """Judge of one set of one movement. `arguments`: of `exercise.Exercise`. Frames: fields of the message `motion`.

    Raises ValueError, KeyError as `Exercise`.
    """

    def __init__(self, arguments: Mapping[str, Any]) -> None:
        self.exercise = Exercise(**arguments)
        counting = self.exercise.repetitions
        self._hold_of_rep: Hold | None = None
        if counting and arguments.get("hold_ms", 0) >= 1_000:
            low = counting.target_cdeg * repetitions.REACHED_PCT // 100
            high = counting.target_cdeg + STRETCH_CDEG
            self._hold_of_rep = Hold(low, high, arguments["hold_ms"])
        self._t_ms = NEVER_MS
        self._angles = (0, 0, 0)
        self._overruns = 0
        self._rates: deque[tuple[int, float]] = deque()
        self._rest_ms = 0
        self._unsure_ms = 0
        self.left_out = 0  # repetitions whose length is in doubt: not counted

    # --- state

    @property
    def started(self) -> bool:
        """True once neutral is taken: from then on repetitions and holds count."""
        return self.exercise.started

    @property
    def angle_cdeg(self) -> int:
        """Angle to show to the wearer, in the movement's direction, 0.01 degrees."""
        return self.exercise.angle_cdeg

    @property
    def count(self) -> int:
        """Number of repetitions that count."""
        counting = self.exercise.repetitions
        return counting.count - self.left_out if counting else 0

    @property
    def away(self) -> bool:
        """True while a repetition is under way: it has begun and has not come back."""
        counting = self.exercise.repetitions
        return bool(counting and counting.away)

    @property
    def entered(self) -> bool:
        """True if the repetition under way has passed the entry angle."""
        counting = self.exercise.repetitions
        return bool(counting and counting.away and counting.entered)

    @property
    def hold(self) -> Hold | None:
        """The hold that runs, of a hold exercise or at the end of a repetition; None without one."""
        return self.exercise.hold or self._hold_of_rep

    @property
    def target_cdeg(self) -> int | None:
        """The angle to reach, or the middle of the band, 0.01 degrees; None without either."""
        counting = self.exercise.repetitions
        if counting:
            return counting.target_cdeg
        band = self.band_cdeg
        return (band[0] + band[1]) // 2 if band else None

    @property
    def band_cdeg(self) -> tuple[int, int] | None:
        """The band inside which a hold's clock runs, (low, high) in 0.01 degrees; None without a hold."""
        hold = self.hold
        return (hold.low_cdeg, hold.high_cdeg) if hold else None

    def repetition(self) -> dict[str, int]:
        """Return the figures of the repetition that has just ended: integers, named as in `repetitions`."""
        one = self.exercise.repetitions
        if one is None:
            return {}
        names = ("peak_cdeg", "duration_ms", "out_ms", "top_ms", "back_ms", "faults")
        told = {name: int(getattr(one, name)) for name in names}
        return {**told, "compensation_permille": one.compensation_permille}

    def settle_for(self, angle_cdeg: int) -> None:
        """Move the band of the repetition's hold to this angle: no wearer has to push further."""
        hold = self._hold_of_rep
        if hold:
            width = hold.high_cdeg - hold.low_cdeg
            hold.low_cdeg = angle_cdeg - width // 2
            hold.high_cdeg = angle_cdeg + width // 2

    def aim_again(self) -> None:
        """Prepare the next repetition: its hold starts anew, at the prescribed angle."""
        hold, counting = self._hold_of_rep, self.exercise.repetitions
        if hold and counting:
            width = hold.high_cdeg - hold.low_cdeg
            hold.low_cdeg = counting.target_cdeg * repetitions.REACHED_PCT // 100
            hold.high_cdeg = hold.low_cdeg + width
        if self.hold:
            self.hold.restart()

    # --- input

    def interrupt(self, *, elsewhere: bool = False) -> bool:
        """Start again from neutral after an unwatched time. Return whether a repetition under way is dropped.

        `elsewhere`: the wearer may sit in another way since, and neutral is where the head rests now.
        """
        dropped = self.away
        self.exercise.resume(elsewhere)
        if self._hold_of_rep:
            self._hold_of_rep.drop()
        self._t_ms = NEVER_MS
        self._rates.clear()
        self._rest_ms = 0
        return dropped

    def step(self, frame: Mapping[str, Any]) -> Seen:
        """Take one motion frame."""
        why = self._unusable(frame)
        if why:
            return Seen(why=why)
        angles = (frame["flexion_cdeg"], frame["lateral_cdeg"], frame["rotation_cdeg"])
        known = self._t_ms != NEVER_MS
        dt_ms = frame["t_ms"] - self._t_ms if known else 0
        if known and dt_ms == 0:
            return Seen()
        # A restarted clip counts time from 0. After lost samples the clip's filter starts anew.
        gap = known and not (0 < dt_ms <= GAP_MS and frame["overruns"] == self._overruns)
        dropped = self.interrupt() if gap else False
        before, self._angles = self._angles, angles
        self._t_ms, self._overruns = frame["t_ms"], frame["overruns"]
        if gap or not known:
            return Seen(gap=gap, dropped=dropped)
        return Seen(self._count(dt_ms, angles, self._rate(dt_ms, before, angles)))

    def _unusable(self, frame: Mapping[str, Any]) -> str:
        state = frame["state"]
        if state in ("off", "not_worn"):
            return "not_worn"
        # The clip sends "uncalibrated" also for a wearer who lies, whose angles are valid.
        lies = frame["inclination_cdeg"] > _LYING_CDEG
        return "uncalibrated" if state == "uncalibrated" and not lies and not self.started else ""

    def _rate(self, dt_ms: int, before: tuple[int, int, int], now: tuple[int, int, int]) -> int:
        """Return the RMS rate of rotation, 0.01 degrees/s, without the filter's own steps to zero at rest."""
        turned = (now[2] - before[2] + _TURN_CDEG // 2) % _TURN_CDEG - _TURN_CDEG // 2
        if self._rest_ms >= _REST_MS and abs(now[2]) <= _JUMP_CDEG < abs(turned):
            turned = 0
        bent, leant = now[0] - before[0], now[1] - before[1]
        across = 2 * turned * leant * sin(radians(now[0] / 100))
        way = sqrt(max(0.0, hypot(bent, leant, turned) ** 2 + across))
        speed = way * 1_000 / dt_ms
        self._rest_ms = self._rest_ms + dt_ms if speed < 2 * _REST_CDPS else 0
        self._rates.append((dt_ms, speed * speed))
        lasted = sum(ms for ms, _ in self._rates)
        while len(self._rates) > 1 and lasted - self._rates[0][0] >= RATE_MS:
            lasted -= self._rates.popleft()[0]
        return round(sqrt(sum(ms * square for ms, square in self._rates) / lasted))

    def _count(self, dt_ms: int, angles: tuple[int, int, int], rate_cdps: int) -> int:
        exercise = self.exercise
        if not exercise.started:
            return self._settle(dt_ms, angles, rate_cdps)
        was_away = self.away
        events = exercise.step(dt_ms, *angles, rate_cdps)
        if not was_away:
            self._unsure_ms = 0
        if self.away or was_away:
            edge = was_away != self.away
            self._unsure_ms += dt_ms if edge or dt_ms > LATE_MS else 0
        counting = exercise.repetitions
        if counting and events & repetitions.COUNTED and self._doubtful(counting):
            self.left_out += 1
            events = events & ~repetitions.COUNTED | repetitions.ENDED
        if self._hold_of_rep:
            events |= self._hold_of_rep.step(dt_ms, exercise.angle_cdeg, rate_cdps)
        return events

    def _settle(self, dt_ms: int, angles: tuple[int, int, int], rate_cdps: int) -> int:
        """Take neutral; start again when frames are missing meanwhile."""
        if dt_ms > LATE_MS:
            self.exercise.resume()
            return 0
        return self.exercise.step(dt_ms, *angles, rate_cdps)

    def _doubtful(self, counting: repetitions.Repetitions) -> bool:
        """True if missing frames decide whether the repetition counts."""
        shortest = counting.duration_ms - self._unsure_ms
        longest = counting.timed_ms + self._unsure_ms
        if shortest < repetitions.MIN_MS:
            counting.faults |= repetitions.TOO_FAST
        if longest > counting.max_ms:
            counting.faults |= repetitions.TOO_LONG
        return shortest < repetitions.MIN_MS or longest > counting.max_ms
