"""The first page of a report in words: the numbers at its head, and its tables. Pure."""

import datetime as dt

from ..coach.measures import MEASURES
from ..insight.adherence import Total
from ..insight.classes import flexed
from ..insight.diary_period import Comparison, Days, DaysChange, Rating, RatingChange
from ..insight.medication import NOTE_FROM, NOTE_FROM_SIMPLE
from ..insight.scores import Scores
from ..language import formats, ngettext
from ..words import report as words
from .blocks import Block, Cell, cell, listed, row, said, table
from .figures import degrees, duration, hours, part, per_28, plain, sentences, share, signed
from .happened import foremost, happened
from .model import Report
from .rows import done

_MOST_HAPPENED = 8  # the rest is in the details


def figures(report: Report) -> list[Block]:
    """Return the four numbers at the head, each with its denominator."""
    told = report.diary.period
    return [
        _figure(words.HEADACHE, per_28(told.headache.per_28), _logged(told.headache)),
        _figure(words.MEDICINE, per_28(told.medicine.per_28), _logged(told.medicine)),
        _done(report.exercises),
        _worn(report),
    ]


def first_page(report: Report) -> list[list[Block]]:
    """Return the blocks of the first page, in rows of one or two."""
    events = happened(report)
    shown = [f"{one.day}: {one.text}" for one in foremost(events, _MOST_HAPPENED)]
    notes = [words.HAPPENED_MORE.format(count=len(events))] if len(shown) < len(events) else []
    return [
        [_diary(report)],
        [_scores(report.scores)],
        [
            table(words.EXERCISES, (), done(report.exercises), [words.EXERCISES_NOTE]),
            _exposure(report),
        ],
        [
            listed(words.HAPPENED, shown, notes) if shown else said(words.HAPPENED, words.HAPPENED_NONE),
            said(words.EVALUATION, words.EVALUATION_NONE),
        ],
    ]  # fmt: skip


def score(value: float) -> str:
    """Return a score as text."""
    return plain(value)


def _figure(name: str, value: str, note: str) -> Block:
    return {"name": name, "value": value, "note": note}


def _done(found: Total | None) -> Block:
    if found is None or not found.prescribed:
        return _figure(words.EXERCISES_DONE, "–", words.NONE_PRESCRIBED)
    told = words.EXERCISES_DONE_OF.format(done=found.done, prescribed=found.prescribed)
    return _figure(words.EXERCISES_DONE, share(part(found.done, found.prescribed)), told)


def _logged(told: Days) -> str:
    text = words.LOGGED if told.per_28 is not None else words.LOGGED_FEW
    return text.format(days=told.days, logged=told.logged)


def _worn(report: Report) -> Block:
    note = words.WORN_ON.format(
        worn=report.days_worn,
        days=report.period.days,
        share=share(part(report.worn_min, report.period_min)),
    )
    value = f"{hours(report.worn_min)} h" if report.worn_min else "–"
    return _figure(words.WORN, value, note)


# --- the diary


def _diary(report: Report) -> Block:
    told = report.diary
    own = told.period
    earlier = [one for one in (told.before, told.baseline) if one is not None]
    if not own.medicine.logged and own.neck_nrs.median is None and not earlier:
        return said(words.DIARY, words.DIARY_NONE)
    periods = [own, *(one.period for one in earlier)]
    names = [
        words.DIARY_HEADS[1],
        *([words.DIARY_HEADS[2]] if told.before else []),
        *([words.DIARY_HEADS[3]] if told.baseline else []),
    ]
    dates = [formats.span(one.first, one.last) for one in periods]
    heads = [words.DIARY_HEADS[0], *(cell(*both) for both in zip(names, dates, strict=True))]
    rows = [row(words.HEADACHE, *(_days(one.headache) for one in periods))]
    if earlier:
        rows.append(row(words.HEADACHE_CHANGE, "", *map(_change, earlier), sub=True))
    rows += [
        row(
            words.HEADACHE_NRS,
            _rating(own.headache_nrs),
            *(_rated(one.period.headache_nrs, one.headache_nrs) for one in earlier),
        ),
        row(
            words.NECK_NRS,
            _rating(own.neck_nrs),
            *(_rated(one.period.neck_nrs, one.neck_nrs) for one in earlier),
        ),
        row(words.MEDICINE, *(_days(one.medicine) for one in periods)),
    ]
    for key, name in words.MEDICINES.items():
        taken = [one.by_class.get(key) for one in periods]
        if any(taken):
            cells = [_of_class(one.by_class.get(key), one.medicine) for one in periods]
            rows.append(row(name, *cells, sub=True))
    return table(words.DIARY, heads, rows, [words.DIARY_NOTE, *_medicine_notes(report)])


def _days(told: Days) -> Cell:
    return cell(per_28(told.per_28), _logged(told))


def _of_class(told: Days | None, every: Days) -> str:
    if told is not None:
        return per_28(told.per_28)
    return "–" if every.per_28 is None else per_28(0.0)


def _change(earlier: Comparison) -> Cell:
    found = earlier.headache
    if found is None:
        return cell("–", words.TOO_FEW)
    difference = signed(found.per_28, 1)
    text = words.HEADACHE_CHANGE_BY.format(difference=difference)
    if found.percent is not None:
        text = words.HEADACHE_CHANGE_PERCENT.format(
            difference=difference, percent=signed(found.percent, 0)
        )
    interval = words.HEADACHE_CHANGE_INTERVAL.format(
        low=signed(found.low, 1), high=signed(found.high, 1)
    )
    return cell(text, f"{interval}; {_convention(found)}")


def _convention(found: DaysChange) -> str:
    told = {0.0: words.CONVENTION_NONE, 0.30: words.CONVENTION_30, 0.50: words.CONVENTION_50}
    return told[found.convention]


def _rating(told: Rating) -> Cell:
    if told.median is None:
        return cell("–", words.RATED_NONE)
    rated = ngettext("on {count} day", "on {count} days", told.days).format(count=told.days)
    return cell(plain(told.median), rated)


def _rated(before: Rating, change: RatingChange | None) -> Cell:
    text, under = _rating(before)
    if change is None:
        return cell(text, under)
    told = words.RATED_CHANGE.format(
        difference=signed(change.difference),
        reading=words.READINGS[change.reading].format(error=plain(change.error)),
    )
    return cell(text, f"{under}; {told}")


def _medicine_notes(report: Report) -> list[str]:
    found = report.medication
    if not found.any_days:
        return []
    notes = [
        words.MEDICINE_NOTE.format(
            day=formats.short_date(found.last), days=found.any_days, other=found.other_than_simple
        )
    ]
    if found.share:
        notes.append(words.MEDICINE_SHARE.format(least=NOTE_FROM, least_simple=NOTE_FROM_SIMPLE))
    return [sentences(notes)]


# --- scores and exposure


def _scores(found: tuple[Scores, ...]) -> Block:
    if not found:
        return said(words.SCORES, words.SCORES_NONE)
    rows = [
        row(
            words.MEASURES[one.measure],
            cell(score(one.first), _day(one.first_day)) if one.count > 1 else "",
            cell(score(one.latest), _day(one.latest_day)),
            "" if one.change is None else cell(signed(one.change), _read(one)),
        )
        for one in found
    ]
    return table(words.SCORES, words.SCORES_HEADS, rows)


def _read(found: Scores) -> str:
    """Return what a change of score means, with the sizes that it is held against."""
    measure = MEASURES[found.measure]
    error = "" if measure.error is None else plain(measure.error)
    texts = [words.READINGS[found.reading].format(error=error)]
    if measure.meaningful is not None:
        texts.append(words.SCORE_MEANINGFUL.format(size=plain(measure.meaningful)))
    return "; ".join(texts)


def _day(day: dt.date) -> str:
    return formats.long_date(day)


def _exposure(report: Report) -> Block:
    site, found = words.SITES[report.site][0], report.exposure
    if not report.worn_min:
        return said(words.EXPOSURE, words.EXPOSURE_NONE)
    longest = (
        duration(found.longest_bout_s / 60)
        if found.longest_bout_s >= 60
        else f"{found.longest_bout_s} s"
    )
    spread = words.TILT_NOTE.format(low=degrees(found.p10_deg), high=degrees(found.p90_deg))
    bent = flexed(found.class_min)
    rows = [
        row(words.MEASURED, duration(found.valid_min)),
        row(words.TILT, cell(degrees(found.p50_deg), spread if found.valid_min else "")),
        row(words.BENT, cell(share(part(bent, found.valid_min)), duration(bent))),
        row(words.LONGEST, longest),
        row(words.HELD, _held(report)),
    ]
    return table(words.EXPOSURE_AT.format(site=site), (), rows)


def _held(report: Report) -> Cell:
    count, buzzes = report.sustained, report.nudges
    return cell(
        ngettext("once", "{count} times", count).format(count=count),
        ngettext("{count} buzz", "{count} buzzes", buzzes).format(count=buzzes) if buzzes else words.NO_BUZZ,
    )  # fmt: skip
