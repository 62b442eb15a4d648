"""Result of a session, and the fields of `store.sessions.SessionRow` made from it. Pure."""

from dataclasses import dataclass, field
from typing import Any

from ..plan.prescription import Prescription


@dataclass
class Result:
    """Repetitions and answers of a session. `reps`: a dict each, with movement, set, timed, and the figures.

    A judged repetition: peak_cdeg, duration_ms, out_ms, top_ms, back_ms, compensation_permille, faults (names);
    with a hold held_ms and interruptions. `not_counted`: the same with `why` (too_small, other_way, too_fast, too_long,
    not_seen).
    """

    outcome: str = "partly"
    pain_before: int | None = None
    pain_after: int | None = None
    reps: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    not_counted: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    reps_done: int = 0
    reported: bool = False  # the wearer gave the number
    lost: int = 0  # times that angles stopped arriving
    dropped: int = 0  # repetitions interrupted by that
    smoothness: dict[str, dict[str, int]] = field(
        default_factory=dict[str, dict[str, int]]
    )  # by movement
    # mis-tapped stops: reason, pain
    taken_back: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])

    @property
    def worth_keeping(self) -> bool:
        """True if the wearer did something, or a stop ended the session."""
        tried = self.reps or self.not_counted or self.reps_done
        return bool(tried) or self.outcome.startswith("stopped")

    def hold_done_s(self) -> int:
        """Return the mean hold of the repetitions that count, seconds."""
        held = [one["held_ms"] for one in self.reps if "held_ms" in one]
        return round(sum(held) / len(held) / 1_000) if held else 0


def row_fields(
    prescription: Prescription,
    result: Result,
    source: str,
    limits: str,
    times: tuple[int, int],
    via: str,
) -> dict[str, Any]:
    """Return the fields of a SessionRow without its number. `times`: UTC milliseconds of the start and the end.

    `detail` has: reps, not_counted, smoothness (by movement), lost, dropped, reported, limits, target_deg, level, and
    taken_back after a stop that was taken back.
    """
    taken_back = {"taken_back": result.taken_back} if result.taken_back else {}
    return {
        "plan_id": prescription.plan_id,
        "exercise_id": prescription.exercise_id,
        "started_utc_ms": times[0],
        "ended_utc_ms": times[1],
        "source": source,
        "site": prescription.site,
        "outcome": result.outcome,
        "reps_prescribed": prescription.reps_prescribed,
        "reps_done": result.reps_done,
        "hold_prescribed_s": prescription.hold_s,
        "hold_done_s": result.hold_done_s(),
        "pain_before": result.pain_before,
        "pain_after": result.pain_after,
        "via": via,
        "entered_utc_ms": times[1],
        "detail": {
            "reps": result.reps,
            "not_counted": result.not_counted,
            "smoothness": result.smoothness,
            "lost": result.lost,
            "dropped": result.dropped,
            "reported": result.reported,
            "limits": limits,
            "target_deg": prescription.target_deg,
            "level": prescription.level,
            **taken_back,
        },
    }
