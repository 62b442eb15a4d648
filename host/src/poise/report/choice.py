"""The period of a report: the days asked for, else since the last visit, else the last 28 days."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ..coach.plan.plan import Plan
from ..errors import PoiseError, Reason
from ..history.changes import last_visit
from ..language import _
from ..store import Store
from ..store.diary import DiaryRow
from ..store.minutes import Extent
from ..timebase.calendar import local_date, local_zone
from ..timebase.period import DEFAULT_DAYS, LONGEST_DAYS, Period


@dataclass(frozen=True)
class Recorded:
    """What there is of a patient, of any time: days with a minute of the clip, and with an entry in the diary."""

    extent: Extent
    entries: Sequence[DiaryRow]
    zone: dt.tzinfo

    @property
    def clip_days(self) -> list[dt.date]:
        """First and last day with a minute of the clip; [] without one."""
        found = (self.extent.first_utc_ms, self.extent.last_utc_ms)
        # The store keeps a minute's end, so the minute that ends at midnight belongs to the day before.
        return [local_date(at - 1, self.zone) for at in found if at is not None]

    @property
    def days(self) -> list[dt.date]:
        """The days that bound everything recorded, in order; [] without anything."""
        return sorted(self.clip_days + [row.day for row in (*self.entries[:1], *self.entries[-1:])])

    @property
    def diary_until(self) -> dt.date | None:
        """Last day with an entry in the diary; None without one."""
        return self.entries[-1].day if self.entries else None


def recorded(store: Store, clip_id: str | None, plan: Plan | None, now_utc_ms: int) -> Recorded:
    """Return what there is up to now, in the plan's time zone, else in this machine's."""
    zone = plan.timezone if plan else local_zone()
    extent = store.minutes.extent(clip_id) if clip_id else Extent(None, None, 0)
    entries = store.diary.days(dt.date(2000, 1, 1), local_date(now_utc_ms, zone))
    return Recorded(extent, entries, zone)


def chosen_period(
    store: Store, there: Recorded, first: dt.date | None, last: dt.date | None
) -> tuple[Period, bool]:
    """Return the period, and whether it begins with the last visit.

    Without `last` it ends with the last recorded day. Without `first` it begins with the last visit before its end,
    else 28 days before, but not before the first recorded day. Raises PoiseError NO_DATA, BAD_INPUT.
    """
    if not there.days and (first is None or last is None):
        raise PoiseError(
            Reason.NO_DATA,
            _("nothing is logged yet, neither a minute of the clip nor a day of the diary"),
            _("Run `poise wear` or `poise download` first, or write the diary: `poise diary add`."),
        )
    last = last or there.days[-1]
    visit = last_visit(store, last) if first is None else None
    if first is None:
        begin = visit or max(there.days[0], last - dt.timedelta(DEFAULT_DAYS - 1))
        first = min(max(begin, last - dt.timedelta(LONGEST_DAYS - 1)), last)
    period = Period(first, last, there.zone)
    if period.days < 1:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("the period ends ({last}) before it begins ({first})").format(last=last, first=first),
            _("Swap --from and --to."),
        )
    if period.days > LONGEST_DAYS:
        what = _("the period is longer than ten years")
        raise PoiseError(Reason.BAD_INPUT, what, _("Choose less."))
    return period, visit is not None and visit == period.first


def nothing(there: Recorded, period: Period) -> PoiseError:
    """Return the error for a period in which nothing was logged."""
    where = _(
        "The store has no minute at all. The clip logs one after each minute: run `poise wear`, "
        "or `poise download` once it has been worn."
    )
    if there.days:
        where = _("The store has data from {first} to {last}.").format(
            first=there.days[0], last=there.days[-1]
        )
    return PoiseError(
        Reason.NO_DATA,
        _("nothing was logged from {first} to {last}").format(first=period.first, last=period.last),
        where,
    )
