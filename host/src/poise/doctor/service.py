"""Check of the start at login: installed, from a program that is there, and running."""

import plistlib
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

from ..errors import PoiseError
from ..notify.ask import output
from ..setup import findings
from ..setup.findings import Finding, of_error
from ..wear.install import Service, is_installed
from ..wear.install.steps import UNIT
from ..wear.install.texts import TASK_NAMESPACE
from ..wear.lock import holder
from ..words import doctor as words
from .place import Place

_PROGRAM = re.compile(r'^ExecStart="((?:[^"\\]|\\.)*)"', re.MULTILINE)


async def login(place: Place) -> Finding:
    """Return whether Poise starts at each login, and runs."""
    try:
        service = place.service()
        runs = holder(place.data()) is not None
        installed = is_installed(service)
    except PoiseError as error:
        return of_error("login", error, needed=False)
    facts = {"installed": installed, "runs": runs}
    plain = findings.login(installed=installed, runs=runs)
    linux = place.platform.startswith("linux")
    if not installed and linux and not _has_systemd(place):
        more = {**facts, "systemd": False}
        text, cure = words.LOGIN_NO_SYSTEMD, words.LOGIN_NO_SYSTEMD_CURE
        return Finding(plain.what, runs, text, False, cure, more)
    if not installed:
        return replace(plain, facts=facts)
    if lost := lost_program(service):
        told = words.LOGIN_ELSEWHERE.format(program=lost)
        more = {**facts, "state": "elsewhere"}
        return Finding(plain.what, False, told, False, words.LOGIN_ELSEWHERE_CURE, more)
    status = await _failed_with() if linux and not runs else ""
    if status:
        told = words.LOGIN_FAILED.format(status=status)
        more = {**facts, "state": "failed", "status": status}
        return Finding(plain.what, False, told, False, words.LOGIN_FAILED_CURE, more)
    return replace(plain, facts=facts)


def lost_program(service: Service) -> str:
    """Return the program that the installed service starts, if it is not there any more; else ""."""
    program = program_of(service)
    return program if program and not Path(program).exists() else ""


def program_of(service: Service) -> str:
    """Return the program that the installed service starts; "" where its definition does not tell."""
    path = Path(service.definition)
    try:
        if service.platform == "darwin":
            return str(plistlib.loads(path.read_bytes())["ProgramArguments"][0])
        if service.platform == "win32":
            return Xml.parse(path).findtext(f".//{{{TASK_NAMESPACE}}}Command") or ""
        match = _PROGRAM.search(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, IndexError, Xml.ParseError):
        return ""
    return re.sub(r"\\(.)", r"\1", match[1]).replace("%%", "%").replace("$$", "$") if match else ""


def _has_systemd(place: Place) -> bool:
    folder = place.environment.get("XDG_RUNTIME_DIR", "")
    return bool(shutil.which("systemctl") and folder and Path(folder, "systemd").exists())


async def _failed_with() -> str:
    """Return the exit status with which systemd's service failed, "" if it did not."""
    told = await output(
        *("systemctl", "--user", "show", UNIT, "-p", "ActiveState", "-p", "ExecMainStatus")
    )
    rows = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    return rows.get("ExecMainStatus", "") if rows.get("ActiveState") == "failed" else ""
