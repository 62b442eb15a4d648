"""Start check of a session and storage of its result."""

from dataclasses import dataclass
from datetime import timedelta, tzinfo

from ..coach.diary import check_nrs
from ..coach.plan.prescription import Prescription
from ..coach.safety import refuse_on_hold, stops_for_pain
from ..coach.session.reference import measures
from ..coach.session.result import Result, row_fields
from ..coach.session.session import Session
from ..errors import PoiseError, Reason
from ..language import N_, _, ngettext
from ..store import Store
from ..timebase.calendar import day_begins_utc_ms, local_date

UNGUIDED = N_("done without guidance")  # `limits` of a session that no clip guided


def check_start(store: Store, prescription: Prescription, now_utc_ms: int, zone: tzinfo) -> None:
    """Check that a session may begin now. Days are those of `zone`.

    Raises PoiseError: ON_HOLD (a stop is open), BAD_INPUT (the plan's daily maximum is reached).
    """
    refuse_on_hold(store.holds.open())
    if times := times_at_most(store, prescription, now_utc_ms, zone):
        raise PoiseError(
            Reason.BAD_INPUT,
            ngettext(
                "'{name}' was done once today, the most that the plan allows",
                "'{name}' was done {times} times today, the most that the plan allows",
                times,
            ).format(name=prescription.shown_name, times=times),
            _("Go on tomorrow; more is for your therapist to decide."),
        )


def times_at_most(store: Store, prescription: Prescription, utc_ms: int, zone: tzinfo) -> int:
    """Return how often the exercise was done on that day of `zone` if this reaches the plan's maximum, else 0.

    A maximum of 0 is no limit.
    """
    today = local_date(utc_ms, zone)
    bounds = (day_begins_utc_ms(day, zone) for day in (today, today + timedelta(1)))
    done = [
        row
        for row in store.sessions.history(*bounds)
        if row.exercise_id == prescription.exercise_id and row.reps_done
    ]
    return len(done) if 0 < prescription.max_a_day <= len(done) else 0


def keep(store: Store, session: Session, times: tuple[int, int], via: str) -> int | None:
    """Store the session's result and return its number; None if nothing was done.

    `times` are start and end in UTC milliseconds.
    """
    if not session.result.worth_keeping:
        return None
    fields = row_fields(
        session.prescription, session.result, session.source, session.limits, times, via
    )
    return store.sessions.add(**fields)


@dataclass(frozen=True)
class Report:
    """A session that the wearer reports: its time (UTC ms), repetitions (None is all prescribed), pain (0 to 10)."""

    when_utc_ms: int
    reps: int | None = None
    pain_before: int | None = None
    pain_after: int | None = None


def keep_report(
    store: Store, asked: Prescription, report: Report, now_utc_ms: int, via: str
) -> int:
    """Store a session that the wearer reports and no clip guided. Return its number.

    Pain at or above the limit stops the programme too. Raises PoiseError: ON_HOLD, BAD_INPUT (number out of range).
    """
    refuse_on_hold(store.holds.open())
    reps = asked.reps_prescribed if report.reps is None else report.reps
    if not 0 < reps <= asked.reps_prescribed:
        raise PoiseError(
            Reason.BAD_INPUT,
            _("{count} repetitions of '{name}'").format(count=reps, name=asked.shown_name),
            _("From 1 to {most}, as prescribed.").format(most=asked.reps_prescribed),
        )
    pains = (report.pain_before, report.pain_after)
    for name, pain in zip((N_("pain before"), N_("pain after")), pains, strict=True):
        check_nrs(name, pain)
    worst = max((pain for pain in pains if pain is not None), default=0)
    outcome = "done" if reps == asked.reps_prescribed else "partly"
    if stops_for_pain(worst):
        outcome = "stopped_pain"
        detail = f"exercise session: {asked.name}, pain {worst} of 10"
        store.holds.raise_("pain", detail, via, now_utc_ms)
    result = Result(outcome=outcome, reps_done=reps, reported=True)
    result.pain_before, result.pain_after = pains
    times = (report.when_utc_ms, report.when_utc_ms)
    fields = row_fields(asked, result, "self_reported", UNGUIDED, times, via)
    return store.sessions.add(**{**fields, "entered_utc_ms": now_utc_ms})


def remove_report(store: Store, number: int, now_utc_ms: int) -> bool:
    """Remove a session that `keep_report` stored. A stop that it raised remains. Return False if there is none."""
    row = store.sessions.one(number)
    if row is None or row.detail.get("limits") != UNGUIDED:
        return False
    return store.sessions.remove(number, now_utc_ms)


def keep_reference(store: Store, session: Session, now_utc_ms: int, who: str) -> int:
    """Store the session as a reference recording by `who` and return its number.

    Raises PoiseError NO_DATA (the clip saw too few repetitions).
    """
    asked = session.prescription
    found = measures(asked, session.result)
    return store.references.add(asked.exercise_id, asked.site, who, now_utc_ms, found)
