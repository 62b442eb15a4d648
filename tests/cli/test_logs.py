"""`poise -v` and the service's log: what they tell, where it goes, and that nothing personal is in it."""

import asyncio
import json
import logging
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.cli import dispatch, logs
from poise.clip.client import ClipClient
from poise.clip.transport.serial import SerialTransport
from poise.store import Store
from poise.wear import Runner
from tests.conftest import WITHIN_S
from tests.support.command import environment
from tests.support.plans import exercise, plan_text
from tests.support.wear_day import Clip, EightOClock

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (INFO|DEBUG) poise\.[a-z_.]+: \S.*")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Take the handlers of a test away again."""
    poise = logging.getLogger("poise")
    before = poise.handlers[:], poise.level, poise.propagate
    yield
    for handler in poise.handlers:
        if handler not in before[0]:
            handler.close()
    poise.handlers[:], poise.level, poise.propagate = before


def a_day(path: Path, text: str) -> list[str]:
    """Log a runner that shows a reminder of the plan `text` and takes its answer; return the lines."""
    logs.for_service(path / "log" / "wear.log")
    logging.getLogger("poise").setLevel(logging.DEBUG)

    async def live() -> None:
        clip, clock = Clip(), EightOClock()
        with Store.open(path / "poise.db") as store:
            store.plans.put(text, "Dr. Quillfeather", clock.utc_ms() - 1)
            runner = Runner(
                lambda: ClipClient(SerialTransport(clip.port), clock, 0.5), store, clock
            )
            shown = Screen(runner)
            runner.use([shown])
            task = asyncio.ensure_future(runner.run())
            async with asyncio.timeout(WITHIN_S):
                await runner.caught_up.wait()
                while not runner.live.reminders_answered:
                    await asyncio.sleep(0.05)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        clip.unplug()

    asyncio.run(live())
    return (path / "log" / "wear.log").read_text(encoding="utf-8").splitlines()


class Screen:
    """Answers each reminder that it is given."""

    name = "terminal"

    def __init__(self, runner: Runner) -> None:
        self._runner = runner

    async def notify(self, notice) -> None:
        asyncio.get_running_loop().call_later(
            0.05, self._runner.fanout.answered, notice.reminder_id, "done", self.name
        )

    async def withdraw(self, reminder_id: int) -> None:
        pass


def test_a_day_in_lines_without_anything_personal(tmp_path: Path) -> None:
    secret = ("Ottilie Zwirn", "Dr. Quillfeather", "Zwirnroll", "Roll the yarn slowly")
    text = plan_text(
        exercise(id="zwirnroll", name=secret[2], instructions=secret[3], reps=3), patient=secret[0]
    ).replace('"T"', f'"{secret[1]}"')
    lines = a_day(tmp_path, text)
    assert all(LINE.fullmatch(line) for line in lines)
    told = "\n".join(lines)
    for words in ("clip: firmware", "clock set, uncertainty", "log: 3 records", "plan 1 is in force",
                  "reminder 1 (clock) is shown; failed ways: none", "reminder 1: done (terminal)",
                  "hello, ", "link closed by this program"):  # fmt: skip
        assert words in told, words
    assert not [word for word in secret if word.lower() in told.lower()]


def test_a_diary_text_stays_out(poise) -> None:
    note = "Ottilie had wine"
    done = poise("-vv", "diary", "add", "--headache", "--intensity", "4", "--note", note)
    assert done.returncode == 0, done.stderr
    assert note not in done.stderr


def test_the_file_is_its_owners_and_rotates(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(logs, "FILE_BYTES", 2_000)
    path = tmp_path / "log" / "wear.log"
    logs.for_service(path)
    for number in range(400):
        logging.getLogger("poise.wear.runner").info("line %d", number)
    kept = sorted(path.parent.iterdir())
    assert [one.name for one in kept] == ["wear.log", *(f"wear.log.{n}" for n in range(1, 5))]
    assert {stat.S_IMODE(one.stat().st_mode) for one in kept} == {0o600}
    assert all(one.stat().st_size <= 2_000 for one in kept)
    assert path.read_text().splitlines()[-1].endswith("INFO poise.wear.runner: line 399")


def test_a_file_of_an_earlier_version_becomes_its_owners(tmp_path: Path) -> None:
    old = [tmp_path / name for name in ("wear.log", "wear.log.1")]
    for path in old:
        path.write_text("old\n")
        path.chmod(0o644)
    logs.for_service(old[0])
    assert {stat.S_IMODE(path.stat().st_mode) for path in old} == {0o600}


@pytest.mark.parametrize("address", ["AA:BB:CC:12:34:56", "aa:bb:cc:12:34:56", "dev_AA_BB_CC_12_34_56",
                                     "0F1E2D3C-AAAA-BBBB-CCCC-0123456789AB"])  # fmt: skip
def test_an_address_stays_out(tmp_path: Path, address: str) -> None:
    logs.for_service(tmp_path / "wear.log")
    logging.getLogger("poise.wear.runner").info("link: no clip '%s' found in 5 s", address)
    told = (tmp_path / "wear.log").read_text()
    assert "(address)' found in 5 s" in told
    assert address.removeprefix("dev_") not in told


def test_the_journal_has_each_line_once(capsys) -> None:
    logs.to_stderr(1)
    logs.for_service(None)
    logging.getLogger("poise.wear.runner").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_a_line_cannot_command_the_terminal_nor_name_the_user(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "ottilie"))
    logs.for_service(tmp_path / "wear.log")
    logging.getLogger("poise.store").info("no room in %s\x1b[2J", Path.home() / "poise.db")
    assert (tmp_path / "wear.log").read_text().endswith("no room in ~/poise.db\\u001b[2J\n")


@pytest.mark.parametrize(("options", "level"), [((), logging.NOTSET), (("-v",), logging.INFO),
                                                (("-vv",), logging.DEBUG), (("-v", "-v"), logging.DEBUG)])  # fmt: skip
def test_the_option_sets_the_level(options: tuple[str, ...], level: int) -> None:
    logging.getLogger("poise").setLevel(logging.NOTSET)
    with pytest.raises(SystemExit):
        dispatch([*options, "plan", "--help"])
    assert logging.getLogger("poise").level == level


def test_without_it_nothing_is_added(poise) -> None:
    plain, told = poise("events"), poise("-v", "events")
    assert (plain.returncode, plain.stdout) == (told.returncode, told.stdout)
    assert "INFO" not in plain.stderr


@pytest.mark.parametrize("to_file", [True, False], ids=["file", "journal"])
def test_the_status_names_the_services_log(poise, tmp_path: Path, to_file: bool) -> None:
    (tmp_path / "data").mkdir()
    log = tmp_path / "log" / "wear.log"
    named = str(log) if to_file else "journalctl --user -u poise-wear"
    words = ["wear", "--service", "--no-dashboard", "--port", str(tmp_path / "no port")]
    service = subprocess.Popen(
        [sys.executable, "-m", "poise", *words, *(("--log", str(log)) if to_file else ())],
        env=environment(tmp_path / "data"),
        stderr=subprocess.DEVNULL,
    )
    try:
        end_s = time.monotonic() + WITHIN_S
        while (done := poise("wear", "--status", "--json")).returncode:
            assert time.monotonic() < end_s, done.stderr
        assert json.loads(done.stdout)["log"] == named
        assert f"log           {named}" in poise("wear", "--status").stdout.splitlines()
        assert log.exists() == to_file
    finally:
        service.terminate()
        service.wait(WITHIN_S)
