"""The calm terminal view of a worn clip: angle, state, last events, reminder."""

from datetime import UTC, datetime

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from ..language import N_, _
from ..text import visible
from ..timebase.clock import possible
from ..wear import Live
from ..words import records
from ..words.records import measure, sentence

_BAR = 40  # characters for 0 to 60 degrees
_KEYS = N_("d done   s later   k skip   q quit")


def view(live: Live, title: str = "Poise", note: str = "") -> Panel:
    """Return one frame of the live view."""
    parts = [_angle(live), Text(""), _events(live)]
    if live.reminder:
        parts += [Text(""), _reminder(live)]
    foot = note or _(live.warning) or (_(_KEYS) if live.reminder else _coming(live))
    return Panel(
        Group(*parts),
        title=Text(title),
        subtitle=Text(visible(foot)),
        title_align="left",
        subtitle_align="left",
        padding=(1, 2),
    )


def _angle(live: Live) -> Group:
    state = Text(records.STATES[live.state] if live.connected else _(live.link), style="bold")
    if live.resting:
        return Group(
            state, Text(_("A key shows the angle from the clip's next look-up on."), style="dim")
        )
    if live.flexion_deg is None or not live.connected:
        return Group(state, Text(" "))
    if live.state in ("uncalibrated", "not_worn"):
        return Group(
            state, Text(_("The angle shows once the clip has its start position."), style="dim")
        )
    degrees = round(live.flexion_deg)
    filled = min(_BAR, max(0, round(degrees * _BAR / 60)))
    bar = Text("━" * filled, style="cyan").append("─" * (_BAR - filled), style="dim")
    number = Text.assemble(
        (f"{degrees:>4}°", "bold"),
        ("  " + _("{angle} from the start position").format(angle=measure(live.site)), "dim"),
    )
    return Group(state, Text.assemble(bar, number))


def _events(live: Live) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="dim", no_wrap=True)
    table.add_column()
    for utc_ms, kind, fields in live.events:
        table.add_row(clock_time(utc_ms), Text(visible(sentence(kind, fields))))
    if not live.events:
        table.add_row("", Text(_("Nothing logged yet."), style="dim"))
    return table


def _reminder(live: Live) -> Panel:
    assert live.reminder is not None
    return Panel(
        Text(visible(live.reminder.text)),
        title=Text(visible(live.reminder.title)),  # a plan's text, not markup
        title_align="left",
        border_style="green",
    )


def _coming(live: Live) -> str:
    told = [_("{count} records kept").format(count=live.records)]
    if live.waits_because:
        told.append(_("a reminder waits: {why}").format(why=_(live.waits_because)))
    elif live.next_reminder_utc_ms and possible(live.next_reminder_utc_ms):
        told.append(
            _("next reminder {time}").format(time=clock_time(live.next_reminder_utc_ms)[:5])
        )
    if live.letters:
        told.append(_("your clinic has written: `poise letter show`"))
    if live.last_answer:
        told.append(_("last: {answer}").format(answer=_(live.last_answer)))
    return "   ".join(told)


def clock_time(utc_ms: int | None) -> str:
    """Return hours, minutes and seconds in this machine's time zone; `earlier` when the time is not known."""
    if utc_ms is None or not possible(utc_ms):
        return _("earlier") + " "
    return datetime.fromtimestamp(utc_ms / 1000, UTC).astimezone().strftime("%H:%M:%S")
