"""Output of an exercise session as data: phases, cues, and the view of a page. No wording here.

The words are in `words/session.py` (terminal) and `words/strings.py`; the buzzes in `PATTERNS`.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """Phase of a session."""

    PAIN_BEFORE = "pain_before"  # the session asks for the pain, 0 to 10; no clock runs
    READY = "ready"  # the wearer takes the starting position; `left_ms` until the start
    NEUTRAL = "neutral"  # the wearer sits still, looking ahead, until the neutral is taken
    OUT = "out"  # the wearer goes out to the target; a repetition is under way or about to begin
    HOLD = "hold"  # at the target; the clock runs while the angle is inside the band
    BACK = "back"  # the wearer comes back; the repetition counts at neutral
    REST = "rest"  # between two sets or sides; `left_ms` until the next
    PAUSED = "paused"  # by the wearer; every clock stands
    LOST = "lost"  # no valid angle arrives; every clock stands, nothing counts
    REPS_DONE = "reps_done"  # the session asks for the number of repetitions that no sensor counted
    PAIN_AFTER = "pain_after"  # the session asks for the pain again; the answer is optional
    SAFETY = "safety"  # stopped by pain or "I feel unwell": the safety page is shown, the programme is on hold
    DONE = "done"  # over; `Session.result` is complete


class Cue(StrEnum):
    """A cue for the wearer. Each comment names the `values` of its `Told`; angles in 0.01 degrees."""

    GET_READY = "get_ready"  # movement
    HOLD_STILL = "hold_still"  # movement: sit still and look ahead, for the neutral
    GO_OUT = "go_out"  # rep: number of this repetition, from 1
    TARGET = "target"  # the target is reached, the hold begins
    HOLD_DONE = "hold_done"  # held_ms
    COME_BACK = "come_back"
    OUT_OF_BAND = "out_of_band"  # the hold's clock stands
    COUNTED = "counted"  # rep, peak_cdeg, duration_ms
    SHORT = "short"  # peak_cdeg: counted, and short of the target; never a reason to push
    NOT_COUNTED = "not_counted"  # fault: too_small, other_way, too_fast, too_long, not_seen
    COMPENSATED = "compensated"  # the head also moved in another direction
    TRUNK_MOVED = "trunk_moved"
    TOO_FAST = "too_fast"
    SET_DONE = "set_done"  # set, sets
    LOST = "lost"  # no angles arrive; why: link, not_worn, uncalibrated
    BACK_AGAIN = "back_again"  # angles arrive again
    STUCK = "stuck"  # the session finds no neutral: sit as at the start
    PAIN_MODERATE = "pain_moderate"  # pain 4 or 5: do less, as agreed
    PAIN_ROSE = "pain_rose"  # before, after
    STOPPED_PAIN = "stopped_pain"  # pain
    STOPPED_UNWELL = "stopped_unwell"
    STOP_TAKEN_BACK = "stop_taken_back"  # a mis-tap
    SESSION_DONE = "session_done"


# Buzz pattern of each cue (wire ENUMS "pattern"); the clip does not buzz for a cue without an entry.
PATTERNS = {
    Cue.GO_OUT: "pace_out",
    Cue.COME_BACK: "pace_back",
    Cue.HOLD_DONE: "hold_done",
    Cue.SET_DONE: "set_done",
    Cue.SESSION_DONE: "session_done",
    Cue.COMPENSATED: "easy",
    Cue.TRUNK_MOVED: "easy",
    Cue.TOO_FAST: "easy",
    Cue.OUT_OF_BAND: "easy",
}
QUIET_PATTERN = "session"  # no buzz; holds the clip's own nudges back for another minute
QUIET_EVERY_MS = 20_000


@dataclass(frozen=True)
class Told:
    """One cue and its values."""

    cue: Cue
    values: dict[str, int | str] = field(default_factory=dict[str, int | str])


@dataclass(frozen=True)
class View:
    """A session as a page shows it at one moment. Angles: degrees in the movement's direction.

    `source` (sensed, partly, self_reported) and `limits` say how reliable the result is; pages show them with it.
    """

    phase: Phase = Phase.PAIN_BEFORE
    exercise_id: str = ""
    name: str = ""
    movement: str = ""  # of this moment, such as "rotation_left"; "" when only a timer runs
    side: str = ""  # left or right, where the movement does not say it
    source: str = "self_reported"
    limits: str = ""
    judged: bool = False  # True: the sensor counts; False: the timer
    angle_deg: float | None = None  # None: not known
    target_deg: float | None = None
    band_deg: tuple[float, float] | None = None  # a hold's clock runs inside this band
    inside: bool = False
    reps_done: int = 0  # of the whole session
    reps_judged: int = 0  # of these, counted by the sensor
    reps_prescribed: int = 0
    set_number: int = 1
    sets: int = 1
    left_ms: int = 0  # of the hold, the rest or the start, whichever runs
    hold_ms: int = 0  # prescribed, 0: no hold
    told: tuple[Told, ...] = ()  # the latest cues, all of one moment
    pain_before: int | None = None
    pain_after: int | None = None
    lost_why: str = ""  # link, not_worn, uncalibrated; "" unless LOST
