"""Drafts: input that somebody has begun and not saved. It survives links, reloads and a lost connection.

The browser keeps a second copy (assets/poise.js) for moments without a connection to the server.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Draft:
    """The draft of one patient's form. `values`: the fields that the user touched, by the form's own names."""

    patient_id: int
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    _number: int = 0

    @property
    def key(self) -> str:
        """Value of `data-draft` in the form's element; a new one after each `drop`, another for each patient."""
        return f"{self.patient_id} {self.name}#{self._number}"

    def drop(self) -> None:
        """Empty the draft: it is saved, or not wanted any more."""
        self.values.clear()
        self._number += 1


class Drafts:
    """All drafts of one patient."""

    def __init__(self, patient_id: int) -> None:
        self._patient_id = patient_id
        self._known: dict[str, Draft] = {}

    def of(self, name: str) -> Draft:
        """Return the draft of this form; a new one is empty."""
        return self._known.setdefault(name, Draft(self._patient_id, name))

    def unsaved(self, prefix: str) -> list[str]:
        """Return the names of drafts with unsaved values that begin with `prefix`, sorted and without the prefix."""
        found = [each for name, each in self._known.items() if name.startswith(prefix)]
        return sorted(each.name.removeprefix(prefix) for each in found if each.values)
