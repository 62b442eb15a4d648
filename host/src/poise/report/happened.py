"""What happened in a report's period, in words: visits, treatments, plans and stops by day. Pure."""

import datetime as dt
from dataclasses import dataclass

from ..coach import diary
from ..history.changes import PlanChange, Stop, Treatment
from ..language import _, formats
from ..words import report as words
from .model import Report


@dataclass(frozen=True)
class Event:
    """Something that happened. `day`: its day or days, as text. `lasts`: a stop that nobody has ended."""

    at: dt.date
    day: str
    text: str
    who: str
    lasts: bool = False


def happened(report: Report) -> list[Event]:
    """Return everything that happened in the period, oldest first."""
    found = report.changes
    return sorted(
        [
            *map(_treatment, found.treatments),
            *map(_plan, found.plans),
            *map(_stop, found.stops),
        ],
        key=lambda event: event.at,
    )


def foremost(events: list[Event], most: int) -> list[Event]:
    """Return up to `most` of the events in their order: those that last, and the newest of the others."""
    ranked = sorted(events, key=lambda event: (event.lasts, event.at), reverse=True)[:most]
    return [event for event in events if event in ranked]


def _treatment(found: Treatment) -> Event:
    day = (
        formats.short_date(found.first)
        if found.first == found.last
        else formats.span(found.first, found.last)
    )
    kind = _(diary.TREATMENTS.get(found.kind, found.kind))
    text = words.HAPPENED_TEXT.format(what=kind, text=found.text) if found.text else kind
    return Event(found.first, day, text, "")


def _plan(found: PlanChange) -> Event:
    text = words.PLAN_CHANGED if found.version is None else words.PLAN_CHANGED_VERSION
    told = text.format(mark=found.mark, version=found.version)
    return Event(found.day, formats.short_date(found.day), told, found.who)


def _stop(found: Stop) -> Event:
    text = words.STOPS.get(found.reason, found.reason)
    if found.detail:
        text = words.STOP_WITH.format(stop=text, detail=found.detail)
    if found.cleared is None:
        told = words.STOP_OPEN.format(stop=text)
    else:
        day = formats.short_date(found.cleared)
        told = words.STOP_ENDED.format(stop=text, day=day, who=found.cleared_by)
    return Event(
        at=found.day,
        day=formats.short_date(found.day),
        text=told,
        who=found.cleared_by or "",
        lasts=found.cleared is None,
    )
