"""The field for the therapist's name, which the desk and the browser remember."""

from collections.abc import Callable

from ..parts import entry
from .context import desk

NAME_CHARACTERS = 100


def who_field(
    name: str, label: str, note: str = "", changed: Callable[[str], object] | None = None
) -> None:
    """Draw the field. `desk().therapist` has what is typed. `changed` gets the name that it takes the place of."""

    def named(typed: str) -> None:
        before, desk().therapist = desk().therapist, typed[:NAME_CHARACTERS]
        if changed:
            changed(before)

    entry(
        name,
        label,
        named,
        note=note,
        type="text",
        maxlength=str(NAME_CHARACTERS),
        autocomplete="name",
        value=desk().therapist,
        data_clinic="who",
    )
