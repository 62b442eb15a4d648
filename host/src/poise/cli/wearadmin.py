"""Options `--status`, `--stop`, `--install`, `--uninstall` and `--at-once` of `poise wear`."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any

import typer

from ..errors import PoiseError, Reason
from ..history.at_once import hear_at_once
from ..language import _
from ..wear.install import (
    Remove,
    RemoveFolder,
    Service,
    Step,
    Write,
    WriteBytes,
    carry_out,
    installing,
    uninstalling,
)
from ..wear.install import install as install_service
from ..wear.install.steps import this_machine
from ..wear.lease import status
from ..wear.lock import holder
from ..words import at_once as words
from .context import clock, data_folder, local_time, open_store, print_json, run
from .urls import refuse_password

_STOP_S = 20.0
JOURNAL = "journalctl --user -u poise-wear"
_CARRIED = ("POISE_STORE", "POISE_HCI", "POISE_TWIN", "POISE_LANG")


def tell_status(*, as_json: bool) -> None:
    """Print the state of the running `poise wear`. Raises PoiseError NO_DATA when none runs."""
    found = run(status(data_folder()))
    if found is None:
        raise PoiseError(
            Reason.NO_DATA,
            _("`poise wear` does not run"),
            _("Start it; `--install` does at each login."),
        )
    note, live = found
    if as_json:
        if (
            "dashboard" in note
        ):  # without the token: a user who asks for help shows this output to others
            note["dashboard"] = note["dashboard"].partition("?")[0]
        print_json({**note, "log": _log_of(note), **live})
        return
    for name, text in _rows(note, live):
        typer.echo(f"{name:<13} {text}")


def _rows(note: dict[str, Any], live: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [
        (
            _("runs as"),
            _("process {pid}, {how}").format(pid=note["pid"], how=_(note.get("how", ""))),
        )
    ]
    if note.get("since"):
        rows.append((_("since"), local_time(note["since"] * 1000)))
    if log := _log_of(note):
        rows.append((_("log"), log))
    if note.get("dashboard"):
        rows.append((_("dashboard"), _("`poise dashboard` opens it")))
    if not live:
        return [*rows, (_("clip"), _("it does not tell"))]
    rows.append((_("clip"), f"{_(live['link'])} {live['clip_id']}".rstrip()))
    if live["battery_pct"] is not None:
        until = live["battery_until_utc_ms"]
        told = f"{live['battery_pct']} %"
        if until:
            time_at = local_time(until[0], seconds=False)
            told = _("{charge}, until about {time}").format(charge=told, time=time_at)
        rows.append((_("battery"), told))
    rows += [
        (_("last record"), local_time(live["last_record_utc_ms"])),
        (_("next reminder"), _next(live)),
        *((_("warning"), _(text)) for text in live["warnings"].values()),
    ]
    return rows


def _next(live: dict[str, Any]) -> str:
    if live["on_hold"]:
        return _("none: the programme is stopped, `poise safety` tells why")
    if live.get("waits_because"):  # a runner of an earlier version does not tell
        return _("one waits: {why}").format(why=_(live["waits_because"]))
    return local_time(live["next_reminder_utc_ms"], seconds=False)


def hear(*, at_once: bool) -> None:
    """Store the choice to hear of the clip's events at once, and say what follows."""
    with open_store() as store:
        hear_at_once(store, on=at_once, via="terminal", utc_ms=clock().utc_ms())
    said = _("{name}: on.") if at_once else _("{name}: off.")
    typer.echo(said.format(name=words.NAME))
    typer.echo(words.ON if at_once else words.OFF)


def stop() -> None:
    """End the running `poise wear`, and wait for its end. Raises PoiseError NO_DATA, TIMEOUT."""
    note = holder(data_folder())
    if note is None or not note["pid"]:
        raise PoiseError(
            Reason.NO_DATA, _("`poise wear` does not run"), _("There is nothing to end.")
        )
    with contextlib.suppress(ProcessLookupError):
        os.kill(note["pid"], signal.SIGTERM)
    end_s = time.monotonic() + _STOP_S
    while time.monotonic() < end_s:
        if (now := holder(data_folder())) is None or now["pid"] != note["pid"]:
            return
        time.sleep(0.1)
    raise PoiseError(
        Reason.TIMEOUT,
        _("process {pid} does not end").format(pid=note["pid"]),
        _("End it by the system's own means."),
    )


def manage(
    *,
    install: bool,
    clip: str | None,
    port: str | None,
    dashboard: bool | None,
    dashboard_port: int | None,
    dry_run: bool,
) -> None:
    """Install or remove the user's service, or print the steps."""
    options = [*(("--clip", clip) if clip else ()), *(("--port", port) if port else ())]
    if dashboard is not None:
        options.append("--dashboard" if dashboard else "--no-dashboard")
    if dashboard_port is not None:
        options += ["--dashboard-port", str(dashboard_port)]
    service = service_to_install(*options) if install else this_service(*options)
    steps = installing(service) if install else uninstalling(service)
    if dry_run:
        show(steps)
        return
    if not install:
        carry_out(steps)
        typer.echo(_("The service is removed. What was logged stays."))
        return
    install_service(service)
    typer.echo(
        _("`poise wear` runs from now on, and at each login. Its log: {log}").format(
            log=service.log or JOURNAL
        )
    )


def this_service(*options: str) -> Service:
    """Return the service of this user, with the settings of this process and these options of `poise wear`."""
    carried = {name: os.environ[name] for name in _CARRIED if os.environ.get(name)}
    return this_machine(data_folder(), options, carried)


def service_to_install(*options: str) -> Service:
    """Return `this_service`. Raises PoiseError BAD_INPUT for a password, which would stand in the service's file."""
    refuse_password(os.environ.get("POISE_STORE", ""), _("the service's file"))
    return this_service(*options)


def _log_of(note: dict[str, Any]) -> str | None:
    """Return the log file of the runner that wrote this note, or the command that shows its part of the journal.

    None: the runner was started by hand and logs to no file.
    """
    return note.get("log") or (JOURNAL if note.get("service") else None)


def show(steps: Sequence[Step]) -> None:
    """Print the steps in place of carrying them out."""
    for step in steps:
        if isinstance(step, Write):
            typer.echo(_("write {path}:").format(path=step.path))
            sys.stdout.write("".join(f"    {line}\n" for line in step.text.splitlines()))
        elif isinstance(step, WriteBytes):
            typer.echo(
                _("write {path}: {content} bytes").format(path=step.path, content=len(step.content))
            )
        elif isinstance(step, Remove | RemoveFolder):
            typer.echo(_("remove {path}").format(path=step.path))
        else:
            typer.echo(_("run {command}").format(command=" ".join(step.words)))
