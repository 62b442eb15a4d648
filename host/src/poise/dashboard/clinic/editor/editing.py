"""The draft that the editor's parts change together, and the plan in force that it would replace."""

from collections.abc import Callable

from ....coach.plan import draft as drafts
from ....coach.plan.draft import Draft
from ....coach.plan.plan import Plan
from ....coach.plan.toml_lines import Path
from ....errors import PoiseError
from ...context import PageContext
from ..context import desk

_NAME = "plan"  # of the form among the patient's drafts


class Editing:
    """The draft of one patient's plan. It stays while the clinic's pages run, until it is signed or dropped.

    `before`: the plan in force; None without one that this release can read.
    """

    def __init__(self, here: PageContext) -> None:
        self.here = here
        self.before: Plan | None = here.plan()
        self._kept = here.drafts.of(_NAME)
        self._followers: list[Callable[[], object]] = []

    @property
    def draft(self) -> Draft:
        """The draft as it is now; at first the plan in force."""
        held = self._kept.values.get("draft")
        return held if isinstance(held, Draft) else self._start()

    @property
    def is_begun(self) -> bool:
        """True if something was changed and not signed."""
        return bool(self._kept.values)

    def put(self, draft: Draft) -> None:
        """Make this the draft, and tell the parts that follow it."""
        self._kept.values["draft"] = draft
        for told in self._followers:
            told()

    def typed(self, path: Path, text: str) -> None:
        """Take what was typed into the field at this path."""
        self.put(self.draft.typed(path, text))

    def drop(self) -> None:
        """Forget the draft."""
        self._kept.drop()
        self.before = self.here.plan()

    def follow(self, told: Callable[[], object]) -> None:
        """Also call `told` after each change."""
        self._followers.append(told)

    def _start(self) -> Draft:
        version = self.here.store.plans.current() if self.before else None
        if version is not None:
            return drafts.next_of(version.text)
        zone = str(getattr(self.here.zone(), "key", "UTC"))
        return drafts.empty(self.here.store.patient.pseudonym, desk().therapist, zone)

    def plan(self) -> Plan | None:
        """Return the draft as a plan; None while it has faults."""
        try:
            return self.draft.plan()
        except PoiseError:
            return None
