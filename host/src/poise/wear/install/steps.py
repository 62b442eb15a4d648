"""Steps that install and remove the service on each platform. Pure; `run.carry_out` carries them out."""

import getpass
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath

from ...errors import PoiseError, Reason
from ...language import _
from .texts import LABEL, launchd_plist, systemd_unit, task_xml

UNIT = "poise-wear.service"
TASK = r"Poise\wear"


@dataclass(frozen=True)
class Write:
    """Step: write a text file, and make the folders above it. `encoding` is Python's name of the encoding.

    `runs`: the file is a program.
    """

    path: PurePath
    text: str
    encoding: str = "utf-8"
    runs: bool = False


@dataclass(frozen=True)
class WriteBytes:
    """Step: write a file of bytes, such as a picture, and make the folders above it."""

    path: PurePath
    content: bytes


@dataclass(frozen=True)
class Remove:
    """Step: delete a file if it exists."""

    path: PurePath


@dataclass(frozen=True)
class RemoveFolder:
    """Step: delete a folder if it exists and nothing is in it."""

    path: PurePath


@dataclass(frozen=True)
class Command:
    """Step: run a program. With `may_fail` a failure is ignored: what the program undoes may not be there."""

    words: tuple[str, ...]
    may_fail: bool = False


Step = Write | WriteBytes | Remove | RemoveFolder | Command


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
    def poise(self) -> list[str]:
        """The words that start `poise` on this data folder, without a console window."""
        python = self.python
        if self.platform == "win32":
            path = PureWindowsPath(python)
            python = str(path.with_name(path.name.lower().replace("python.exe", "pythonw.exe")))
        return [python, "-m", "poise", "--data", str(self.data)]

    @property
    def definition(self) -> PurePath:
        """The file that defines the service: it is there while the service is installed.

        Raises PoiseError (BAD_INPUT) on a platform that is not supported.
        """
        if self.platform.startswith("linux"):
            return (self.config or self.home / ".config") / "systemd/user" / UNIT
        if self.platform == "darwin":
            return self.home / "Library/LaunchAgents" / f"{LABEL}.plist"
        if self.platform == "win32":
            return self.data / "wear-task.xml"
        raise unsupported(self.platform)

    @property
    def command(self) -> list[str]:
        """The command line that the service starts, as a list of words."""
        words = [*self.poise, "wear", "--service"]
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


def is_installed(service: Service) -> bool:
    """Return whether the service is installed. False on a platform that is not supported."""
    try:
        return Path(service.definition).exists()
    except PoiseError:
        return False


def installing(service: Service) -> list[Step]:
    """Return the steps that install the service. Each can be repeated without harm.

    Raises PoiseError (BAD_INPUT) on a platform that is not supported.
    """
    if service.platform.startswith("linux"):
        text = systemd_unit(service.command, service.environment)
        return [
            Write(service.definition, text),
            _systemctl("daemon-reload"),
            _systemctl("enable", UNIT),
            _systemctl("restart", UNIT),
        ]
    if service.platform == "darwin":
        trouble = str(PurePosixPath(service.home) / "Library/Logs/Poise/trouble.log")
        text = launchd_plist(service.command, service.environment, trouble)
        return [
            Write(service.definition, text),
            Command(("launchctl", "bootout", f"gui/{service.uid}/{LABEL}"), may_fail=True),
            Command(("launchctl", "bootstrap", f"gui/{service.uid}", str(service.definition))),
        ]
    if service.platform == "win32":
        path = service.definition
        return [
            Write(path, task_xml(service.command, service.user), "utf-16"),
            Command(("schtasks", "/Create", "/TN", TASK, "/XML", str(path), "/F")),
            Command(("schtasks", "/Run", "/TN", TASK)),
        ]
    raise unsupported(service.platform)


def uninstalling(service: Service) -> list[Step]:
    """Return the steps that remove the service. The patient's data stay.

    Raises PoiseError (BAD_INPUT) on a platform that is not supported.
    """
    if service.platform.startswith("linux"):
        return [
            Command(("systemctl", "--user", "disable", "--now", UNIT), may_fail=True),
            Remove(service.definition),
            _systemctl("daemon-reload"),
        ]
    if service.platform == "darwin":
        return [
            Command(("launchctl", "bootout", f"gui/{service.uid}/{LABEL}"), may_fail=True),
            Remove(service.definition),
        ]
    if service.platform == "win32":
        return [
            Command(("schtasks", "/End", "/TN", TASK), may_fail=True),
            Command(("schtasks", "/Delete", "/TN", TASK, "/F"), may_fail=True),
            Remove(service.definition),
        ]
    raise unsupported(service.platform)


def _systemctl(*words: str) -> Command:
    return Command(("systemctl", "--user", *words))


def unsupported(platform: str) -> PoiseError:
    """Return the error for a platform on which nothing can be installed."""
    return PoiseError(
        Reason.BAD_INPUT,
        _("Poise can't install itself on {platform}").format(platform=platform),
        _("Let `poise wear --service` be started when you log in."),
    )
