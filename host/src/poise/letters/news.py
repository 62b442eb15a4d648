"""What the clinic's last letter brought, in words for the patient."""

import datetime as dt

from ..coach.plan.difference import differences
from ..coach.plan.plan import Plan, parse_plan
from ..errors import PoiseError
from ..language import _, formats
from ..store import Store
from ..store.letters import TAKEN, TO_PATIENT, LetterRow

SHOWN_MS = 7 * 86_400_000  # news of this age is still shown


def news(store: Store, now_utc_ms: int) -> list[str]:
    """Return the news of the clinic's letter that came within the last week; [] without one."""
    row = store.letters.last(TAKEN, TO_PATIENT)
    if row is None or not 0 <= now_utc_ms - row.noted_utc_ms <= SHOWN_MS:
        return []
    return lines(store, row)


def lines(store: Store, row: LetterRow) -> list[str]:
    """Return a line for each thing that a letter to the patient changed or says."""
    detail, found = row.detail, list[str]()
    if detail["plan_now"] is not None:
        found.append(_("There is a new plan, in force from now on."))
        after = _plan(store, detail["plan_now"])
        if after is not None:
            found += differences(_plan(store, detail["plan_before"]), after)
    if detail.get("stopped"):
        found.append(_("Your clinic has stopped the exercises. Call it before you go on."))
    for ended in detail["ended"]:
        told = _("{who} has ended the stop: the exercises are offered again.")
        found.append(told.format(who=ended["who"]))
        if ended["note"]:
            found.append(_("Note: {warning}").format(warning=ended["note"]))
    if detail["visit"]:
        day = formats.date(dt.date.fromisoformat(detail["visit"]))
        found.append(_("Your next visit: {day}.").format(day=day))
    if detail["note"]:
        found.append(_("Your clinic writes: {note}").format(note=detail["note"]))
    return found


def _plan(store: Store, plan_id: int | None) -> Plan | None:
    for version in store.plans.history():
        if version.plan_id == plan_id:
            try:
                return parse_plan(version.text)
            except PoiseError:  # written by an older Poise
                return None
    return None
