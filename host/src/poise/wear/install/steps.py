"""Steps that install and remove the service on each platform. Pure; `run.carry_out` carries them out."""

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from ...errors import PoiseError, Reason
from .texts import LABEL, launchd_plist, systemd_unit, task_xml

UNIT = "poise-wear.service"
TASK = r"Poise\wear"


@dataclass(frozen=True)
class Write:
    """Step: write a text file, and make the folders above it. `encoding` is Python's name of the encoding."""

    path: PurePath
    text: str
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Remove:
    """Step: delete a file if it exists."""

    path: PurePath


@dataclass(frozen=True)
class Command:
    """Step: run a program. With `may_fail` a failure is ignored: what the program undoes may not be there."""

    words: tuple[str, ...]
    may_fail: bool = False


Step = Write | Remove | Command


@dataclass(frozen=True)
class Service:
    """The service to install: its program, user and folders.

    `home` is the user's folder, `data` is Poise's data folder, `platform` is as in `sys.platform`.
    """

    platform: str
    python: str
    home: PurePath
    data: PurePath
    user: str = ""
    uid: int = 0
    config: PurePath | None = None  # XDG_CONFIG_HOME, where it is set
    options: tuple[str, ...] = ()  # of `poise wear`
    environment: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def log(self) -> PurePath | None:
        """The service's log file; None on Linux, where systemd's journal keeps the log."""
        if self.platform == "darwin":
            return self.home / "Library/Logs/Poise/wear.log"
        return None if self.platform.startswith("linux") else self.data / "wear.log"

    @property
    def command(self) -> list[str]:
        """The command line that the service starts, as a list of words."""
        python = self.python
        if self.platform == "win32":  # without a console window
            path = PureWindowsPath(python)
            python = str(path.with_name(path.name.lower().replace("python.exe", "pythonw.exe")))
        words = [python, "-m", "poise", "--data", str(self.data), "wear", "--service"]
        if self.log is not None:
            words += ["--log", str(self.log)]
        return [*words, *self.options]


def this_machine(data: Path, options: tuple[str, ...], environment: Mapping[str, str]) -> Service:
    """Return the service for the current user and the running Python."""
    config = os.environ.get("XDG_CONFIG_HOME")
    return Service(
        platform=sys.platform,
        python=sys.executable,
        home=Path.home(),
        data=data.absolute(),
        user=_user(),
        uid=os.getuid() if sys.platform != "win32" else 0,
        config=Path(config) if config else None,
        options=options,
        environment=environment,
    )


def _user() -> str:
    if sys.platform == "win32":
        return rf"{os.environ.get('USERDOMAIN', '.')}\{os.environ.get('USERNAME', '')}"
    return getpass.getuser()


def installing(service: Service) -> list[Step]:
    """Return the steps that install the service. Each can be repeated without harm.

    Raises PoiseError (BAD_INPUT) on a platform that is not supported.
    """
    if service.platform.startswith("linux"):
        text = systemd_unit(service.command, service.environment)
        return [
            Write(_unit(service), text),
            _systemctl("daemon-reload"),
            _systemctl("enable", UNIT),
            _systemctl("restart", UNIT),
        ]
    if service.platform == "darwin":
        trouble = str(PurePosixPath(service.home) / "Library/Logs/Poise/trouble.log")
        text = launchd_plist(service.command, service.environment, trouble)
        return [
            Write(_plist(service), text),
            Command(("launchctl", "bootout", f"gui/{service.uid}/{LABEL}"), may_fail=True),
            Command(("launchctl", "bootstrap", f"gui/{service.uid}", str(_plist(service)))),
        ]
    if service.platform == "win32":
        path = service.data / "wear-task.xml"
        return [
            Write(path, task_xml(service.command, service.user), "utf-16"),
            Command(("schtasks", "/Create", "/TN", TASK, "/XML", str(path), "/F")),
            Command(("schtasks", "/Run", "/TN", TASK)),
        ]
    raise _no_way(service.platform)


def uninstalling(service: Service) -> list[Step]:
    """Return the steps that remove the service. The patient's data stay.

    Raises PoiseError (BAD_INPUT) on a platform that is not supported.
    """
    if service.platform.startswith("linux"):
        return [
            Command(("systemctl", "--user", "disable", "--now", UNIT), may_fail=True),
            Remove(_unit(service)),
            _systemctl("daemon-reload"),
        ]
    if service.platform == "darwin":
        return [
            Command(("launchctl", "bootout", f"gui/{service.uid}/{LABEL}"), may_fail=True),
            Remove(_plist(service)),
        ]
    if service.platform == "win32":
        return [
            Command(("schtasks", "/End", "/TN", TASK), may_fail=True),
            Command(("schtasks", "/Delete", "/TN", TASK, "/F"), may_fail=True),
            Remove(service.data / "wear-task.xml"),
        ]
    raise _no_way(service.platform)


def _systemctl(*words: str) -> Command:
    return Command(("systemctl", "--user", *words))


def _unit(service: Service) -> PurePath:
    return (service.config or service.home / ".config") / "systemd/user" / UNIT


def _plist(service: Service) -> PurePath:
    return service.home / "Library/LaunchAgents" / f"{LABEL}.plist"


def _no_way(platform: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        f"there is no way to install a service on {platform}",
        "Let `poise wear --service` be started when you log in.",
    )
