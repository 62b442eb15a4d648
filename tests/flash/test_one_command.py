"""`poise flash` from a blank board to a tested clip: the real esptool, littlefs, MicroPython and firmware."""

import json
from pathlib import Path

import pytest

from poise import cli
from poise.cli import flashing
from poise.cli.flashing import Job, flash_board
from poise.cli.flashing_screen import Outcome, Screen
from poise.errors import PoiseError
from poise.flash.image import read_image
from poise.flash.report import checked
from poise.flash.self_test import judged
from poise.twin.shop import blank_board
from tests.conftest import vm_or_skip

pytestmark = [pytest.mark.vm, pytest.mark.system]


class Heard(Screen):
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """Keep a line."""
        self.lines.append(text)


def test_a_blank_board_becomes_a_tested_clip_and_stays_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    vm_or_skip(64)
    monkeypatch.setenv("POISE_DATA", str(tmp_path / "data"))
    with blank_board(tmp_path / "board") as shop:
        with pytest.raises(PoiseError, match="there is no MicroPython on the board") as blank:
            flash_board(Job(shop.port), Heard())
        assert "--image" in blank.value.hint

        image, reports = read_image(shop.image), tmp_path / "reports"
        with pytest.raises(PoiseError, match="'esp32s3' does not run on an ESP32"):
            flash_board(Job(shop.port, image, "esp32s3"), Heard())
        first = Heard()
        job = Job(shop.port, image, shop.board, shop.arch, reports=reports, trust=bytes(range(32)))
        done = flash_board(job, first)
        assert done.tested is not None and done.tested.passed, first.lines
        assert "The board has no files of a clip: nothing is lost." in first.lines
        assert {"main.py", "a/app/clip.mpy", "key"} <= set(done.written)
        assert checked((reports / f"{done.clip_id}.txt").read_text())
        assert (reports / f"{done.clip_id}.svg").read_text().startswith("<svg")

        again = Heard()
        kept = flash_board(Job(shop.port, image, shop.board, shop.arch, tests=False), again)
        assert (kept.clip_id, kept.written) == (done.clip_id, [])
        stays = [line for line in again.lines if line.startswith("Stays on the board: the log")]
        assert stays and all("the key that it trusts" in line for line in stays)


def test_where_a_part_fails_the_command_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    outcome = Outcome("0123456789abcdef")

    def tested(job: Job, screen: Screen) -> Outcome:
        rows = "0 ! 104;1 45;2 509 412 180;3 1;4 300 17000;5 3900;6 1"
        outcome.tested = judged(rows.split(";"))
        return outcome

    monkeypatch.setattr(flashing, "test_board", tested)
    with pytest.raises(PoiseError, match="the self-test found: gravity, acc"):
        cli.dispatch(["flash", "test", "--port", "any", "--json"])
    told = json.loads(capsys.readouterr().out)
    assert (told["done"]["passed"], told["done"]["clip_id"]) == (False, outcome.clip_id)


GOOD = "0 lsm6dsox 1012 310 120 8;1 45;2 509 412 180;3 1;4 300 17000;5 3900;6 1"


@pytest.mark.parametrize(("rows", "kinds"), [(GOOD, ["svg", "txt"]), (GOOD[:-1] + "0", ["txt"])])
def test_only_a_clip_that_passed_gets_a_label(
    rows: str, kinds: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("POISE_DATA", str(tmp_path / "data"))
    outcome = Outcome("0123456789abcdef", tested=judged(rows.split(";")))
    flashing.keep_report(tmp_path / "reports", outcome, "ESP32", "1.28.0")
    assert sorted(path.suffix[1:] for path in (tmp_path / "reports").iterdir()) == kinds
