"""The way of the entry's address to the browser: told to nobody else, and only once it is answered."""

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from poise.cli import browser as browsers
from poise.cli.browser import LATE, LATE_S, OPENING, Opening, await_entry
from poise.files.private import put
from poise.wear.lock import NOTE, Single
from tests.conftest import WITHIN_S
from tests.support.command import environment

URL = "http://127.0.0.1:1001/enter?token=a-secret"
posix = pytest.mark.skipif(os.name != "posix", reason="rights of files as on POSIX")


class Desktop:
    """What is said, and what browsers are started with."""

    def __init__(self, folder: Path, *, wanted: bool = True, works: bool = True) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.started: list[str] = []
        self.opening = Opening(
            folder,
            wanted=wanted,
            say=self.said.append,
            open_url=lambda url: self.started.append(url) or works,
            begin=lambda work: work(),
        )

    @property
    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop(tmp_path)


@pytest.fixture(autouse=True)
def no_snaps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(browsers, "_SNAPS", tmp_path / "none")


@posix
def test_the_browser_is_given_a_private_file(desktop: Desktop):
    desktop.opening.open(URL)
    (file,) = desktop.files
    assert desktop.started == [file.as_uri()] and "secret" not in file.as_uri()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f'content="0; url={URL}"' in file.read_text()
    assert desktop.said == [OPENING]
    desktop.opening.end()
    assert not desktop.files
    desktop.opening.late()
    assert desktop.said == [OPENING], "it is in"


def test_without_a_browser_the_address_is_printed(tmp_path: Path):
    for desktop in (Desktop(tmp_path, wanted=False), Desktop(tmp_path, works=False)):
        desktop.opening.open(URL)
        assert desktop.said[-1] == URL
        desktop.opening.late()
        assert desktop.said.count(URL) == 1
        desktop.opening.end()
        assert not desktop.files


def test_a_browser_that_does_not_come(desktop: Desktop):
    desktop.opening.open(URL)
    desktop.opening.late()
    assert desktop.said == [OPENING, LATE, URL]


def test_a_disk_that_takes_no_file(tmp_path: Path):
    desktop = Desktop(tmp_path / "absent")
    desktop.opening.open(URL)
    assert desktop.said == [LATE, URL] and not desktop.started


@posix
def test_what_stands_there_already_is_not_written_into(desktop: Desktop, tmp_path: Path):
    victim = tmp_path / "victim"
    victim.write_text("mine")
    name = tmp_path / "poise-enter-1001.html"
    name.symlink_to(victim)
    desktop.opening.open(URL)
    assert victim.read_text() == "mine" and not name.is_symlink()
    assert stat.S_IMODE(name.stat().st_mode) == 0o600
    name.unlink()
    readable = tmp_path / "readable"
    readable.touch(mode=0o644)
    os.link(readable, name)
    put(name, "secret")
    assert not readable.read_text() and stat.S_IMODE(name.stat().st_mode) == 0o600


@posix
def test_the_note_of_a_running_one_is_not_written_into_anothers_file(tmp_path: Path):
    for name in (f"{NOTE}.part", NOTE):
        (tmp_path / name).symlink_to(tmp_path / "victim")
    with Single(tmp_path).held() as single:
        single.tell(dashboard=URL)
        assert not (tmp_path / "victim").exists()
        assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600


def test_what_a_killed_process_left_goes(desktop: Desktop, tmp_path: Path):
    stale, fresh = tmp_path / "poise-enter-1.html", tmp_path / "poise-enter-2.html"
    for file in (stale, fresh):
        file.touch()
    os.utime(stale, (0, 0))
    desktop.opening.open(URL)
    assert not stale.exists() and fresh.exists()


def test_a_browser_from_a_snap_sees_nothing_hidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "none").mkdir()
    (tmp_path / "home").mkdir()
    monkeypatch.setattr(browsers.sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    desktop = Desktop(tmp_path / ".hidden")
    desktop.opening.open(URL)
    assert desktop.started[0].startswith((tmp_path / "home").as_uri())


def test_another_process_tells_when_its_address_is_used(desktop: Desktop):
    addresses = [URL, URL, "http://127.0.0.1:1001/enter?token=next"]
    await_entry(desktop.opening, URL, lambda: addresses.pop(0), lambda: 0.0, lambda _s: None)
    assert not addresses and not desktop.files and desktop.said == [OPENING]


def test_another_process_that_no_browser_reaches(desktop: Desktop):
    now = [0.0]

    def wait(seconds: float) -> None:
        now[0] += seconds

    await_entry(desktop.opening, URL, lambda: URL, lambda: now[0], wait)
    assert now[0] >= LATE_S and desktop.said[-1] == URL and not desktop.files


# A browser that keeps what it was started with, and goes where the file sends it.
BROWSER = """
import os, re, sys, urllib.parse, urllib.request
from pathlib import Path
path = Path(urllib.parse.unquote(urllib.parse.urlparse(sys.argv[1]).path))
url = re.search(r"url=([^\\"]+)", path.read_text())[1]
arguments = Path("/proc/self/cmdline")
told = arguments.read_text() if arguments.exists() else " ".join(sys.argv)
rights = oct(path.stat().st_mode & 0o777)
with urllib.request.urlopen(url) as answer:  # at once: it has to listen
    Path(os.environ["SEEN"]).write_text(f"{answer.status} {rights} {told} {url}")
"""


@posix
def test_poise_dashboard_opens_it_when_it_listens(tmp_path: Path):
    script, seen, data = tmp_path / "browser.py", tmp_path / "seen", tmp_path / "data"
    script.write_text(BROWSER)
    os.mkfifo(seen)
    more = {"BROWSER": f"{sys.executable} {script} %s", "SEEN": str(seen), "HOME": str(tmp_path)}
    process = subprocess.Popen(
        [sys.executable, "-m", "poise", "dashboard"],
        env=environment(data, **more), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == OPENING
        status, rights, *told, url = seen.read_text().split()
        assert (status, rights) == ("200", "0o600")
        assert url.startswith("http://127.0.0.1:") and url not in " ".join(told)
        assert url.partition("token=")[2] not in " ".join(told)
    finally:
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=WITHIN_S)
    assert "token=" not in output and "Traceback" not in errors
    left = [*tmp_path.glob("poise-enter*"), *data.glob("*enter*")]
    assert not left
