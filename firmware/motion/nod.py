"""Nod detector: the head goes forward by more than 8 degrees and is back within 2.5 s."""

ENTRY_CDEG = 800
RETURN_CDEG = 400
LONGEST_MS = 2_500
_FOLLOW = 4  # the baseline follows by 1/16 a step: about a second at 13 steps a second


class Nod:
    """Detects nods. After a nod: `peak_cdeg` from its start, `duration_ms` from entry to return."""

    def __init__(self) -> None:
        self.peak_cdeg = 0
        self.duration_ms = 0
        self._baseline = None
        self._under_way = False

    def step(self, dt_ms: int, flexion_cdeg: int) -> bool:
        """Take one burst's flexion; return True when a nod has just ended. Allocates nothing."""
        if self._baseline is None:
            self._baseline = flexion_cdeg
        excursion = flexion_cdeg - self._baseline
        if not self._under_way:
            if excursion <= ENTRY_CDEG:
                self._baseline += excursion >> _FOLLOW
                return False
            self._under_way = True
            self.peak_cdeg = self.duration_ms = 0
        self.duration_ms += dt_ms
        self.peak_cdeg = max(self.peak_cdeg, excursion)
        if self.duration_ms > LONGEST_MS:
            # Held too long for a nod: a change of posture, and the new baseline.
            self._under_way = False
            self._baseline = flexion_cdeg
            return False
        if excursion > RETURN_CDEG:
            return False
        self._under_way = False
        return True
