"""Command `poise insight`: prints exposure, adherence, diary and associations."""

from dataclasses import asdict
from typing import Any

import numpy as np
import typer

from ..coach import diary
from ..history.overview import collect
from ..insight.association import LEAST_EACH, LEAST_PAIRED, LEAST_WEEKS, Answer, Finding
from ..insight.diary_weeks import DiaryWeek
from ..insight.exposure import CLASSES
from ..insight.overview import Overview
from ..insight.trend import LEAST_WEEKS as TREND_WEEKS
from ..insight.trend import Change
from ..language import N_, _, formats
from ..text import capitalized
from ..words import classes, strings
from .context import clock, new_app, open_store, print_json, the_clip, the_zone

app = new_app(_("What the days say: exposure, adherence, diary, and what goes with what."))
_CHANGES = {
    "flexed_share": (N_("share of worn time at 20° and more"), 100.0, N_("{value} points")),
    "p50_deg": (N_("median angle"), 1.0, "{value}°"),
    "neck_nrs": (N_("neck pain"), 1.0, "{value}"),
}
_EFFECT = N_(
    "With {exposure}: {effect:+.0f} headache days in 100, {when} ({low:+.0f} to {high:+.0f}; p {p} corrected for "
    "{questions} questions)."
)


@app.command()
def insight(
    days: int = typer.Option(84, "--days", min=7, max=1100, help=_("How many, up to yesterday.")),
    clip: str = typer.Option(None, "--clip", help=_("Its id or the end of it.")),
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
) -> None:
    """Exposure, adherence and diary of the last days, in plain words."""
    with open_store() as store:
        found = collect(store, the_clip(store, clip), days, clock().utc_ms(), the_zone(store))
    if as_json:
        print_json(as_plain(found))
        return
    for line in lines(found):
        typer.echo(line)


def lines(found: Overview) -> list[str]:
    """Return the overview in lines of text."""
    out = [
        _("{first} to {last}, worn {worn_h:.0f} h.").format(
            first=found.dates[0], last=found.dates[-1], worn_h=found.worn_min / 60
        )
    ]
    return [
        *out,
        *_exposure(found),
        *_adherence(found),
        *_diary(found),
        *_association(found.association),
    ]


def _exposure(found: Overview) -> list[str]:
    valid = found.eva_min.sum()
    if not valid:
        return [_("Nothing was measured with a calibrated clip in these days.")]
    out = [
        "",
        _("Worn, calibrated time by angle and by how long it lasted, at least, without a change:"),
    ]
    out.append(f"  {'':<14}{'':>7}" + "".join(f"{name:>14}" for name in strings.DURATIONS))
    for place, name in enumerate(CLASSES):
        row = found.eva_min[place]
        cells = "".join(f"{formats.number(value / 60, 1):>12} h" for value in row)
        out.append(f"  {classes.ANGLE_CLASSES[name]:<14}{100 * row.sum() / valid:>5.0f} %{cells}")
    out.append(
        _(
            "Flexed {bouts} times, {beyond} of them beyond the holding time of ISO 11226; the longest "
            "{longest_min:.0f} min."
        ).format(
            bouts=found.bouts,
            beyond=found.bouts_beyond,
            longest_min=found.longest_bout_s / 60,
        )
    )
    if found.in_doubt_min:
        out.append(classes.IN_DOUBT.format(time=f"{formats.number(found.in_doubt_min / 60, 1)} h"))
    if found.changes_an_hour is not None:
        out.append(
            _("Posture changed {count:.0f} times an hour worn.").format(count=found.changes_an_hour)
        )
    return [*out, "", *(_change(name, one) for name, one in found.changes.items())]


def _change(name: str, one: Change) -> str:
    words, factor, unit = _CHANGES[name]
    measure = capitalized(_(words))
    if one.kind == "too_few":
        return _(
            "{measure}: too few days to compare ({weeks} weeks are needed in each half)."
        ).format(measure=measure, weeks=TREND_WEEKS)
    interval = _("{low} to {high}").format(
        low=_signed(factor * (one.low or 0)),
        high=_(unit).format(value=_signed(factor * (one.high or 0))),
    )
    if one.kind == "none":
        return _("{measure}: no change beyond the measurement's error ({interval}).").format(
            measure=measure, interval=interval
        )
    amount = abs(factor * (one.difference or 0))
    told = {
        "lower": _("{measure}: lower by {amount} in the second half ({interval})."),
        "higher": _("{measure}: higher by {amount} in the second half ({interval})."),
    }[one.kind]
    return told.format(
        measure=measure,
        amount=_(unit).format(value=formats.number(amount, 1)),
        interval=interval,
    )


def _signed(value: float) -> str:
    return ("-" if value < 0 else "+") + formats.number(abs(value), 1)


def _adherence(found: Overview) -> list[str]:
    out = ["", _("Exercises, by week: done of prescribed (sensed, partly sensed, self-reported)")]
    for week in found.adherence[-12:]:
        away = ", " + _("{count} days left out").format(count=week.excused) if week.excused else ""
        out.append(
            f"  {week.monday}  "
            + _("{done} of {prescribed}").format(done=week.done, prescribed=week.prescribed)
            + f" ({week.sensed}, {week.partly}, {week.self_reported}){away}"
        )
    return out if found.adherence else ["", _("No exercises were prescribed in these days.")]


def _diary(found: Overview) -> list[str]:
    told = found.diary.headache
    if not told.logged:
        return ["", strings.TRENDS_NO_DIARY]
    medicine = found.medication
    out = [
        "",
        _(
            "Headache on {days} of the {logged} days logged. By week, medians of the ratings:"
        ).format(days=told.days, logged=told.logged),
    ]
    out += [_diary_week(week) for week in found.diary_weeks[-12:]]
    if medicine.any_days:
        by_class = ", ".join(f"{_(diary.MEDICATION[k])}: {n}" for k, n in medicine.by_class.items())
        out.append(
            _("Medicine on {days} of the last 30 days ({by_class}).").format(
                days=medicine.any_days, by_class=by_class
            )
        )
    if medicine.share:
        out.append(_("Please share the number of medicine days with your doctor."))
    return out


def _diary_week(week: DiaryWeek) -> str:
    median = week.neck_nrs.median
    neck = "-" if median is None else formats.number(median, 1)
    told = _("neck pain {neck}; headache on {days} of {logged} days").format(
        neck=neck, days=week.headache.days, logged=week.headache.logged
    )
    if week.headache_nrs.median is not None:
        rated = formats.number(week.headache_nrs.median, 1)
        told += ", " + _("intensity {median} of 10").format(median=rated)
    return f"  {week.monday}  {told}"


def _association(answer: Answer) -> list[str]:
    out = ["", _("Do headaches go with exposure or exercise, for this one person?")]
    if answer.state == "too_few":
        return [
            *out,
            "  "
            + _(
                "Too few days to say: {paired} have both, {least_paired} in {weeks} weeks are needed, "
                "and {least_each} headache days and as many without."
            ).format(
                paired=answer.paired_days,
                least_paired=LEAST_PAIRED,
                weeks=LEAST_WEEKS,
                least_each=LEAST_EACH,
            ),
        ]
    if answer.state == "none":
        return [
            *out,
            "  " + strings.TOGETHER_NONE.format(days=answer.paired_days),
        ]
    questions = len(answer.findings)
    out += [f"  {_effect(one, questions)}" for one in answer.findings if one.found]
    return [
        *out,
        "  "
        + _("What goes together need not be cause and effect: talk it over with your therapist."),
    ]


def _effect(one: Finding, questions: int) -> str:
    return _(_EFFECT).format(
        exposure=strings.EXPOSURES[one.exposure],
        when=strings.LAGS[1 if one.lag_days else 0],
        effect=one.effect,
        low=one.low,
        high=one.high,
        p=formats.number(one.p_corrected, 3),
        questions=questions,
    )


def as_plain(found: Overview) -> dict[str, Any]:
    """Return the overview for JSON: lists instead of arrays, null for unknown values."""
    fields = dict(found.__dict__)
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            fields[name] = [None if v != v else v for v in value.ravel().tolist()]
    fields["exposure"] = [day.__dict__ for day in found.exposure]
    fields["adherence"] = [week.__dict__ for week in found.adherence]
    fields["diary_weeks"] = [asdict(week) for week in found.diary_weeks]
    fields["diary"] = asdict(found.diary)
    fields["medication"] = found.medication.__dict__
    fields["changes"] = {name: one.__dict__ for name, one in found.changes.items()}
    findings = [finding.__dict__ for finding in found.association.findings]
    fields["association"] = {**found.association.__dict__, "findings": findings}
    fields["eva_min"] = found.eva_min.tolist()
    return fields
