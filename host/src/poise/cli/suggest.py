"""Suggestions of progression for the plan in force, and the plan's text with these changes."""

import re

from ..coach.plan.plan import Exercise
from ..coach.progression import Suggestion
from ..history.plan_in_force import needed_plan
from ..history.suggestions import advice
from ..language import N_, _
from ..store import Store
from ..words import suggestions as words

_STOPPED = N_(
    "The exercises are stopped: nothing is suggested until the stop is ended (`poise safety`)."
)


def suggestions(store: Store, now_utc_ms: int) -> tuple[list[str], str | None]:
    """Return lines to show, and the plan's text with every suggested change (None without one).

    Raises PoiseError NO_PLAN.
    """
    current = needed_plan(store)
    plan, text = current.plan, current.text
    found = advice(store, current, now_utc_ms)
    if found is None:
        return [_(_STOPPED)], None
    lines: list[str] = []
    for one in found:
        if one.suggestion is None:
            continue
        name = one.exercise.shown_name if one.exercise else _("Programme")
        lines += _told(name, one.suggestion, one.exercise)
        if one.exercise and one.suggestion.change:
            text = changed(text, one.exercise, *one.suggestion.change)
    if text != current.text:
        text = re.sub(r"(?m)^version\s*=\s*\d+", f"version = {plan.version + 1}", text, count=1)
        return lines, text
    return lines, None


def changed(text: str, exercise: Exercise, key: str, value: int) -> str:
    """Return the plan's text with one field of one exercise set; all else, comments too, stays as it is."""
    blocks = re.split(r"(?m)^(?=\[)", text)
    for place, block in enumerate(blocks):
        if not block.startswith("[[exercises]]") or not _names(block, exercise.id):
            continue
        line = re.compile(rf"(?m)^{key}\s*=\s*\d+")
        if line.search(block):
            blocks[place] = line.sub(f"{key} = {value}", block, count=1)
        else:
            blocks[place] = block.replace("[[exercises]]\n", f"[[exercises]]\n{key} = {value}\n", 1)
    return "".join(blocks)


def _names(block: str, exercise_id: str) -> bool:
    found = re.search(r'(?m)^id\s*=\s*["\']([^"\']*)', block)
    if found is None:
        found = re.search(r'(?m)^use\s*=\s*["\']([^"\']*)', block)
    return found is not None and found[1] == exercise_id


def _told(name: str, found: Suggestion, exercise: Exercise | None) -> list[str]:
    return [words.line(name, found, exercise), *(f"  {why}" for why in found.why)]
