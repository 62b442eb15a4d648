"""Trends page: exposure, exercises and diary over weeks; changes beyond error, and associations."""

import asyncio
import math
from collections.abc import Callable

from ... import language
from ...coach.diary import TREATMENTS
from ...errors import PoiseError
from ...history.overview import collect
from ...insight import association
from ...insight.diary_period import Rating
from ...insight.diary_weeks import DiaryWeek
from ...insight.exposure import CLASSES
from ...insight.overview import Overview
from ...insight.trend import Change
from ...language import _, formats
from ...words import classes as class_words
from ...words import strings
from .. import charts
from ..context import context
from ..layout import frame
from ..parts import bullets, card, drawn, el, empty, link, message, minutes, more, rows, table
from ..reportpart import for_the_doctor

_MARKED = ("visit", "injection", "new_drug")


async def page(days: int = 84) -> None:
    """Draw the page. `days`: the nearest number of strings.TRENDS_SPANS is used."""
    span = min(strings.TRENDS_SPANS, key=lambda known: abs(known - days))
    here = context()
    with frame("trends", wide=True):
        _spans(span)
        now = here.clock.utc_ms()
        try:
            with language.speaking():  # the thread knows no page
                found = await asyncio.to_thread(
                    collect, here.store, here.clip_id(), span, now, here.zone()
                )
        except PoiseError as error:
            message(error.told, "warm")
            return
        has_diary = any(math.isfinite(value) for value in found.headache)
        if not found.worn_min and not found.adherence and not has_diary:
            empty(strings.TRENDS_EMPTY, strings.TRENDS_EMPTY_DO)
            return
        with el("div", classes="grid"):
            _exposure(found)
            _adherence(found)
            _diary(found)
            _changes(found)
            with el("div", classes="stack half"):
                _together(found)
                _medicine(found)
            for_the_doctor(span)
            _eva(found)


def _spans(chosen: int) -> None:
    with el("nav", classes="row spans", aria_label=strings.TRENDS_SPAN):
        for days, words in strings.TRENDS_SPANS.items():
            here = "page" if days == chosen else None
            classes = "button primary" if here else "button"
            link(words, f"/trends?days={days}", classes, aria_current=here)


def _exposure(found: Overview) -> None:
    live = context().live
    site = strings.SITES.get(live.site if live else "unknown", strings.SITES["unknown"])
    with card(strings.TRENDS_EXPOSURE, note=strings.TRENDS_EXPOSURE_NOTE.format(site=site)):
        shares = [
            [day.class_share[name] for name in CLASSES] if day.class_share else None
            for day in found.exposure
        ]
        hours = [day.worn_min / 60 for day in found.exposure]
        label, angle_classes = strings.TRENDS_EXPOSURE_LABEL, class_words.ANGLE_CLASSES
        drawn(charts.stacked_days(found.dates, shares, hours, label), "chart long", label)
        _key([(f"f{n}", angle_classes[name]) for n, name in enumerate(CLASSES, 1)])
        if found.in_doubt_min:
            el("p", class_words.IN_DOUBT.format(time=minutes(found.in_doubt_min)), "muted")
        with more(strings.TRENDS_TABLE):
            heads = (
                strings.TRENDS_DAY,
                strings.TRENDS_WORN,
                strings.TRENDS_MEDIAN,
                strings.TRENDS_RANGE,
            )
            heads += tuple(angle_classes[name] for name in CLASSES)
            table(heads, [_day_row(found, n) for n in reversed(range(len(found.dates)))], label)


def _day_row(found: Overview, n: int) -> list[str]:
    day, date = found.exposure[n], formats.date(found.dates[n])
    if day.class_share is None or day.p50_deg is None or day.range_deg is None:
        return [date, minutes(day.worn_min), *[strings.DASH] * 8]
    shares = [f"{100 * day.class_share[name]:.0f} %" for name in CLASSES]
    return [date, minutes(day.worn_min), f"{day.p50_deg:.0f}°", f"{day.range_deg:.0f}°", *shares]


def _adherence(found: Overview) -> None:
    weeks = found.adherence
    if not weeks:
        return
    with card(strings.TRENDS_ADHERENCE, "half", strings.TRENDS_ADHERENCE_NOTE):
        label = strings.TRENDS_ADHERENCE
        done = [(week.sensed, week.partly, week.self_reported) for week in weeks]
        mondays = [week.monday for week in weeks]
        drawn(charts.weeks(mondays, done, [week.prescribed for week in weeks], label), "chart")
        words = strings.SOURCE
        _key(
            [("f5", words["sensed"]), ("f3", words["partly"]), ("f2", words["self_reported"]),
             ("fn", strings.TRENDS_PRESCRIBED_KEY)]
        )  # fmt: skip
        with more(strings.TRENDS_TABLE):
            heads = (
                strings.TRENDS_WEEK,
                strings.TRENDS_DONE,
                strings.TRENDS_PRESCRIBED,
                *words.values(),
            )
            lines = [
                [formats.short_date(w.monday), *map(str, (w.done, w.prescribed, w.sensed, w.partly, w.self_reported))]
                for w in reversed(weeks)
            ]  # fmt: skip
            table(heads, lines, label)


def _diary(found: Overview) -> None:
    told = found.diary.headache
    with card(strings.TRENDS_DIARY, "half", strings.TRENDS_DIARY_NOTE):
        if not told.logged:
            empty(strings.TRENDS_NO_DIARY, strings.TRENDS_EMPTY_DO)
            return
        treated = context().store.treatments.between(found.dates[0], found.dates[-1])
        marks = [(row.day, _(TREATMENTS[row.kind])) for row in treated if row.kind in _MARKED]
        summary = strings.TRENDS_DIARY_SUM.format(yes=told.days, told=told.logged)
        label = f"{strings.TRENDS_DIARY}. {summary}"
        drawn(charts.diary(found.dates, found.neck_nrs, found.diary_weeks, marks, label), "chart")
        _key(
            [
                ("fm", strings.TRENDS_NECK_WEEK),
                ("fd", strings.TRENDS_NECK_DAY),
                ("fw", strings.TRENDS_HEADACHE_DAY),
                ("fn", strings.TRENDS_TOLD_DAY),
            ]
        )
        el("p", summary)
        with more(strings.TRENDS_TABLE):
            lines = [_diary_week(week) for week in reversed(found.diary_weeks)]
            table(strings.TRENDS_DIARY_HEADS, lines, strings.TRENDS_DIARY)


def _diary_week(week: DiaryWeek) -> list[str]:
    days = strings.TRENDS_OF_DAYS.format(days=week.headache.days, told=week.headache.logged)
    return [
        formats.short_date(week.monday),
        _rating(week.neck_nrs),
        days if week.headache.logged else strings.DASH,
        _rating(week.headache_nrs),
    ]


def _rating(found: Rating) -> str:
    if found.median is None:
        return strings.DASH
    return strings.median_of(formats.number(found.median, 1), found.days)


def _changes(found: Overview) -> None:
    with card(strings.TRENDS_CHANGES, "half", strings.TRENDS_CHANGES_NOTE):
        rows((strings.CHANGES[name], _change(name, one)) for name, one in found.changes.items())


def _change(name: str, one: Change) -> str:
    if one.kind == "too_few" or one.difference is None or one.low is None or one.high is None:
        return strings.CHANGE_TOO_FEW
    if one.kind == "none":
        return strings.CHANGE_NONE
    words: dict[str, Callable[[float], str]] = {
        "flexed_share": lambda value: strings.POINTS.format(100 * value),
        "p50_deg": strings.DEGREES.format,
        "neck_nrs": lambda value: strings.OF_TEN.format(formats.number(value, 1)),
    }
    low, high = sorted((abs(one.low), abs(one.high)))
    told = strings.CHANGE_HIGHER if one.kind == "higher" else strings.CHANGE_LOWER
    say = words[name]
    return told.format(amount=say(abs(one.difference)), low=say(low), high=say(high))


def _together(found: Overview) -> None:
    answer = found.association
    with card(strings.TRENDS_TOGETHER, note=strings.TRENDS_TOGETHER_NOTE):
        if answer.state == "too_few":
            el("p", strings.TOGETHER_TOO_FEW.format(
                days=answer.paired_days, least=association.LEAST_PAIRED, weeks=association.LEAST_WEEKS,
                each=association.LEAST_EACH,
            ))  # fmt: skip
            return
        if answer.state == "none":
            el("p", strings.TOGETHER_NONE.format(days=answer.paired_days))
            return
        bullets(
            strings.TOGETHER_FOUND.format(
                what=strings.EXPOSURES[one.exposure], effect=one.effect, when=strings.LAGS[one.lag_days],
                low=one.low, high=one.high,
            )
            for one in answer.findings
            if one.found
        )  # fmt: skip
        el("p", strings.TOGETHER_TALK)


def _medicine(found: Overview) -> None:
    medicine = found.medication
    with card(strings.TRENDS_MEDICINE):
        if not medicine.any_days:
            el("p", strings.MEDICINE_NONE)
            return
        by_class = sorted(medicine.by_class.items(), key=lambda item: -item[1])
        rows((strings.DIARY_MEDICINES[name], strings.medicine_days(n)) for name, n in by_class)
        if medicine.share:
            el("p", strings.MEDICINE_SHARE, "message warm")


def _eva(found: Overview) -> None:
    if not found.eva_min.sum():
        return
    names = class_words.ANGLE_CLASSES
    with card(strings.TRENDS_EVA, note=strings.TRENDS_EVA_NOTE):
        lines = [
            [names[name], *(formats.number(value / 60, 1) for value in found.eva_min[n])]
            for n, name in enumerate(CLASSES)
        ]
        table((strings.TRENDS_ANGLE, *strings.DURATIONS), lines, strings.TRENDS_EVA)


def _key(items: list[tuple[str, str]]) -> None:
    with el("ul", classes="key"):
        for kind, words in items:
            with el("li"):
                el("i", classes=kind, aria_hidden="true")
                el("span", words)
