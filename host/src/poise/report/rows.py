"""A report's rows of names and values: exercises, reminders, missing data and faults. Pure."""

from ..coach.adherence import SOURCES
from ..coach.reminders.choice import How
from ..insight.adherence import Total
from ..language import formats, ngettext
from ..words import records as record_words
from ..words import reminders as reminder_words
from ..words import report as words
from .blocks import Block, cell, row
from .figures import share
from .model import Reminders, Report


def done(found: Total | None) -> list[Block]:
    """Return the rows of exercises prescribed and done, by source."""
    if found is None or not (found.prescribed or found.excused):
        return [row(words.PRESCRIBED, words.NONE)]
    rows = [row(words.PRESCRIBED, _times(found.prescribed))]
    if found.prescribed:
        told = words.DONE_SHARE.format(
            times=_times(found.done), share=share(found.done / found.prescribed)
        )
        rows += [
            row(words.DONE, told),
            *(row(words.SOURCES[key], str(getattr(found, key)), sub=True) for key in SOURCES),
        ]
    if found.excused:
        rows.append(row(words.EXCUSED, str(found.excused)))
    return rows


def reminders(found: Reminders) -> list[Block]:
    """Return the rows of reminders shown, and how the patient wants them."""
    chosen = found.choice.how is not How.PLANNED
    choice = [row(words.CHOICE, reminder_words.in_words(found.choice))] if chosen else []
    if not found.shown:
        return [row(words.REMINDERS, words.NONE), *choice]
    tapped = {name: found.answers[key] for key, name in words.ANSWERS.items()}
    return [*_counted(words.REMINDERS, tapped), *choice]


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(
        f"{record_words.CODES.get(name, name)} {count}".replace(" ", "\N{NO-BREAK SPACE}")
        for name, count in sorted(counts.items())
    )


def _counted(name: str, counts: dict[str, int]) -> list[Block]:
    """Return the row of a sum, with its parts below its name."""
    if not counts:
        return [row(name, words.NONE)]
    return [row(cell(name, _listed(counts)), str(sum(counts.values())))]


def quality(report: Report) -> list[Block]:
    """Return the rows of missing data and faults."""
    found = report.quality
    taken = found.calibrations.get("accepted", 0)
    refused = sum(found.calibrations.values()) - taken
    rows = [
        *_counted(words.LOST, found.gap_reasons),
        row(words.UNTIMED, str(found.untimed_min) if found.untimed_min else words.NONE),
        row(words.CLOCK, _clock(found.clock_uncertainty_ms)),
        *_counted(words.FAULTS, found.faults),
        *_counted(words.STARTS, found.restarts),
        row(words.POSITIONS, _positions(taken, refused)),
    ]
    if found.wrong_times:
        rows.append(row(words.WRONG_TIMES, words.WRONG_TIMES_COUNT.format(found.wrong_times)))
    if found.crashes:
        rows.append(row(words.CRASHES, str(found.crashes)))
    if report.site == "head" and report.nods:
        rows.append(row(words.NODS, str(report.nods)))
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
