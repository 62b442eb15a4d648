"""Command `poise insight`: prints exposure, adherence, diary and associations."""

from typing import Any

import numpy as np
import typer

from ..coach.diary import MEDICATION
from ..history.overview import collect
from ..insight.association import LEAST_EACH, LEAST_PAIRED, LEAST_WEEKS, Answer
from ..insight.diary_weeks import DiaryWeek
from ..insight.eva import DURATIONS
from ..insight.exposure import CLASSES
from ..insight.overview import Overview
from ..insight.trend import LEAST_WEEKS as TREND_WEEKS
from ..insight.trend import Change
from ..words.classes import ANGLE_CLASSES, IN_DOUBT
from .context import clock, new_app, open_store, print_json, the_clip, the_zone

app = new_app("What the days say: exposure, adherence, diary, and what goes with what.")
_CHANGES = {
    "flexed_share": ("share of worn time at 20° and more", 100.0, " points"),
    "p50_deg": ("median angle", 1.0, "°"),
    "neck_nrs": ("neck pain", 1.0, ""),
}
_EXPOSURES = {
    "flexed_share": "more time at 20° and more",
    "worn_h": "more hours worn",
    "exercises_done": "more of the exercises done",
}


@app.command()
def insight(
    days: int = typer.Option(84, "--days", min=7, max=1100, help="How many, up to yesterday."),
    clip: str = typer.Option(None, "--clip", help="Its id or the end of it."),
    as_json: bool = typer.Option(False, "--json", help="For scripts."),
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
    out = [f"{found.dates[0]} to {found.dates[-1]}, worn {found.worn_min / 60:.0f} h."]
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
        return ["Nothing was measured with a calibrated clip in these days."]
    out = [
        "",
        "Worn, calibrated time by angle and by how long it lasted, at least, without a change:",
    ]
    out.append(f"  {'':<14}{'':>7}" + "".join(f"{name:>14}" for name in DURATIONS))
    for place, name in enumerate(CLASSES):
        row = found.eva_min[place]
        cells = "".join(f"{value / 60:>12.1f} h" for value in row)
        out.append(f"  {ANGLE_CLASSES[name]:<14}{100 * row.sum() / valid:>5.0f} %{cells}")
    out.append(
        f"Flexed {found.bouts} times, {found.bouts_beyond} of them beyond the holding time of ISO 11226; "
        f"the longest {found.longest_bout_s / 60:.0f} min."
    )
    if found.in_doubt_min:
        out.append(IN_DOUBT.format(time=f"{found.in_doubt_min / 60:.1f} h"))
    if found.changes_an_hour is not None:
        out.append(f"Posture changed {found.changes_an_hour:.0f} times an hour worn.")
    return [*out, "", *(_change(name, one) for name, one in found.changes.items())]


def _change(name: str, one: Change) -> str:
    words, factor, unit = _CHANGES[name]
    if one.kind == "too_few":
        return f"{words.capitalize()}: too few days to compare ({TREND_WEEKS} weeks are needed in each half)."
    interval = f"{factor * (one.low or 0):+.1f} to {factor * (one.high or 0):+.1f}{unit}"
    if one.kind == "none":
        return f"{words.capitalize()}: no change beyond the measurement's error ({interval})."
    amount = abs(factor * (one.difference or 0))
    return (
        f"{words.capitalize()}: {one.kind} by {amount:.1f}{unit} in the second half ({interval})."
    )


def _adherence(found: Overview) -> list[str]:
    out = ["", "Exercises, by week: done of prescribed (sensed, partly sensed, self-reported)"]
    for week in found.adherence[-12:]:
        away = f", {week.excused} days left out" if week.excused else ""
        out.append(
            f"  {week.monday}  {week.done} of {week.prescribed} "
            f"({week.sensed}, {week.partly}, {week.self_reported}){away}"
        )
    return out if found.adherence else ["", "No exercises were prescribed in these days."]


def _diary(found: Overview) -> list[str]:
    told = np.isfinite(found.headache)
    if not told.any():
        return ["", "The diary has no entry in these days."]
    medicine = found.medication
    out = [
        "",
        f"Headache on {int(np.nansum(found.headache))} of the {int(told.sum())} days logged. By week, mean ratings:",
    ]
    out += [_diary_week(week) for week in found.diary_weeks[-12:]]
    if medicine.any_days:
        by_class = ", ".join(f"{MEDICATION[k]}: {n}" for k, n in sorted(medicine.by_class.items()))
        out.append(f"Medicine on {medicine.any_days} of the last 30 days ({by_class}).")
    if medicine.share:
        out.append("Please share the number of medicine days with your doctor.")
    return out


def _diary_week(week: DiaryWeek) -> str:
    neck = "-" if week.neck_nrs is None else f"{week.neck_nrs:.1f}"
    head = "" if week.headache_nrs is None else f", {week.headache_nrs:.1f} of 10 on average"
    return f"  {week.monday}  neck pain {neck}; headache on {week.headache_days} of {week.headache_told} days{head}"


def _association(answer: Answer) -> list[str]:
    out = ["", "Do headaches go with exposure or exercise, for this one person?"]
    if answer.state == "too_few":
        return [
            *out,
            f"  Too few days to say: {answer.paired_days} have both, {LEAST_PAIRED} in {LEAST_WEEKS} weeks are needed, "
            f"and {LEAST_EACH} headache days and as many without.",
        ]
    if answer.state == "none":
        return [
            *out,
            f"  No association found in {answer.paired_days} days. That is the usual answer.",
        ]
    for one in answer.findings:
        if one.found:
            when = "the day after" if one.lag_days else "on the same day"
            out.append(
                f"  With {_EXPOSURES[one.exposure]}: {one.effect:+.0f} headache days in 100, {when} "
                f"({one.low:+.0f} to {one.high:+.0f}; p {one.p_corrected:.3f} corrected for {len(answer.findings)} "
                "questions)."
            )
    return [
        *out,
        "  What goes together need not be cause and effect: talk it over with your therapist.",
    ]


def as_plain(found: Overview) -> dict[str, Any]:
    """Return the overview for JSON: lists instead of arrays, null for unknown values."""
    fields = dict(found.__dict__)
    for name, value in fields.items():
        if isinstance(value, np.ndarray):
            fields[name] = [None if v != v else v for v in value.ravel().tolist()]
    fields["exposure"] = [day.__dict__ for day in found.exposure]
    fields["adherence"] = [week.__dict__ for week in found.adherence]
    fields["diary_weeks"] = [week.__dict__ for week in found.diary_weeks]
    fields["medication"] = found.medication.__dict__
    fields["changes"] = {name: one.__dict__ for name, one in found.changes.items()}
    findings = [finding.__dict__ for finding in found.association.findings]
    fields["association"] = {**found.association.__dict__, "findings": findings}
    fields["eva_min"] = found.eva_min.tolist()
    return fields
