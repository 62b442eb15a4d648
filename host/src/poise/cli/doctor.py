"""Command `poise doctor`: checks this computer and says what to do."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

import typer

from .. import language
from .. import text as plain
from ..clip.client import ClipClient
from ..clip.transport.ble import Found, scan
from ..clip.transport.ports import Port, likely_ports
from ..doctor import computer, extras
from ..doctor.checkup import checkup
from ..doctor.place import Place
from ..doctor.private import secrets
from ..doctor.report import report
from ..files.private import put
from ..files.whole import writing
from ..language import _
from ..setup.findings import Finding
from ..wear.lock import holder
from ..words import doctor as words
from .context import (
    ble_client,
    clock,
    data_folder,
    hci,
    new_app,
    open_store,
    print_json,
    run,
    twin,
    usb_client,
)
from .wearadmin import JOURNAL, this_service

app = new_app(_("Check what is there and say what to do where not."))
_LISTEN_S = 1.5  # a clip that was woken advertises several times a second
_LOG_LINES = 500
_LEAST_COLUMNS = 24  # for what a finding says, in however narrow a terminal
_GLUE = "\0"  # a blank at which no line ends
# What a desktop says of itself.
_DESKTOP = ("XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "DESKTOP_SESSION")


@app.command()
def doctor(
    as_json: bool = typer.Option(False, "--json", help=_("For scripts.")),
    out: Path = typer.Option(
        None,
        "--report",
        help=_("Write a file for a bug report as well, with nothing personal in it."),
    ),
) -> None:
    """Check what is there and say what to do where not. Exit status 1 when something needed is missing.

    It looks at this computer, the store and its copies, the plan, the start at login, the desktop, Bluetooth, the
    serial ports, the clip and the packages that are installed.
    """
    place = this_place()
    found = run(checkup(place))
    if as_json:
        print_json([each.as_json() for each in found])
    else:
        _show(found)
    if out:
        _write(out, place, found)
        typer.echo(words.WRITTEN.format(path=out), err=as_json)
    if any(each.needed and not each.ok for each in found):
        raise typer.Exit(1)


def _show(found: Sequence[Finding]) -> None:
    width = max(len(_(each.what)) for each in found)
    for each in found:
        mark = _("ok") if each.ok else _("missing") if each.needed else _("without")
        typer.echo(_hung(f"{mark:<7}  {_(each.what):<{width}}  ", each.told))


def _hung(head: str, told: str) -> str:
    """Return the finding's line; in a terminal broken behind its head, but in no command, which is to be copied."""
    if plain.terminal() is None:
        return head + told
    columns = max(shutil.get_terminal_size().columns, len(head) + _LEAST_COLUMNS)
    whole = re.sub("`[^`]*`", lambda command: command.group().replace(" ", _GLUE), told)
    lines = textwrap.wrap(
        whole, columns - len(head), break_long_words=False, break_on_hyphens=False
    )
    return head + f"\n{' ' * len(head)}".join(lines).replace(_GLUE, " ")


def this_place() -> Place:
    """Return this computer, or the twin of POISE_TWIN, as the checks look at it."""
    return Place(
        data=data_folder,
        store=open_store,
        service=this_service,
        look=_look,
        client=_client,
        ports=_ports,
        clock=clock(),
        platform=sys.platform,
        environment=os.environ,
        has_own_radio=hci() is not None or "POISE_HCI" in os.environ,
    )


async def _look() -> Sequence[Found]:
    return await scan(_LISTEN_S, hci())


def _client(port: str | None) -> ClipClient:
    return usb_client(port, borrows=False) if port else ble_client(None, borrows=False)


def _ports() -> list[Port]:
    info = twin()
    return [Port(info["usb"], "Poise: twin", "twin")] if info else likely_ports()


def _write(out: Path, place: Place, found: Sequence[Finding]) -> None:
    wanted = extras.wanted()
    with language.speaking(language.ENGLISH):
        text = report(
            found,
            system=computer.system(place.root),
            packages=extras.packages(wanted),
            desktop={name: os.environ.get(name, "") for name in _DESKTOP},
            log=_log_lines(),
            secrets=secrets(place),
        )
    save(out, text)


def save(out: Path, text: str) -> None:
    """Write the report, for its owner alone. Raises PoiseError BAD_INPUT."""
    with writing(out, _("Name another file.")):
        put(out, text)


def _log_lines() -> Iterator[str]:
    """Yield the last lines of the service's log, from its file or from the journal."""
    path = this_service().log
    note = holder(data_folder()) if path is None else None
    path = path or (note or {}).get("log")
    if path:
        try:
            lines = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return
    else:
        lines = _journal()
    yield from lines[-_LOG_LINES:]


def _journal() -> list[str]:
    command = [*JOURNAL.split(), "-o", "cat", "-n", str(_LOG_LINES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    return done.stdout.decode("utf-8", "replace").splitlines()
