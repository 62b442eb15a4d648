"""Exposure of a minute: every second in exactly one state and, worn and calibrated, one angle class."""

from array import array

STATES = ("off", "uncalibrated", "not_worn", "moving", "neutral", "flexed")  # the wire's order
_OFF = 0
_FIRST_MEASURED = 3  # moving, neutral, flexed have an angle
_FLEXED = 5
CLASSES = ("extension_s", "under_10_s", "under_20_s", "under_30_s", "under_45_s", "over_45_s")
_BOUNDS_CDEG = (0, 1_000, 2_000, 3_000, 4_500)  # lower bounds of the classes after the first
_LOWEST_DEG = -90
_BINS = 181  # whole degrees -90..90
_JITTER_S = 2  # a minute may end this early; the missing seconds are then the next minute's debt


class _Minute:
    def __init__(self) -> None:
        # Seconds: a minute has no more than a byte holds.
        self.states = array("B", (0 for _ in STATES))
        self.classes = array("B", (0 for _ in CLASSES))
        self.histogram = array("B", (0 for _ in range(_BINS)))
        self.clear()

    def clear(self) -> None:
        for counts in (self.states, self.classes, self.histogram):
            for i in range(len(counts)):
                counts[i] = 0
        self.seconds = 0
        self.movement_mg = 0
        self.longest_bout_s = 0


class Exposure:
    """Counts the seconds between two calls of `end_minute` by state and angle."""

    def __init__(self) -> None:
        self._now = _Minute()
        self._next = _Minute()
        self._part_ms = 0
        self._angle = 0  # sums over the current second
        self._movement = 0
        self._steps = 0
        self._bout_s = 0
        self._debt_s = 0
        self._last = _OFF

    def step(self, dt_ms: int, state: str, flexion_cdeg: int, movement_mg: int) -> None:
        """Take one burst's results: the state's wire name, flexion, movement. Allocates nothing."""
        self._angle += flexion_cdeg
        self._movement += movement_mg
        self._steps += 1
        self._part_ms += dt_ms
        while self._part_ms >= 1_000:
            self._part_ms -= 1_000
            self._second(STATES.index(state))
        if self._part_ms < dt_ms:
            self._angle = self._movement = self._steps = 0

    def _second(self, state: int) -> None:
        # A second takes the state at its end and the mean angle over it.
        self._last = state
        self._bout_s = min(self._bout_s + 1, 65_535) if state == _FLEXED else 0
        if self._debt_s:
            self._debt_s -= 1
            return
        minute = self._now if self._now.seconds < 60 else self._next
        if minute.seconds >= 60:
            return  # two minutes passed without `end_minute`
        minute.seconds += 1
        minute.states[state] += 1
        minute.movement_mg += self._movement // self._steps
        minute.longest_bout_s = max(minute.longest_bout_s, self._bout_s)
        if state >= _FIRST_MEASURED:
            self._angle_second(minute, self._angle // self._steps)

    def _angle_second(self, minute: "_Minute", flexion_cdeg: int) -> None:
        angle_class = 0
        while angle_class < 5 and flexion_cdeg >= _BOUNDS_CDEG[angle_class]:
            angle_class += 1
        minute.classes[angle_class] += 1
        degrees = min(90, max(_LOWEST_DEG, (flexion_cdeg + 50) // 100))
        minute.histogram[degrees - _LOWEST_DEG] += 1

    def end_minute(self, site: int, nudges: int) -> "Fields":
        """Return the fields of the wire's `minute` record. Seconds without samples count as `off`."""
        minute = self._now
        missing = 60 - minute.seconds
        if 0 < missing <= _JITTER_S and minute.seconds:
            minute.states[self._last] += missing
            self._debt_s += missing
            if self._last >= _FIRST_MEASURED:
                # The borrowed second has the minute's median, so that classes match the states.
                for _ in range(missing):
                    self._angle_second(minute, self._percentile(minute, 50) * 100)
        elif missing:
            minute.states[_OFF] += missing
        fields = self._fields(minute, site, nudges)
        minute.clear()
        self._now, self._next = self._next, minute
        return fields

    def _fields(self, minute: "_Minute", site: int, nudges: int) -> "Fields":
        majority = max(range(len(STATES)), key=lambda i: minute.states[i])
        fields = {"state": STATES[majority], "site": site, "nudges": min(nudges, 255)}
        for i, name in enumerate(CLASSES):
            fields[name] = minute.classes[i]
        for i, name in enumerate(STATES):
            fields[name + "_s"] = minute.states[i]
        for share in (10, 50, 90):
            fields["p%d_deg" % share] = self._percentile(minute, share)
        fields["longest_bout_s"] = minute.longest_bout_s
        fields["movement_mg"] = min(65_535, minute.movement_mg // max(1, minute.seconds))
        return fields

    def _percentile(self, minute: "_Minute", share: int) -> int:
        """Return the nearest-rank percentile of the histogram in whole degrees; 0 if no second had an angle."""
        total = sum(minute.classes)
        rank = (total * share + 99) // 100
        for i in range(_BINS):
            rank -= minute.histogram[i]
            if rank <= 0 and total:
                return i + _LOWEST_DEG
        return 0
