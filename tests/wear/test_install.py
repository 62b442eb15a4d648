"""The service that `poise wear --install` makes: read back by the parsers of the systems that it is for."""

import configparser
import plistlib
import shutil
import stat
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree as Xml

import pytest

from poise.errors import PoiseError, Reason
from poise.wear.install import Command, Remove, Service, Write, carry_out, installing, uninstalling
from poise.wear.install.texts import FINAL_STATUSES, TASK_NAMESPACE, systemd_unit
from tests.conftest import WITHIN_S
from tests.support.command import refused

LINUX = Service(
    "linux",
    "/opt/a b/bin/python",
    PurePosixPath("/home/w"),
    PurePosixPath('/home/w/100% "mine" $x'),
    options=("--clip", "AB12"),
    environment={"POISE_STORE": "postgresql://h/100%"},
)
MAC = Service(
    "darwin", "/opt/python", PurePosixPath("/Users/w"), PurePosixPath("/Users/w/p"), uid=501
)
WINDOWS = Service(
    "win32",
    r"C:\Py\python.exe",
    PureWindowsPath(r"C:\Users\w"),
    PureWindowsPath("C:\\Users\\w\\my data\\"),
    user=r"PC\w",
)


def written(service: Service) -> Write:
    (one,) = [step for step in installing(service) if isinstance(step, Write)]
    return one


def commands(steps) -> list[str]:
    return [" ".join(step.words) for step in steps if isinstance(step, Command)]


def test_the_systemd_unit_restarts_it_and_is_the_users() -> None:
    unit = configparser.RawConfigParser(strict=True, delimiters=("=",))
    unit.optionxform = lambda optionstr: optionstr
    unit.read_string(written(LINUX).text)
    assert written(LINUX).path == PurePosixPath("/home/w/.config/systemd/user/poise-wear.service")
    assert unit["Install"]["WantedBy"] == "default.target"
    assert unit["Service"]["Restart"] == "on-failure"
    assert "User" not in unit["Service"]
    command = unit["Service"]["ExecStart"]
    assert command.startswith('"/opt/a b/bin/python" "-m" "poise" "--data" ')
    assert r'"/home/w/100%% \"mine\" $$x"' in command and command.endswith('"--clip" "AB12"')
    assert unit["Service"]["Environment"] == '"POISE_STORE=postgresql://h/100%%"'
    assert FINAL_STATUSES == (2, 23, 24, 28)
    assert commands(installing(LINUX))[-1] == "systemctl --user restart poise-wear.service"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_itself_takes_the_unit(tmp_path: Path) -> None:
    path = tmp_path / "poise-wear.service"
    path.write_text(systemd_unit(["/bin/sh", "-c", "a 'b' % $c \"d\""], {"X": "100% $y"}))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(path)],
        capture_output=True, text=True, timeout=WITHIN_S,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "poise-wear" not in done.stderr, done.stderr
    path.write_text(path.read_text().replace("Restart=on-failure", "Restart=now and then"))
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", str(path)],
        capture_output=True, text=True, timeout=WITHIN_S,
        env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert "poise-wear" in done.stderr  # else the check above could not fail


def test_the_launch_agent() -> None:
    agent = plistlib.loads(written(MAC).text.encode())
    assert written(MAC).path == PurePosixPath("/Users/w/Library/LaunchAgents/org.poise.wear.plist")
    assert agent["ProgramArguments"][:5] == ["/opt/python", "-m", "poise", "--data", "/Users/w/p"]
    assert agent["ProgramArguments"][-2:] == ["--log", "/Users/w/Library/Logs/Poise/wear.log"]
    assert agent["RunAtLoad"] is True and agent["KeepAlive"] == {"SuccessfulExit": False}
    assert commands(installing(MAC)) == [
        "launchctl bootout gui/501/org.poise.wear",
        "launchctl bootstrap gui/501 /Users/w/Library/LaunchAgents/org.poise.wear.plist",
    ]


def test_the_scheduled_task() -> None:
    step = written(WINDOWS)
    assert step.encoding == "utf-16"
    root = Xml.fromstring(step.text.encode("utf-16"))
    assert root.tag == f"{{{TASK_NAMESPACE}}}Task"
    names = {"t": TASK_NAMESPACE}

    def text(path: str) -> str | None:
        return root.findtext("/".join(f"t:{name}" for name in path.split("/")), None, names)

    # In the order of the schema, which is a sequence up to here.
    assert [child.tag.rpartition("}")[2] for child in root] == [
        "RegistrationInfo", "Triggers", "Principals", "Settings", "Actions",
    ]  # fmt: skip
    assert text("Principals/Principal/LogonType") == "InteractiveToken"
    assert text("Principals/Principal/RunLevel") == "LeastPrivilege"
    assert text("Settings/StopIfGoingOnBatteries") == "false"
    assert text("Settings/ExecutionTimeLimit") == "PT0S"
    assert 1 <= int(text("Settings/RestartOnFailure/Count") or 0) <= 255
    assert text("Actions/Exec/Command") == r"C:\Py\pythonw.exe"
    arguments = text("Actions/Exec/Arguments") or ""
    assert arguments.startswith(r'-m poise --data "C:\Users\w\my data" wear --service --log')
    actions = root.find("t:Actions", names)
    assert actions is not None and actions.attrib["Context"] == "Author"


def test_removing_undoes_what_installing_made_and_nothing_else() -> None:
    for service in (LINUX, MAC, WINDOWS):
        removed = [step.path for step in uninstalling(service) if isinstance(step, Remove)]
        assert removed == [written(service).path]
        assert service.data not in removed
    with pytest.raises(PoiseError) as failure:
        installing(Service("plan9", "python", PurePosixPath("/"), PurePosixPath("/d")))
    assert failure.value.reason is Reason.BAD_INPUT


def fake_systemctl(folder: Path, status: int = 0) -> str:
    folder.mkdir(exist_ok=True)
    tool = folder / "systemctl"
    tool.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\necho no bus >&2\nexit {status}\n')
    tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    return str(folder)


@pytest.mark.skipif(not shutil.which("sh"), reason="needs a shell")
def test_installed_twice_and_removed_on_linux(poise, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("systemd is Linux's")
    tools = fake_systemctl(tmp_path / "bin")
    config = tmp_path / "config"
    options = {"PATH": f"{tools}:/usr/bin:/bin", "XDG_CONFIG_HOME": str(config)}
    dry = poise("wear", "--install", "--dry-run", **options)
    assert "ExecStart=" in dry.stdout and "run systemctl --user enable" in dry.stdout
    assert not config.exists() and not (tmp_path / "bin/calls").exists()
    for _ in range(2):
        done = poise("wear", "--install", "--clip", "AB12", **options)
        assert done.returncode == 0, done.stderr
    unit = config / "systemd/user/poise-wear.service"
    assert '"--clip" "AB12"' in unit.read_text()
    data = tmp_path / "data"
    (data / "kept").touch()
    assert poise("wear", "--uninstall", **options).returncode == 0
    assert not unit.exists() and (data / "kept").exists()
    calls = (tmp_path / "bin/calls").read_text().splitlines()
    assert calls.count("--user restart poise-wear.service") == 2
    assert "--user disable --now poise-wear.service" in calls


def test_a_failing_tool_is_told_with_its_words(poise, tmp_path: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("systemd is Linux's")
    options = {
        "PATH": f"{fake_systemctl(tmp_path / 'bin', 1)}:/usr/bin:/bin",
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    line = refused(poise("wear", "--install", **options), Reason.REFUSED)
    assert "no bus" in line
    # Where there is no systemd at all.
    options["PATH"] = str(tmp_path)
    assert "systemctl" in refused(poise("wear", "--install", **options), Reason.MISSING_EXTRA)


def test_carrying_out_writes_with_its_encoding(tmp_path: Path) -> None:
    carry_out([Write(tmp_path / "a/b.xml", "ä", "utf-16"), Remove(tmp_path / "not there")])
    assert (tmp_path / "a/b.xml").read_bytes().startswith(b"\xff\xfe")
