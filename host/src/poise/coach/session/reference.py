"""Reference repetitions recorded with the therapist, and a session at home compared with them. Pure.

One day's range is shown beside the reference, never as a change. A change takes three sessions and ten degrees
(docs/developers/exercise-judging.md). Nothing here calls a result better, worse or safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from ...errors import PoiseError, Reason
from ...language import _
from ...sensing.names import comparable_pace
from ...sensing.quality import CHANGE_CDEG, trend_cdeg
from ..plan.prescription import MIN_REFERENCE_REPS, Prescription
from .result import Result

_MEANS = ("peak_cdeg", "duration_ms", "out_ms", "top_ms", "back_ms", "compensation_permille")


def measures(prescription: Prescription, result: Result) -> dict[str, Any]:
    """Return `measures` of a `store.references` row: {"movements": {movement: figures}}.

    Figures: reps, the means of peak_cdeg, duration_ms, out_ms, top_ms, back_ms, compensation_permille, least_cdeg and
    most_cdeg of the peaks, and the speed's peaks_x10 and way_permille (sensing.quality.Smoothness).
    Raises PoiseError NO_DATA with fewer than 3 repetitions of a movement.
    """
    found = {}
    for movement in prescription.movements:
        reps = [one for one in result.reps if one["movement"] == movement and "peak_cdeg" in one]
        if len(reps) < MIN_REFERENCE_REPS:
            raise PoiseError(
                Reason.NO_DATA,
                _("{count} repetitions of {movement} were seen, {least} are needed").format(
                    count=len(reps), movement=movement, least=MIN_REFERENCE_REPS
                ),
                _(
                    "Record them again: slowly out and back, with a moment at the start between two."
                ),
            )
        peaks = [one["peak_cdeg"] for one in reps]
        smooth = result.smoothness.get(movement, {})
        found[movement] = {
            "reps": len(reps),
            **{name: round(mean(one[name] for one in reps)) for name in _MEANS},
            "least_cdeg": min(peaks),
            "most_cdeg": max(peaks),
            "peaks_x10": smooth.get("peaks_x10", 0),
            "way_permille": smooth.get("way_permille", 0),
        }
    return {"movements": found}


@dataclass(frozen=True)
class Beside:
    """One movement of a session beside its reference. Percent of the reference; None: not measured, or not comparable.

    `alike`: the range differs from the reference by less than 10 degrees, a neck's normal variation.
    """

    movement: str
    reps: int
    peak_deg: float
    reference_deg: float
    range_pct: int
    pace_pct: int
    compensation_pct: int  # movement out of the plane, in percent of the movement in the plane
    reference_compensation_pct: int
    way_pct: int | None  # length of the head's path beside the reference's; only at a similar pace

    @property
    def alike(self) -> bool:
        """True if the range differs from the reference by less than CHANGE_CDEG."""
        return abs(self.peak_deg - self.reference_deg) * 100 < CHANGE_CDEG


def beside(reference: Mapping[str, Mapping[str, Any]], result: Result) -> list[Beside]:
    """Return a session beside the reference, for each movement that both have."""
    told: list[Beside] = []
    for movement, figures in reference.items():
        reps = [one for one in result.reps if one["movement"] == movement and "peak_cdeg" in one]
        if not reps or not figures.get("peak_cdeg"):
            continue
        peak, lasted = mean(r["peak_cdeg"] for r in reps), mean(r["duration_ms"] for r in reps)
        smooth = result.smoothness.get(movement, {})
        way = smooth.get("way_permille") if _comparable(smooth, figures) else None
        told.append(
            Beside(
                movement=movement,
                reps=len(reps),
                peak_deg=peak / 100,
                reference_deg=figures["peak_cdeg"] / 100,
                range_pct=round(100 * peak / figures["peak_cdeg"]),
                pace_pct=round(100 * figures["duration_ms"] / lasted),
                compensation_pct=round(mean(r["compensation_permille"] for r in reps) / 10),
                reference_compensation_pct=round(figures["compensation_permille"] / 10),
                way_pct=round(100 * way / figures["way_permille"]) if way else None,
            )
        )
    return told


def _comparable(smooth: Mapping[str, int], figures: Mapping[str, Any]) -> bool:
    if min(smooth.get("count", 0), figures["reps"]) < MIN_REFERENCE_REPS:
        return False
    return bool(figures["way_permille"]) and comparable_pace(
        smooth["duration_ms"], figures["duration_ms"]
    )


def range_change_deg(details: Sequence[Mapping[str, Any]], movement: str) -> float | None:
    """Return the change of a movement's range over sessions, degrees; None below three sessions or ten degrees.

    `details`: `detail` of the sessions' rows, oldest first. Fast, slow and compensated repetitions are left out.
    """
    spoilt = {"too_fast", "too_long", "compensated", "trunk_moved"}
    means: list[int] = []
    for detail in details:
        peaks = [
            one["peak_cdeg"]
            for one in detail.get("reps", ())
            if one["movement"] == movement and "peak_cdeg" in one and not spoilt & {*one["faults"]}
        ]
        if peaks:
            means.append(round(mean(peaks)))
    change = trend_cdeg(means[-1_000:])
    return change / 100 if change else None
