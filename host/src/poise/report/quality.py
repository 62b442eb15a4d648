"""Missing data and faults of a report's period, as the clip and the store noted them."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ..store.records import Event
from ..timebase.clip_clock import ClockMap

_LOOKED_AT = 200  # minutes of a boot, for the clock's uncertainty


@dataclass(frozen=True)
class Quality:
    """Missing data and faults of the period."""

    missing_records: int
    gap_reasons: dict[str, int]  # records, by the clip's reason
    restarts: dict[str, int]  # starts of the clip, by cause
    crashes: int
    faults: dict[str, int]
    calibrations: dict[str, int]  # by result
    untimed_min: int  # minutes in the store with an unknown time, of any period
    clock_uncertainty_ms: int | None  # the widest in the period
    wrong_times: int  # wrong times that hosts gave the clip; not used


def quality(
    events: list[Event], untimed_min: int, chosen: Mapping[str, np.ndarray], clock: ClockMap
) -> Quality:
    """Return the missing data and faults among these events and minutes of a period."""
    gaps: Counter[str] = Counter()
    for event in events:
        if event.kind == "gap":
            gaps[event.fields["reason"]] += event.fields["last_seq"] - event.fields["first_seq"] + 1
    return Quality(
        missing_records=gaps.total(),
        gap_reasons=dict(gaps),
        restarts=_counted(events, "boot", "cause"),
        crashes=sum(event.kind == "crash" for event in events),
        faults=_counted(events, "fault", "fault"),
        calibrations=_counted(events, "calibration", "result"),
        untimed_min=untimed_min,
        clock_uncertainty_ms=_uncertainty_ms(chosen, clock),
        wrong_times=len(clock.outliers),
    )


def _counted(events: list[Event], kind: str, field: str) -> dict[str, int]:
    return dict(Counter(event.fields[field] for event in events if event.kind == kind))


def _uncertainty_ms(chosen: Mapping[str, np.ndarray], clock: ClockMap) -> int | None:
    """Return the clock's widest uncertainty in the period, over a sample of each boot's minutes.

    The sample includes the first and the last minute of a boot, which are often the widest.
    """
    found = []
    for boot in np.unique(chosen["boot"]):
        times = np.sort(chosen["t_ms"][chosen["boot"] == boot])
        places = np.unique(np.linspace(0, len(times) - 1, _LOOKED_AT).astype(int))
        some = (clock.instant(int(boot), int(t_ms)) for t_ms in times[places])
        found += [instant.uncertainty_ms for instant in some if instant]
    return max(found, default=None)
