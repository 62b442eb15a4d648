"""Plans of the store as they were in force: the present one, and every one with the moment from which it held."""

from dataclasses import dataclass

from ..coach.adherence import PlansInForce
from ..coach.plan.plan import Plan, parse_plan
from ..errors import PoiseError, Reason
from ..store import Store


@dataclass(frozen=True)
class PlanInForce:
    """A plan with its number in the store and the text that it was read from."""

    plan: Plan
    plan_id: int
    text: str


def plan_in_force(store: Store) -> PlanInForce | None:
    """The present plan; None before the first. Raises PoiseError BAD_PLAN, STORE_*."""
    current = store.plans.current()
    if current is None:
        return None
    return PlanInForce(parse_plan(current.text), current.plan_id, current.text)


def needed_plan(store: Store) -> PlanInForce:
    """The present plan, for what can do nothing without. Raises PoiseError NO_PLAN, BAD_PLAN, STORE_*."""
    found = plan_in_force(store)
    if found is None:
        raise PoiseError(Reason.NO_PLAN, "no plan is set", "Set one with `poise plan set`.")
    return found


def plans_in_force(store: Store) -> PlansInForce:
    """Every plan with the moment from which it held, oldest first. Raises PoiseError BAD_PLAN, STORE_*.

    An earlier one that this release can't read any more is passed over: nobody could mend it, and the present one
    has to be counted. The one before it then counts on.
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
