"""Today's posture buzzes, with what followed; one that was wrong can be marked, and the mark taken back."""

from nicegui import ui

from ..coach.ledger import Entry
from ..history.nudges import nudges
from ..language import formats
from ..words import strings
from .context import context
from .parts import button, card, el

_SHOWN = 6


def nudges_of_today() -> list[Entry] | None:
    """Return today's nudges, the newest first; None before the first clip."""
    here = context()
    clip_id, now = here.clip_id(), here.clock.utc_ms()
    if clip_id is None:
        return None
    return nudges(here.store, clip_id, here.starts(here.today()), now + 1)[::-1]


@ui.refreshable
def nudges_today() -> None:
    """Draw the card."""
    found = nudges_of_today()
    if found is None:
        return
    note = strings.NUDGES_NOTE if found else ""
    with card(strings.NUDGES, note=note):
        if not found:
            el("p", strings.NUDGES_NONE, "muted")
            return
        with el("ul", classes="lines"):
            for entry in found[:_SHOWN]:
                _line(entry)


def _line(entry: Entry) -> None:
    assert entry.utc_ms is not None, "a nudge of a period has a time"
    time = formats.time(context().local(entry.utc_ms))
    followed = strings.NUDGE_FOLLOWED[entry.outcome].format(entry.after_s or 0)
    with el("li", id=f"nudge-{entry.seq}"):
        with el("div"):
            el("p", strings.NUDGE_LINE.format(
                time=time, angle=entry.flexion_deg, minutes=entry.held_s / 60
            ))  # fmt: skip
            el("p", strings.NUDGE_MARKED if entry.wrong else followed, "small muted")
        words = strings.NUDGE_UNDO if entry.wrong else strings.NUDGE_WRONG
        label = strings.NUDGE_UNDO_LABEL if entry.wrong else strings.NUDGE_WRONG_LABEL
        button(words, lambda: _mark(entry), aria_label=label.format(time))


def _mark(entry: Entry) -> None:
    here = context()
    clip_id = here.clip_id()
    if clip_id is not None:
        mark = "" if entry.wrong else "wrong"
        here.store.nudge_marks.put(clip_id, entry.seq, mark, here.clock.utc_ms())
    nudges_today.refresh()
