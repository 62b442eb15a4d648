"""Whether a session may begin, and where its result goes."""

from datetime import datetime, timedelta, tzinfo

from ..coach.prescription import Prescription
from ..coach.safety import refuse_on_hold
from ..coach.session import Session
from ..coach.sessionresult import Result, row_fields
from ..coach.yardstick import measures
from ..errors import PoiseError, Reason
from ..store import Store


def check_start(store: Store, prescription: Prescription, now_utc_ms: int, zone: tzinfo) -> None:
    """Raises PoiseError: ON_HOLD (a stop is open), BAD_INPUT (today's most is reached; days are those of `zone`)."""
    refuse_on_hold(store.holds.open())
    if not prescription.max_a_day:
        return
    midnight = datetime.fromtimestamp(now_utc_ms / 1000, zone).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    bounds = (int(moment.timestamp() * 1000) for moment in (midnight, midnight + timedelta(1)))
    done = [
        row
        for row in store.sessions.history(*bounds)
        if row.exercise_id == prescription.exercise_id and row.reps_done
    ]
    if len(done) >= prescription.max_a_day:
        raise PoiseError(
            Reason.BAD_INPUT,
            f"'{prescription.name}' was done {len(done)} times today, the most that the plan allows",
            "Go on tomorrow; more is for your therapist to decide.",
        )


def keep(store: Store, session: Session, times: tuple[int, int], via: str) -> int | None:
    """The session's row and its number; None when nothing was done."""
    if not session.result.worth_keeping:
        return None
    fields = row_fields(
        session.prescription, session.result, session.standing, session.limits, times, via
    )
    return store.sessions.add(**fields)


def keep_report(store: Store, prescription: Prescription, now_utc_ms: int, via: str) -> int:
    """The number of a session that its wearer says was done in full, unguided. Raises PoiseError ON_HOLD."""
    refuse_on_hold(store.holds.open())
    result = Result(outcome="done", reps_done=prescription.reps_prescribed, reported=True)
    limits = "done without guidance"
    times = (now_utc_ms, now_utc_ms)
    return store.sessions.add(
        **row_fields(prescription, result, "self_reported", limits, times, via)
    )


def keep_reference(store: Store, session: Session, now_utc_ms: int, who: str) -> int:
    """The reference's number. Raises PoiseError NO_DATA (too few repetitions were seen)."""
    asked = session.prescription
    found = measures(asked, session.result)
    return store.references.add(asked.exercise_id, asked.site, who, now_utc_ms, found)
