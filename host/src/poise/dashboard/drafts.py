"""What somebody has begun to write and not saved. It outlives every page: links, reloads, a lost connection.

The browser holds it a second time (assets/poise.js), for the moments in which the server hears nothing.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Draft:
    """One form's. `values`: what was touched, by the form's own names; nothing else has changed."""

    name: str
    values: dict[str, Any] = field(default_factory=dict)
    _number: int = 0

    @property
    def key(self) -> str:
        """For `data-draft` of the form's element: another one after each `drop`."""
        return f"{self.name}#{self._number}"

    def drop(self) -> None:
        """It is saved, or not wanted any more."""
        self.values.clear()
        self._number += 1


class Drafts:
    """All that are open, of one patient."""

    def __init__(self) -> None:
        self._known: dict[str, Draft] = {}

    def of(self, name: str) -> Draft:
        """The draft of this form, empty in the beginning."""
        return self._known.setdefault(name, Draft(name))

    def unsaved(self, prefix: str) -> list[str]:
        """Names that begin so and have something to save, in order; without the prefix."""
        found = [each for name, each in self._known.items() if name.startswith(prefix)]
        return sorted(each.name.removeprefix(prefix) for each in found if each.values)
