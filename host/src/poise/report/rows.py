"""A report's rows (name, value): exercises, and missing data and faults. Pure."""

from ..coach.adherence import SOURCES
from ..coach.reminders.choice import How
from ..insight.adherence import Total
from ..language import formats, ngettext
from ..words import records as record_words
from ..words import reminders as reminder_words
from ..words import report as words
from .model import Report


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
        return [[words.PRESCRIBED, words.NONE]]
    rows = [[words.PRESCRIBED, _times(found.prescribed)]]
    if found.prescribed:
        told = words.DONE_SHARE.format(
            times=_times(found.done), share=share(found.done / found.prescribed)
        )
        rows += [
            [words.DONE, told],
            *([f"  {words.SOURCES[key]}", str(getattr(found, key))] for key in SOURCES),
        ]
    if found.excused:
        rows.append([words.EXCUSED, str(found.excused)])
    return rows


def _reminders(report: Report) -> list[list[str]]:
    found = report.reminders
    chosen = found.choice.how is not How.PLANNED
    choice = [[words.CHOICE, reminder_words.in_words(found.choice)]] if chosen else []
    if not found.shown:
        return [[words.REMINDERS, words.NONE], *choice]
    tapped = {name: found.answers[key] for key, name in words.ANSWERS.items()}
    return [*_counted(words.REMINDERS, tapped), *choice]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{record_words.CODES.get(name, name)} {count}".replace(" ", "\N{NO-BREAK SPACE}")
        for name, count in sorted(counts.items())
    )


def _counted(name: str, counts: dict[str, int]) -> list[list[str]]:
    """Return the sum, and below it a row without a value that lists its parts."""
    if not counts:
        return [[name, words.NONE]]
    return [[name, str(sum(counts.values()))], [f"  {_listed(counts)}", ""]]


def quality(report: Report) -> list[list[str]]:
    """Return the rows of missing data and faults."""
    found = report.quality
    taken = found.calibrations.get("accepted", 0)
    refused = sum(found.calibrations.values()) - taken
    rows = [
        *_counted(words.LOST, found.gap_reasons),
        [words.UNTIMED, str(found.untimed_min) if found.untimed_min else words.NONE],
        [words.CLOCK, _clock(found.clock_uncertainty_ms)],
        *_counted(words.FAULTS, found.faults),
        *_counted(words.STARTS, found.restarts),
        [words.POSITIONS, _positions(taken, refused)],
    ]
    if found.wrong_times:
        rows.append([words.WRONG_TIMES, words.WRONG_TIMES_COUNT.format(found.wrong_times)])
    if found.crashes:
        rows.append([words.CRASHES, str(found.crashes)])
    if report.site == "head" and report.nods:
        rows.append([words.NODS, str(report.nods)])
    return rows


def _positions(taken: int, refused: int) -> str:
    return words.POSITIONS_REFUSED.format(taken=taken, refused=refused) if refused else str(taken)


def _times(count: int) -> str:
    return ngettext("{count} time", "{count} times", count).format(count=count)


def _clock(uncertainty_ms: int | None) -> str:
    if uncertainty_ms is None:
        return "–"
    return (
        f"{uncertainty_ms} ms"
        if uncertainty_ms < 1000
        else f"{formats.number(uncertainty_ms / 1000, 1)} s"
    )
