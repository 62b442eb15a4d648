"""A report's rows (name, value): exercises, and missing data and faults. Pure."""

from ..coach.adherence import SOURCES
from ..coach.reminders.choice import How
from ..insight.adherence import Total
from ..words.reminders import in_words
from .model import Report

_SOURCES = {"sensed": "sensed", "partly": "partly sensed", "self_reported": "self-reported"}
_ANSWERS = {"done": "tapped done", "snoozed": "snoozed", "skipped": "skipped", "open": "no answer"}


def share(part: float | None) -> str:
    """Return a part of 1 in whole percent; "<1 %" for a small one, "–" for None."""
    if part is None:
        return "–"
    if 0 < part < 0.01:
        return "<1 %"
    return f"{part:.0%}".replace("%", " %")


def exercises(report: Report) -> list[list[str]]:
    """Return the rows of exercises prescribed and done, by source, and of reminders."""
    return [*_done(report.exercises), *_reminders(report)]


def _done(found: Total | None) -> list[list[str]]:
    if found is None or not (found.prescribed or found.excused):
        return [["Exercises prescribed", "none"]]
    rows = [["Exercises prescribed", f"{found.prescribed} times"]]
    if found.prescribed:
        told = f"{found.done} times ({share(found.done / found.prescribed)})"
        rows += [
            ["Done", told],
            *([f"  {_SOURCES[key]}", str(getattr(found, key))] for key in SOURCES),
        ]
    if found.excused:
        rows.append(["Days ill, away or stopped, left out", str(found.excused)])
    return rows


def _reminders(report: Report) -> list[list[str]]:
    found = report.reminders
    chosen = found.choice.how is not How.PLANNED
    choice = [["Reminders, as the patient chose", in_words(found.choice)]] if chosen else []
    if not found.shown:
        return [["Reminders shown", "none"], *choice]
    tapped = {name: found.answers[key] for key, name in _ANSWERS.items()}
    return [*_counted("Reminders shown", tapped), *choice]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{name} {count}".replace("_", " ").replace(" ", "\N{NO-BREAK SPACE}")
        for name, count in sorted(counts.items())
    )


def _counted(name: str, counts: dict[str, int]) -> list[list[str]]:
    """Return the sum, and below it a row without a value that lists its parts."""
    if not counts:
        return [[name, "none"]]
    return [[name, str(sum(counts.values()))], [f"  {_listed(counts)}", ""]]


def quality(report: Report) -> list[list[str]]:
    """Return the rows of missing data and faults."""
    found = report.quality
    taken = found.calibrations.get("accepted", 0)
    refused = sum(found.calibrations.values()) - taken
    rows = [
        *_counted("Records lost", found.gap_reasons),
        ["Minutes without a known time", str(found.untimed_min) if found.untimed_min else "none"],
        ["Clock known to within", _clock(found.clock_uncertainty_ms)],
        *_counted("Sensor and storage faults", found.faults),
        *_counted("Starts of the clip", found.restarts),
        ["Start positions taken", f"{taken}, refused {refused}" if refused else str(taken)],
    ]
    if found.wrong_times:
        rows.append(["Wrong times given to the clip", f"{found.wrong_times}, not used"])
    if found.crashes:
        rows.append(["Firmware crashes", str(found.crashes)])
    if report.site == "head" and report.nods:
        rows.append(["Nods felt by the sensor", str(report.nods)])
    return rows


def _clock(uncertainty_ms: int | None) -> str:
    if uncertainty_ms is None:
        return "–"
    return f"{uncertainty_ms} ms" if uncertainty_ms < 1000 else f"{uncertainty_ms / 1000:.1f} s"
