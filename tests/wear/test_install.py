"""The service and the menu entry that Poise makes: read back by the parsers of the systems that they are for."""

import ast
import configparser
import dataclasses
import plistlib
import re
import shlex
import shutil
import stat
import struct
import subprocess
import sys
import time
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree import ElementTree as Xml

import pytest

from poise.cli.install import this_entry
from poise.errors import PoiseError, Reason
from poise.wear.install import (
    Command,
    Remove,
    RemoveFolder,
    Service,
    Write,
    WriteBytes,
    carry_out,
    installing,
    is_installed,
    uninstalling,
)
from poise.wear.install.entry import APP_ID, Entry, desktop_entry, entering, icns, ico, leaving
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
    # What does not start says nowhere that it is installed.
    assert not list((tmp_path / "config").rglob("*.service"))
    # Where there is no systemd at all.
    options["PATH"] = str(tmp_path)
    assert "systemctl" in refused(poise("wear", "--install", **options), Reason.MISSING_EXTRA)


def test_carrying_out_writes_with_its_encoding(tmp_path: Path) -> None:
    carry_out([Write(tmp_path / "a/b.xml", "ä", "utf-16"), Remove(tmp_path / "not there")])
    assert (tmp_path / "a/b.xml").read_bytes().startswith(b"\xff\xfe")


# --- the menu entry

SVG = "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>"
AWKWARD = ["a b", '100% "mine"', "$HOME `x`", "back\\slash", "it's", "tab\tnew"]


@pytest.fixture(scope="module")
def png() -> bytes:
    return this_entry().png


@pytest.mark.skipif(not shutil.which("desktop-file-validate"), reason="needs desktop-file-utils")
def test_the_desktop_entry_is_one_by_the_specification(tmp_path: Path) -> None:
    path = tmp_path / f"{APP_ID}.desktop"

    def judged(text: str) -> subprocess.CompletedProcess[str]:
        path.write_text(text)
        judge = ["desktop-file-validate", str(path)]
        return subprocess.run(judge, capture_output=True, text=True, timeout=WITHIN_S)

    text = desktop_entry(["/opt/a b/python", *AWKWARD])
    done = judged(text)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout
    assert judged(text.replace("Type=Application", "Type=Thing")).returncode  # it can fail
    assert judged(text.replace('"100%%', '"100%')).returncode


@pytest.mark.skipif(not shutil.which("gio"), reason="needs GLib's gio")
def test_a_desktop_starts_what_the_entry_names(tmp_path: Path) -> None:
    """GLib, which GNOME and others start programs with, takes the words as they are meant."""
    seen, path = tmp_path / "seen", tmp_path / "x.desktop"
    script = "import os, sys; open(sys.argv[1] + '.part', 'w').write(repr(sys.argv[2:]));" \
        "os.rename(sys.argv[1] + '.part', sys.argv[1])"  # fmt: skip
    path.write_text(desktop_entry([sys.executable, "-c", script, str(seen), *AWKWARD]))
    subprocess.run(["gio", "launch", str(path)], check=True, timeout=WITHIN_S)
    end_s = time.monotonic() + WITHIN_S
    while not seen.exists():
        assert time.monotonic() < end_s
        time.sleep(0.02)
    assert ast.literal_eval(seen.read_text()) == AWKWARD


def test_the_macos_application(png: bytes) -> None:
    info, icon, program = entering(Entry(MAC, SVG, png))
    assert isinstance(info, Write) and isinstance(icon, WriteBytes) and isinstance(program, Write)
    bundle = PurePosixPath("/Users/w/Applications/Poise.app/Contents")
    listed = plistlib.loads(info.text.encode())
    assert info.path == bundle / "Info.plist"
    assert program.path == bundle / "MacOS" / listed["CFBundleExecutable"] and program.runs
    assert icon.path == bundle / "Resources" / f"{listed['CFBundleIconFile']}.icns"
    assert (
        "NSBluetoothAlwaysUsageDescription" in listed
    )  # without it macOS ends what asks for Bluetooth
    first, *_, line = program.text.splitlines()
    assert first == "#!/bin/sh"
    assert shlex.split(line)[:7] == ["nohup", *MAC.poise, "open"] and line.endswith(" &")


def test_the_start_menu_shortcut(png: bytes) -> None:
    icon, made = entering(Entry(WINDOWS, SVG, png))
    assert isinstance(icon, WriteBytes) and isinstance(made, Command)
    tool, *_, script = made.words
    assert tool == "powershell"
    lines = dict(re.findall(r"\$s\.(\w+) = '(.*?)'(?:;|$)", script))
    assert lines["TargetPath"] == r"C:\Py\pythonw.exe"
    assert lines["Arguments"] == r'-m poise --data "C:\Users\w\my data" open'
    assert lines["IconLocation"] == str(icon.path)
    assert r"Start Menu\Programs\Poise.lnk')" in script
    odd = dataclasses.replace(WINDOWS, home=PureWindowsPath("C:\\O'Hara"))
    (_, made) = entering(Entry(odd, SVG, png))
    assert isinstance(made, Command) and r"C:\O''Hara" in made.words[-1]


@pytest.mark.skipif(not shutil.which("file"), reason="needs file")
@pytest.mark.parametrize(
    ("make", "says"), [(ico, "MS Windows icon resource - 1 icon, 256x256 with PNG"), (icns, "Mac OS X icon")]
)  # fmt: skip
def test_the_icons_are_what_they_should_be(tmp_path: Path, png: bytes, make, says: str) -> None:
    path = tmp_path / "icon"
    path.write_bytes(make(png))
    done = subprocess.run(["file", "-b", path], capture_output=True, text=True, timeout=WITHIN_S)
    assert says in done.stdout
    size = struct.unpack(">I", make(png)[4:8])[0]
    assert make is ico or size == path.stat().st_size


@pytest.mark.parametrize("service", [LINUX, MAC, WINDOWS], ids=lambda each: each.platform)
def test_leaving_undoes_what_entering_made(service: Service, png: bytes) -> None:
    made = [s.path for s in entering(Entry(service, SVG, png)) if isinstance(s, Write | WriteBytes)]
    gone = leaving(Entry(service, SVG, png))
    removed = [step.path for step in gone if isinstance(step, Remove)]
    assert set(made) <= set(removed) and len(removed) - len(made) == (service is WINDOWS)
    folders = [step.path for step in gone if isinstance(step, RemoveFolder)]
    assert all(
        parent in folders for path in made for parent in path.parents if ".app" in str(parent)
    )


def test_installed_and_removed_in_real_folders(tmp_path: Path, png: bytes) -> None:
    """A Mac's steps are files alone, so that they can be carried out anywhere."""
    service = dataclasses.replace(MAC, home=tmp_path)
    carry_out(entering(Entry(service, SVG, png)))
    program = tmp_path / "Applications/Poise.app/Contents/MacOS/Poise"
    assert program.stat().st_mode & stat.S_IXUSR
    kept = program.parent.parent / "mine"
    kept.touch()
    carry_out(leaving(Entry(service, SVG, png)))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [kept]
    kept.unlink()
    carry_out(leaving(Entry(service, SVG, png)))
    assert list((tmp_path / "Applications").iterdir()) == []
    assert not is_installed(service)


@pytest.mark.skipif(sys.platform != "linux", reason="a menu entry is Linux's")
def test_poise_install_and_remove(poise, tmp_path: Path) -> None:
    share = tmp_path / "share"
    assert "Exec=" in poise("install", "--dry-run", XDG_DATA_HOME=str(share)).stdout
    assert not share.exists()
    assert poise("install", XDG_DATA_HOME=str(share)).returncode == 0
    entry = share / f"applications/{APP_ID}.desktop"
    assert f"--data {tmp_path / 'data'} open" in entry.read_text()
    icon = share / f"icons/hicolor/scalable/apps/{APP_ID}.svg"
    assert Xml.parse(icon).getroot().tag.endswith("svg")
    assert poise("install", "--remove", XDG_DATA_HOME=str(share)).returncode == 0
    assert not entry.exists() and not icon.exists()
