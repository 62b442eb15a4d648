"""Plans of the store: the present one, and every plan with the time from which it was in force."""

from dataclasses import dataclass

from ..coach.adherence import PlansInForce
from ..coach.plan.plan import Plan, parse_plan
from ..errors import PoiseError, Reason
from ..language import _
from ..store import Store
from ..store.plans import PlanVersion


@dataclass(frozen=True)
class PlanInForce:
    """A plan with its number in the store and its source text."""

    plan: Plan
    plan_id: int
    text: str


def plan_in_force(store: Store) -> PlanInForce | None:
    """Return the present plan; None before the first. Raises PoiseError BAD_PLAN, STORE_*."""
    return PlanFollower(store).look()


def put_in_force(store: Store, text: str, plan: Plan, who: str, utc_ms: int) -> PlanVersion:
    """Put a plan in force for the store's patient, and return its version. The first plan names the patient.

    Raises PoiseError OTHER_PATIENT for a plan of somebody else's, STORE_*.
    """
    patient = store.patient
    known = patient.pseudonym or _patient_of(store.plans.current())
    if known and known.casefold() != plan.patient.casefold():
        raise PoiseError(
            Reason.OTHER_PATIENT,
            _("this plan is for '{theirs}', and the patient here is '{known}'").format(
                theirs=plan.patient, known=known
            ),
            _(
                "If it is for '{known}', write patient = \"{known}\" in the plan. Else name the plan's patient: "
                "`poise --patient '{theirs}' plan set FILE` (`poise patient add` adds one; "
                "`poise patient name` changes a pseudonym)."
            ).format(theirs=plan.patient, known=known),
        )
    if not patient.pseudonym:
        store.patients.name(patient.patient_id, plan.patient)
    return store.plans.put(text, who, utc_ms)


def _patient_of(version: PlanVersion | None) -> str:
    """Return whom a plan of the store is for; "" without one, or for one that this release can't read."""
    if version is None:
        return ""
    try:
        return parse_plan(version.text).patient
    except PoiseError:
        return ""


class PlanFollower:
    """Reader of the present plan that parses it only when its number changes."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: PlanInForce | None = None

    def look(self) -> PlanInForce | None:
        """Return the present plan; None before the first. Raises PoiseError BAD_PLAN, STORE_*."""
        current = self._store.plans.current()
        if current is None:
            return None
        if self._held is None or self._held.plan_id != current.plan_id:
            self._held = PlanInForce(parse_plan(current.text), current.plan_id, current.text)
        return self._held


def needed_plan(store: Store) -> PlanInForce:
    """Return the present plan. Raises PoiseError NO_PLAN if there is none, BAD_PLAN, STORE_*."""
    found = plan_in_force(store)
    if found is None:
        raise PoiseError(Reason.NO_PLAN, _("no plan is set"), _("Set one with `poise plan set`."))
    return found


def plans_in_force(store: Store) -> PlansInForce:
    """Return every plan with the UTC milliseconds from which it was in force, oldest first.

    An earlier plan that this release can't read is skipped, because nobody can repair it and the present plan must
    count. The plan before it then stays in force. Raises PoiseError BAD_PLAN (the present plan), STORE_*.
    """
    found: list[tuple[int, Plan]] = []
    versions = sorted(store.plans.history(), key=lambda version: version.plan_id)
    for row in versions:
        try:
            found.append((row.when_utc_ms, parse_plan(row.text)))
        except PoiseError:
            if row is versions[-1]:
                raise
    return found
