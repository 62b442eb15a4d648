"""When an exercise is due on its days: at given times, spread over some hours, or as needed. Pure."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from ...language import _, formats, ngettext
from .check import Checker, as_list
from .toml_lines import Path

MAX_TIMES_A_DAY = 6
MIN_APART_MIN = 30
_ROUND_MIN = 5  # moments that Poise spreads itself fall on these minutes
KEYS = frozenset({"times", "anchors", "times_a_day", "between", "as_needed"})


@dataclass(frozen=True)
class Anchor:
    """A time of day and the habit it belongs to, such as "after breakfast"; "" without a habit."""

    time: dt.time
    habit: str


@dataclass(frozen=True)
class Times:
    """When on its days an exercise is due.

    `anchors`: its moments, in order; none for `as_needed`, which nothing reminds of and no count expects.
    `between`: the hours over which Poise spread the moments; None: the plan gives each of them.
    """

    anchors: tuple[Anchor, ...]
    between: tuple[dt.time, dt.time] | None = None
    as_needed: bool = False

    @property
    def told(self) -> str:
        """The times in words, as in "at 08:00 (after breakfast), 19:30" or "3 times a day from 08:00 to 20:00"."""
        if self.as_needed:
            return _("as needed")
        if self.between:
            first, last = map(formats.time, self.between)
            text = ngettext(
                "{count} time a day from {first} to {last}",
                "{count} times a day from {first} to {last}",
                len(self.anchors),
            )
            return text.format(count=len(self.anchors), first=first, last=last)
        return _("at {times}").format(times=", ".join(map(anchor_told, self.anchors)))


def anchor_told(anchor: Anchor) -> str:
    """Return a moment in words, as in "08:00 (after breakfast)"."""
    habit = f" ({anchor.habit})" if anchor.habit else ""
    return f"{formats.time(anchor.time)}{habit}"


def read(check: Checker, at: Path, data: Mapping[str, Any]) -> Times:
    """Read and check the times of one exercise."""
    data = dict(data)
    if check.boolean(at, data, "as_needed", default=False):
        for key in ("times", "anchors", "times_a_day"):
            if key in data:
                check.fault((*at, key), _("cannot stand beside `as_needed`; leave one of them out"))
        return Times((), as_needed=True)
    if "times_a_day" in data:
        return _spread(check, at, data)
    if "between" in data:
        check.fault((*at, "between"), _("needs `times_a_day`"))
    return Times(_anchors(check, at, data))


def spread(count: int, first: dt.time, last: dt.time) -> tuple[Anchor, ...]:
    """Return `count` moments spread evenly from `first` to `last`, each in the middle of its part."""
    begin, length = minutes(first), minutes(last) - minutes(first)
    found: list[Anchor] = []
    for place in range(count):
        at = begin + (2 * place + 1) * length // (2 * count)
        at = at // _ROUND_MIN * _ROUND_MIN
        found.append(Anchor(dt.time(at // 60, at % 60), ""))
    return tuple(found)


def _spread(check: Checker, at: Path, data: dict[str, Any]) -> Times:
    for key in ("times", "anchors"):
        if key in data:
            what = _("cannot stand beside `times_a_day`; leave one of them out")
            check.fault((*at, key), what)
    count = check.integer(at, data, "times_a_day", 1, MAX_TIMES_A_DAY)
    hours = check.times(at, data, "between", default=["08:00", "20:00"])
    if len(hours) != 2 or hours[0] >= hours[1]:
        what = _('must be two times, the earlier one first, such as ["08:00", "20:00"]')
        check.fault((*at, "between"), what)
        return Times(())
    count = min(max(count, 1), MAX_TIMES_A_DAY)
    found = spread(count, *hours)
    if any(minutes(b.time) - minutes(a.time) < MIN_APART_MIN for a, b in pairwise(found)):
        what = _("{count} times are less than {least} min apart in these hours")
        check.fault((*at, "between"), what.format(count=count, least=MIN_APART_MIN))
    return Times(found, between=(hours[0], hours[1]))


def _anchors(check: Checker, at: Path, data: dict[str, Any]) -> tuple[Anchor, ...]:
    found = [Anchor(time, "") for time in check.times(at, data, "times", default=[])]
    listed = data.get("anchors", [])
    tables = as_list(listed)
    for item in [listed] if tables is None else tables:
        anchor = check.table((*at, "anchors"), item)
        check.known((*at, "anchors"), anchor, {"habit", "time"})
        time = check.time((*at, "anchors"), anchor.get("time"))
        found.append(Anchor(time, check.text((*at, "anchors"), anchor, "habit", 60)))
    if not found and not check.has_fault((*at, "times")):
        check.fault(
            (*at, "times"),
            _('missing; give times of day, such as times = ["08:00"], or anchors'),
        )
    if len(found) > MAX_TIMES_A_DAY:
        check.fault(
            (*at, "times"),
            _("{count} times a day are more than {most}; allowed are 1 to {most}").format(
                count=len(found), most=MAX_TIMES_A_DAY
            ),
        )
    found.sort(key=lambda anchor: anchor.time)
    for a, b in pairwise(found):
        if minutes(b.time) - minutes(a.time) < MIN_APART_MIN:
            check.fault(
                (*at, "times"),
                _("{one} and {other} are less than {least} min apart").format(
                    one=f"{a.time:%H:%M}", other=f"{b.time:%H:%M}", least=MIN_APART_MIN
                ),
            )
    return tuple(found)


def minutes(time: dt.time) -> int:
    """Return the minutes since midnight."""
    return time.hour * 60 + time.minute
