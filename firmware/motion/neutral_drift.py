"""Drift of the neutral: it follows the clip's slow, small shifts on the wearer, but never learns a slump.

The rule: while the wearer is near neutral, still, and within 8 degrees of the upright, the neutral follows the
angle with a time constant of 30 minutes, to at most 3 degrees forward and 5 backward. Angles beyond 8 degrees never
count, however long they last. Only the nudges' threshold follows the neutral: every angle that is logged or shown stays
relative to the upright.
"""

NEAR_CDEG = 800
FORWARD_CDEG = 300
BACKWARD_CDEG = -500
TAU_MS = 1_800_000
STILL_CDPS = 1_000
_LONGEST_MS = 200  # longest step that counts: a gap in the samples must not move the neutral


class NeutralDrift:
    """The drift of the neutral. `offset_cdeg`: its offset from the upright, + forward. Allocates nothing."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Set the drift to 0, for a new upright or a new donning."""
        self._sum = 0  # cdeg * TAU_MS, at most 9e8
        self.offset_cdeg = 0

    def step(self, dt_ms: int, neutral: bool, flexion_cdeg: int, gyro_rms_cdps: int) -> None:
        """Take one burst. `neutral`: True if the posture's state is neutral."""
        if not neutral or gyro_rms_cdps > STILL_CDPS or not -NEAR_CDEG <= flexion_cdeg <= NEAR_CDEG:
            return
        total = self._sum + (flexion_cdeg - self.offset_cdeg) * min(dt_ms, _LONGEST_MS)
        total = max(BACKWARD_CDEG * TAU_MS, min(FORWARD_CDEG * TAU_MS, total))
        self._sum = total
        self.offset_cdeg = total // TAU_MS
