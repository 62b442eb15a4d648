"""What an exercise session tells its wearer, as data: phases, cues, and what a view shows. No wording here.

The words are in `words/session.py` (terminal) and `words/strings.py`; the buzzes in `PATTERNS`.
"""

from dataclasses import dataclass, field
from enum import StrEnum


class Phase(StrEnum):
    """Where a session stands."""

    PAIN_BEFORE = "pain_before"  # the pain is asked, 0 to 10; nothing runs and nothing is counted
    READY = "ready"  # the wearer takes the starting position; `left_ms` until it begins
    NEUTRAL = "neutral"  # the wearer sits still, looking ahead: the clip's angles get their start
    OUT = "out"  # asked to go out to the target; a repetition is under way or about to be
    HOLD = "hold"  # at the target; the clock runs while the angle is inside the band
    BACK = "back"  # asked to come back; the repetition counts once neutral is reached
    REST = "rest"  # between two sets or sides; `left_ms` until it goes on
    PAUSED = "paused"  # by the wearer; every clock stands
    LOST = "lost"  # no believable angle comes; every clock stands, nothing is counted
    REPS_DONE = "reps_done"  # of what no sensor saw: asked how many were done
    PAIN_AFTER = "pain_after"  # the pain is asked again; it may be left out
    SAFETY = "safety"  # stopped by pain or "I feel unwell": the safety page is shown, the programme is on hold
    DONE = "done"  # over; `Session.result` is whole


class Cue(StrEnum):
    """Something to say now. `values` of a `Told` are named in each comment; angles in 0.01 degrees."""

    GET_READY = "get_ready"  # movement
    HOLD_STILL = "hold_still"  # movement: look ahead, for the start
    GO_OUT = "go_out"  # rep: the number of this one, from 1
    TARGET = "target"  # the target is reached, the hold begins
    HOLD_DONE = "hold_done"  # held_ms
    COME_BACK = "come_back"
    OUT_OF_BAND = "out_of_band"  # the hold's clock stands
    COUNTED = "counted"  # rep, peak_cdeg, duration_ms
    SHORT = "short"  # peak_cdeg: counted, and short of the target; never a reason to push
    NOT_COUNTED = "not_counted"  # fault: too_small, too_fast, too_long, not_seen
    COMPENSATED = "compensated"  # another direction went along
    TRUNK_MOVED = "trunk_moved"
    TOO_FAST = "too_fast"
    SET_DONE = "set_done"  # set, sets
    LOST = "lost"  # no angles come; why: link, not_worn, no_zero
    BACK_AGAIN = "back_again"  # they come again
    STUCK = "stuck"  # no neutral is found: sit as at the start
    PAIN_MODERATE = "pain_moderate"  # pain 4 or 5: do less, as agreed
    PAIN_ROSE = "pain_rose"  # before, after
    STOPPED_PAIN = "stopped_pain"  # pain
    STOPPED_UNWELL = "stopped_unwell"
    STOP_TAKEN_BACK = "stop_taken_back"  # a mis-tap
    SESSION_DONE = "session_done"


# What the clip buzzes at a cue (wire ENUMS "pattern"); of one without an entry nothing is felt.
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
QUIET_PATTERN = "session"  # not felt; keeps the clip's own nudges back for another minute
QUIET_EVERY_MS = 20_000


@dataclass(frozen=True)
class Told:
    """One cue and its values."""

    cue: Cue
    values: dict[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """A session as a page shows it: one moment, never changed. Angles: degrees in the movement's direction.

    `standing` and `limits` say what the result is worth (sensed, partly, self_reported) and are shown with it.
    """

    phase: Phase = Phase.PAIN_BEFORE
    exercise_id: str = ""
    name: str = ""
    movement: str = ""  # of this moment, such as "rotation_left"; "" when only a timer runs
    standing: str = "self_reported"
    limits: str = ""
    judged: bool = False  # the sensor counts; else the timer does
    angle_deg: float | None = None  # None: not known
    target_deg: float | None = None
    band_deg: tuple[float, float] | None = None  # inside it a hold's clock runs
    inside: bool = False
    reps_done: int = 0  # of the whole session
    reps_prescribed: int = 0
    set_number: int = 1
    sets: int = 1
    left_ms: int = 0  # of the hold, the rest or the start, whichever runs
    hold_ms: int = 0  # prescribed, 0: no hold
    told: tuple[Told, ...] = ()  # the last ones: what is told at one moment belongs together
    pain_before: int | None = None
    pain_after: int | None = None
    lost_why: str = ""  # link, not_worn, no_zero; "" unless LOST
