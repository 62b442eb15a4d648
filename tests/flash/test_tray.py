"""A tray of boards: a process for each, one that fails among them."""

import re
from pathlib import Path

import pytest

from poise import cli
from poise.cli.flashing_many import Tray
from poise.clip.transport import ports
from poise.clip.transport.ports import Port
from poise.errors import PoiseError
from poise.flash.report import checked
from poise.twin.shop import blank_board
from tests.conftest import vm_or_skip
from tests.support.rom_bench import CLIP, RomBench, files_part, twin_image, whole


def test_each_board_of_a_tray_says_what_became_of_it(tmp_path: Path):
    image = twin_image(tmp_path)
    with RomBench(tmp_path / "good") as good, RomBench(tmp_path / "bad", flash_bytes=2**21) as bad:
        good.put(*whole(image), files_part(CLIP))
        before = good.flash
        said: list[str] = []
        words = ["--image", str(next(tmp_path.glob("*.bin"))), "--dry-run"]
        tray = Tray(lambda: [good.port, bad.port], words, said.append)
        assert tray.run(count=2) == [bad.port]
        assert good.flash == before
    whole_text = "\n".join(said)
    assert f"{good.port}: Stays on the board: the log (39 kB), the start position" in whole_text
    assert f"{good.port}: That is what would be done. Nothing was written." in whole_text
    assert f"{bad.port}: ✗ poise: {bad.port}: the board's flash has 2 MB; it takes 4" in whole_text
    assert sum("✓" in line for line in said) == 1


@pytest.mark.vm
@pytest.mark.system
def test_a_tray_of_whole_flashes_goes_on_over_a_wrong_board_and_a_pulled_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """One board after the other, each in the place of the last: a maker at a bench."""
    vm_or_skip(64)
    monkeypatch.setenv("POISE_DATA", str(tmp_path / "data"))
    reports = tmp_path / "reports"
    with (
        blank_board(tmp_path / "first", seed=1) as first,
        RomBench(tmp_path / "wrong", chip="esp32c3") as wrong,
        RomBench(tmp_path / "pulled") as pulled,
        blank_board(tmp_path / "last", seed=2) as last,
    ):
        pulled.pull_at(130)
        queue = [first.port, wrong.port, pulled.port, last.port]
        said = ""

        def plugged_in() -> list[Port]:
            nonlocal said
            said += capsys.readouterr().out
            over = sum(line.count(": ✓") + line.count(": ✗") for line in said.splitlines())
            return [Port(port, "") for port in queue[over : over + 1]]

        monkeypatch.setattr(ports, "likely_ports", plugged_in)
        words = ["--image", str(first.image), "--arch", first.arch, "--reports", str(reports)]
        with pytest.raises(PoiseError, match="not every board is a tested clip") as ended:
            cli.dispatch(["flash", "--many", "--count", "4", *words])
        assert set(wrong.flash) == {0xFF}
    said += capsys.readouterr().out
    assert str(ended.value).endswith(f": {wrong.port}, {pulled.port}")
    clips = re.findall(r"✓ clip (\w+) is done", said)
    assert len(set(clips)) == 2, said
    assert {path.name for path in reports.iterdir()} == {
        f"{clip}.{kind}" for clip in clips for kind in ("txt", "svg")
    }
    for clip in clips:
        assert checked((reports / f"{clip}.txt").read_text())
    assert f"{wrong.port}: ✗ poise: {wrong.port} is an ESP32-C3, not an ESP32" in said
    assert "Take the image for its chip." in said
    gone = said[said.index(f"{pulled.port}: ✗") :]
    assert "the board has no whole MicroPython now" in gone
    assert "Check the cable. Run the same command again." in gone
    assert said.count("Unplug it; plugged in again, it is tried once more.") == 2


@pytest.mark.parametrize("word", ["--port=/dev/ttyUSB0", "--twin"])
def test_a_tray_takes_no_single_board(word: str):
    if word == "--twin":
        vm_or_skip(64)
    with pytest.raises(PoiseError, match="--many takes every board that is plugged in"):
        cli.dispatch(["flash", "--many", "--count", "1", word])


def in_place_of_poise(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `python -m poise` run this, in the processes to come."""
    place = folder / "poise"
    place.mkdir()
    (place / "__init__.py").touch()
    (place / "__main__.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(folder))


def test_words_that_are_none_of_ours_do_not_stop_a_tray(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A process whose library prints a line, and which then fails without a word."""
    in_place_of_poise("print('a line of a library'); raise SystemExit(3)", tmp_path, monkeypatch)
    said: list[str] = []
    assert Tray(lambda: ["port"], [], said.append).run(count=1) == ["port"]
    assert said[1] == "port: a line of a library"
    assert said[2].startswith("port: ✗ it ended with status 3")


def test_after_ctrl_c_each_board_that_is_being_written_is_still_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    heard = tmp_path / "heard"
    code = f"""
import pathlib, time
while not pathlib.Path({str(heard)!r}).exists():
    time.sleep(0.02)
print('{{"done": {{"clip_id": "c1"}}}}')
"""
    in_place_of_poise(code, tmp_path, monkeypatch)
    looks = iter([["port"]])

    def plugged_in() -> list[str]:
        try:
            return next(looks)
        except StopIteration:
            raise KeyboardInterrupt from None

    said: list[str] = []

    def hear(line: str) -> None:
        said.append(line)
        if line.startswith("Waits"):
            heard.touch()

    assert Tray(plugged_in, [], hear, look_s=0).run(None) == []
    assert said[1] == "Waits for the boards that are being written."
    assert said[2] == "port: ✓ clip c1 is done: number 1. Unplug it."
