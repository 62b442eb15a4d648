"""Mutable state of an exercise session: current block, repetition count, queued cues. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...language import N_
from ...sensing.judge import Judge
from ..plan.prescription import Block, Prescription
from .cues import Cue, Phase, Told
from .result import Result


@dataclass(frozen=True)
class Pace:
    """Times of the guidance, milliseconds; all design choices [D]."""

    ready: int = 5_000
    out: int = 3_000  # timed movements: the way out, and the way back
    between: int = 1_200  # from one repetition to the call for the next
    stay: int = 1_500  # no further for this time: the repetition's far end
    reached: int = 400  # the same, from nine tenths of the way to the target on
    rest: int = 30_000  # between sets
    side: int = 8_000  # from one movement to the other
    outside: int = 700  # out of the band, until the cue
    stuck: int = 15_000  # without a neutral, until the cue


@dataclass
class SessionState:
    """State that the phases, the watch over the angles and the wearer's answers change. `started` makes one."""

    prescription: Prescription
    pace: Pace
    blocks: tuple[Block, ...]
    phase: Phase = Phase.PAIN_BEFORE
    in_phase_ms: int = 0
    result: Result = field(default_factory=Result)
    hold_reason: str = ""  # why the programme goes on hold ("pain", "unwell"); "" until then
    stopped_in: tuple[Phase, int, str] = (
        Phase.PAIN_BEFORE,
        0,
        "partly",
    )  # phase, ms in it, outcome
    resumes_at: Phase = Phase.READY  # after PAUSED or LOST
    place: int = 0  # of the present set in `blocks`
    rep: int = 0  # repetitions done in this set
    judge: Judge | None = None  # of the present set; None: timed
    # the repetition under way
    holding_ms: int = 0  # by the timer
    outside_ms: int = 0  # out of the hold's band
    waits: bool = False  # between two repetitions
    furthest_cdeg: int = 0
    no_further_ms: int = 0
    mid_hold: bool = False  # a hold was under way when the angles were lost: its clock goes on
    # the angles
    t_ms: int | None = None  # of the last step
    frame_ms: int | None = None  # of the last believable frame
    lost_why: str = ""  # link, not_worn, uncalibrated; "" unless LOST
    # the cues
    told: list[Told] = field(default_factory=list[Told])  # queued for the end of this step
    last: tuple[Told, ...] = ()  # the latest cues, all of one moment

    @property
    def source(self) -> str:
        """Source of the result: sensed, partly, self_reported."""
        found = {each.source for each in self.blocks}
        return found.pop() if len(found) == 1 else "partly"

    @property
    def block(self) -> Block:
        """The set under way, or the last one."""
        return self.blocks[min(self.place, len(self.blocks) - 1)]

    @property
    def over(self) -> bool:
        """True if the session asks and counts nothing more."""
        return self.phase in (Phase.DONE, Phase.SAFETY)

    @property
    def active(self) -> bool:
        """True if the exercise itself is under way, or paused."""
        asked = (Phase.PAIN_BEFORE, Phase.REPS_DONE, Phase.PAIN_AFTER)
        return not self.over and self.phase not in asked

    @property
    def reps_judged(self) -> int:
        """Repetitions that the sensor counted."""
        return sum(1 for one in self.result.reps if not one["timed"])

    @property
    def reps_done(self) -> int:
        """Repetitions done so far in the whole session."""
        return max(self.result.reps_done, len(self.result.reps))

    def go(self, phase: Phase) -> None:
        """Enter a phase, and start its clock."""
        self.phase = phase
        self.in_phase_ms = 0

    def say(self, cue: Cue, **values: int | str) -> None:
        """Queue a cue."""
        self.told.append(Told(cue, values))

    def flush(self, more: Iterable[Told] = ()) -> list[Told]:
        """Return the queued cues and `more`, and empty the queue."""
        told, self.told = [*self.told, *more], []
        if told:
            self.last = tuple(told)
        return told

    def rest_ms(self) -> int:
        """Return the length of the present rest, milliseconds."""
        same = self.blocks[self.place].set_number == self.blocks[self.place - 1].set_number
        return self.pace.side if same else self.prescription.rest_s * 1_000 or self.pace.rest


def timed(block: Block) -> Block:
    """Return the set as the timer guides it."""
    limits = N_("timed: no clip is connected") if block.movement else block.limits
    return replace(block, judged=None, source="self_reported", limits=limits)


def started(prescription: Prescription, *, angles: bool, pace: Pace) -> SessionState:
    """Return the state at the start. Without `angles` (no clip) every set is timed."""
    blocks = prescription.blocks if angles else tuple(timed(each) for each in prescription.blocks)
    phase = Phase.READY if prescription.for_reference else Phase.PAIN_BEFORE
    return SessionState(prescription, pace, blocks, phase, stopped_in=(phase, 0, "partly"))
