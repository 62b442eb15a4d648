"""A flash as esptool leaves it: the real esptool against the boot loader of a virtual board."""

import _thread
import errno
import os
import pty
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from poise.build.boards import BOARDS
from poise.build.boards import Board as Row
from poise.cli.flash import app
from poise.errors import PoiseError, Reason
from poise.flash.chips import CHIPS
from poise.flash.filesystem import entries
from poise.flash.image import Image, Part
from poise.flash.loader import LineError
from poise.flash.micropython import Flashed, Progress, write_image
from poise.twin.bootloader.board import cut_at
from poise.twin.bootloader.image import APP_AT
from poise.twin.bootloader.rom import PowerLost
from tests.support.rom_bench import (
    CLIP,
    FILES_AT,
    FILES_BYTES,
    FIRMWARE,
    MAC,
    RomBench,
    files_part,
    twin_image,
    whole,
)

BLOCKS = FILES_BYTES // 4096
OLD = (0, 0, APP_AT, 0x1F0000, b"factory")  # of MicroPython 1.26
GROWN = (0, 0, APP_AT, 0x210000, b"factory")


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return twin_image(tmp_path)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[RomBench]:
    with RomBench(tmp_path / "board") as made:
        yield made


def flash(bench: RomBench, image: Image, said: list[str] | None = None, **more: Any) -> Flashed:
    lines: list[str] = [] if said is None else said
    more = {"files": lambda board: FIRMWARE, "attempts": 1} | more
    return write_image(bench.port, image, tell=lines.append, **more)


def refused(bench: RomBench, image: Image, **more: Any) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        flash(bench, image, **more)
    return caught.value


def test_a_blank_board_gets_all_in_one_pass(bench: RomBench, image: Image):
    said: list[str] = []
    steps: list[Progress] = []
    done = flash(bench, image, said, progress=steps.append)
    assert bench.holds(*whole(image))
    assert bench.last_start() == BLOCKS  # it starts, and finds its files
    assert (done.found.mac, done.found.flash_bytes, done.decision.fresh) == (MAC, 2**22, True)
    assert said[:2] == [
        f"{bench.port}: ESP32-D0WDQ6 (revision v0.0), 4 MB of flash, no program",
        "The board has no files of a clip: nothing is lost.",
    ]
    assert (steps[-1].done, steps[-1].left_s) == (steps[-1].total, 0)
    assert all(step.left_s is not None and step.done <= step.total for step in steps)
    found = entries(lambda at, size: bench.board.flash.read(FILES_AT + at, size), FILES_BYTES)
    assert {each.path: each.size for each in found} == {k: len(v) for k, v in FIRMWARE.items()}


def test_a_second_run_writes_nothing_and_touches_no_file(bench: RomBench, image: Image):
    flash(bench, image)
    before = bench.flash
    names: list[str] = []
    bench.board.rom.on_message = lambda name, _number: names.append(name)
    done = flash(bench, image)
    assert not done.decision.fresh
    assert not [name for name in names if "data" in name and "mem" not in name]
    assert bench.flash == before


def test_a_clip_keeps_its_files_and_hears_so_first(bench: RomBench, image: Image, tmp_path: Path):
    bench.put(*whole(twin_image(tmp_path, "1.27.0")), files_part(CLIP))
    before = bench.flash[FILES_AT:]
    said: list[str] = []
    done = flash(bench, image, said)
    assert said[0].endswith("MicroPython v1.27.0")
    assert said[1] == (
        "Stays on the board: the log (39 kB), the start position, the next reminders of the plan, the pairings, "
        "the letter to the patient."
    )
    assert "writes" not in said[0] + said[1]
    assert bench.holds(*whole(image))
    assert bench.flash[FILES_AT:] == before
    assert not done.decision.fresh


def test_what_lies_between_the_parts_stays(bench: RomBench, image: Image):
    nvs = Part(0x9000, b"radio calibration" * 9, "nvs")
    bench.put(nvs)
    flash(bench, image)
    assert bench.holds(nvs)


def test_a_new_micropython_that_moves_the_files_leaves_the_table(bench: RomBench, tmp_path: Path):
    old, new = twin_image(tmp_path, factory=OLD), twin_image(tmp_path, "1.29.0", factory=GROWN)
    files = files_part(CLIP, 0x200000, 0x200000)
    bench.put(*whole(old), files)
    flash(bench, new)
    assert bench.holds(old.table, new.application, files)
    assert bench.last_start() == 512


def test_files_that_could_not_be_found_again_are_not_given_up(bench: RomBench, tmp_path: Path):
    old = twin_image(tmp_path, factory=(0, 0, APP_AT, 0x4000, b"factory"), copies=9)
    new = twin_image(tmp_path, "1.29.0", factory=GROWN)  # too large for the old table
    bench.put(*whole(old), files_part(CLIP, 0x14000, 2**22 - 0x14000))
    before = bench.flash
    error = refused(bench, new)
    assert "looks for its files at 0x220000; the board has them at 0x14000" in str(error)
    assert "`poise download`" in error.hint and "--erase" in error.hint
    assert bench.flash == before


def test_erasing_says_what_is_lost_and_can_be_declined(bench: RomBench, image: Image):
    bench.put(*whole(image), files_part(CLIP))
    before = bench.flash
    said: list[str] = []

    def decline(_decision: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        flash(bench, image, said, erase=True, agree=decline)
    assert said[1].startswith("Everything on the board is erased: the log (39 kB), the start pos")
    assert bench.flash == before
    flash(bench, image, erase=True)
    assert bench.flash[FILES_AT:].count(b"radio") == 0
    assert bench.last_start() == BLOCKS


def test_the_step_of_its_own_asks_once_it_has_said_what_is_lost(
    bench: RomBench, image: Image, tmp_path: Path
):
    bench.put(*whole(image), files_part(CLIP))
    before = bench.flash
    words = ["micropython", "--port", bench.port, "--image", str(next(tmp_path.glob("*.bin")))]
    done = CliRunner().invoke(app, [*words, "--erase"], input="n\n")
    assert done.exit_code == 1
    assert bench.flash == before
    lost, asked = done.output.index("is erased: the log (39 kB)"), done.output.index("Go on?")
    assert done.output.index("4 MB of flash") < lost < asked


def test_a_dry_run_reads_and_writes_nothing(bench: RomBench, image: Image):
    said: list[str] = []
    done = flash(bench, image, said, dry_run=True)
    assert not done.written
    assert bench.flash == b"\xff" * 2**22
    assert len(said) > 2 and all(line.startswith("would write") for line in said[2:])


def test_micropython_alone_leaves_the_place_of_the_files(bench: RomBench, image: Image):
    flash(bench, image, files=None)
    assert bench.holds(*whole(image))
    assert set(bench.flash[FILES_AT:]) == {0xFF}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (lambda: b"\xeb" + bytes(509) + b"\x55\xaa", "the board has files of another program"),
        (
            lambda: files_part(CLIP).data[:24] + bytes(16000),
            "the files on the board are damaged and can't be read",
        ),
    ],
)
def test_files_that_nobody_can_keep_are_not_overwritten(
    content: Any, message: str, bench: RomBench, image: Image
):
    bench.put(*whole(image), Part(FILES_AT, content(), ""))
    before = bench.flash
    error = refused(bench, image)
    assert message in str(error)
    assert "--erase" in error.hint
    assert bench.flash == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"flash_bytes": 2**21}, "the board's flash has 2 MB; it takes 4"),
        ({"encrypted": True}, "the board's flash is encrypted"),
        ({"locked": True}, "the board's boot loader is locked"),
        ({"chip": "esp32h2"}, "no firmware for a chip 'ESP32-H2' yet"),
        ({"chip": "esp32s2"}, "no firmware for a chip 'ESP32-S2' yet"),
        ({"chip": "esp32c3"}, "is an ESP32-C3, not an ESP32"),
    ],
)
def test_a_board_that_cannot_take_it_is_left_as_it_was(
    options: dict[str, Any], message: str, image: Image, tmp_path: Path
):
    with RomBench(tmp_path / "board", **options) as bench:
        error = refused(bench, image)
        assert message in str(error)
        assert error.reason in (Reason.FLASH_FAILED, Reason.NO_CLIP)
        assert "BOOT" not in error.hint
        assert set(bench.flash) == {0xFF}


def test_a_larger_flash_has_more_room_for_files(image: Image, tmp_path: Path):
    with RomBench(tmp_path / "board", flash_bytes=2**23) as bench:
        flash(bench, image)
        assert bench.last_start() == BLOCKS + 1024


@pytest.mark.parametrize("row", [row for row in BOARDS if row.name != "esp32"])
def test_every_chip_with_a_board_is_flashed(row: Row, tmp_path: Path):
    found = next(each for each in CHIPS if each.title == row.chip)
    image = twin_image(tmp_path, chip_id=found.image_id, boot_at=found.boot_offset)
    size = found.flash_bytes
    chip = row.chip.lower().replace("-", "")  # as esptool has it for short
    with RomBench(tmp_path / "board", chip=chip, flash_bytes=size) as bench:
        done = flash(bench, image)
        assert (done.found.chip.title, done.found.mac) == (row.chip, MAC)
        assert bench.holds(*whole(image))
        assert bench.last_start() == (size - FILES_AT) // 4096


def test_a_line_that_fails_fast_is_taken_slower(image: Image, tmp_path: Path):
    with RomBench(tmp_path / "board", fastest_baud=115_200) as bench:
        said: list[str] = []
        flash(bench, image, said)
        assert any("tried again with 115200 bits a second" in line for line in said)
        assert bench.holds(*whole(image))


# In a fresh run of these files some 140 messages: the first parts, the files, their superblock, the table, the end.
@pytest.mark.parametrize("message", [1, 70, 100, 112, 118, 125, 131])
def test_ctrl_c_at_a_message_is_mended_by_the_same_command(
    message: int, bench: RomBench, image: Image
):
    bench.board.rom.on_message = lambda _name, number: (
        _thread.interrupt_main() if number == message else None
    )
    with pytest.raises((KeyboardInterrupt, PoiseError)) as caught:
        flash(bench, image)
    if isinstance(caught.value, PoiseError):
        assert "broken off; the board has no whole MicroPython now" in str(caught.value)
        assert caught.value.hint == "Run the same command again."
    bench.board.rom.on_message = None
    flash(bench, image)
    assert bench.holds(*whole(image))
    assert bench.last_start() == BLOCKS


@pytest.mark.parametrize("start", [0, 4096])
@pytest.mark.parametrize("written", [0, 20, 64, 300, 600, 4000, 4096])
def test_a_superblock_that_was_cut_off_anywhere_is_written_again(
    written: int, start: int, bench: RomBench, image: Image
):
    """A power cut leaves the bytes up to anywhere in a page; of the two superblocks either may be the newer."""
    data = bytearray(files_part(FIRMWARE).data)
    data[start + written : 8192] = b"\xff" * (8192 - start - written)
    bench.put(image.application, Part(FILES_AT, bytes(data), ""))
    flash(bench, image)
    assert bench.holds(*whole(image))
    found = entries(lambda at, size: bench.board.flash.read(FILES_AT + at, size), FILES_BYTES)
    assert {each.path: each.size for each in found} == {k: len(v) for k, v in FIRMWARE.items()}


def test_new_files_on_a_board_with_a_table_are_begun_without_it(bench: RomBench, image: Image):
    """So that a board of before, which is broken off in its files, is known for one."""
    bench.put(*whole(image))
    seen: list[bytes] = []
    bench.board.rom.on_message = lambda name, _number: seen.append(
        bench.flash[0x8000:0x8002] + bench.flash[FILES_AT + 8 : FILES_AT + 16]
    )
    flash(bench, image)
    assert b"\xaa\x50" + b"\xff" * 8 in seen
    assert b"\xff\xff" + b"littlefs" in seen
    assert seen.index(b"\xff" * 10) < seen.index(b"\xff\xff" + b"littlefs")
    assert bench.holds(*whole(image))


def test_a_board_that_is_pulled_in_the_middle_is_said_to_be_half_written(
    bench: RomBench, image: Image, monkeypatch: pytest.MonkeyPatch
):
    """The line ends, and at the next rate there is no such port."""
    import serial

    opened = serial.serial_for_url

    def once(port: str, **options: Any) -> Any:
        monkeypatch.setattr(serial, "serial_for_url", gone)
        return opened(port, **options)

    def gone(port: str, **_options: Any) -> None:
        raise serial.SerialException(errno.ENOENT, f"could not open port {port}")

    monkeypatch.setattr(serial, "serial_for_url", once)
    cut_at(bench.board, 130)
    error = refused(bench, image)
    assert str(error) == f"{bench.port} does not exist; the board has no whole MicroPython now"
    assert error.hint == "Check the cable. Run the same command again."


@pytest.mark.parametrize("erase", [False, True])
def test_a_flash_whose_size_nobody_can_tell_is_not_written(
    erase: bool, bench: RomBench, image: Image
):
    bench.board.flash.jedec_id = 0x99_40_C8
    said: list[str] = []
    error = refused(bench, image, said=said, erase=erase)
    assert str(error) == f"{bench.port}: the board does not tell the size of its flash"
    assert set(bench.flash) == {0xFF}
    assert [line for line in said if "lost" in line or "erase" in line] == []


# Of the reads of a flash, in turn: the table, the application, the file system's start, then what littlefs asks for.
@pytest.mark.parametrize("read", [1, 3, 4, 8, 13])
@pytest.mark.parametrize("breaks", ["Ctrl-C", "power cut"])
def test_a_break_while_the_files_are_read_changes_nothing_and_is_told_once(
    read: int,
    breaks: str,
    bench: RomBench,
    image: Image,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
):
    bench.put(*whole(twin_image(tmp_path, "1.27.0")), files_part(CLIP))
    before = bench.flash
    names: list[str] = []

    def look(name: str, _number: int) -> None:
        names.append(name)
        if name == "read_flash" and names.count(name) == read:
            if breaks == "power cut":
                raise PowerLost
            _thread.interrupt_main()

    bench.board.rom.on_message = look
    with pytest.raises((KeyboardInterrupt, LineError)) as caught:
        flash(bench, image, rates=(460_800,))
    assert isinstance(caught.value, KeyboardInterrupt) == (breaks == "Ctrl-C")
    assert names.count("read_flash") <= read + 1  # at most one was on its way
    assert bench.flash == before
    assert capfd.readouterr() == ("", "")


def test_ctrl_c_at_the_restart_leaves_the_port_free(bench: RomBench, image: Image):
    flash(bench, image)
    asked = 0

    def look(name: str, _number: int) -> None:
        nonlocal asked
        if name == "flash_begin":
            asked += 1
            _thread.interrupt_main()

    bench.board.rom.on_message = look
    with pytest.raises(KeyboardInterrupt):
        flash(bench, image)
    bench.board.rom.on_message = None
    assert asked == 1
    flash(bench, image)
    assert bench.last_start() == BLOCKS


def test_a_power_cut_is_mended_without_a_word_of_the_user(bench: RomBench, image: Image):
    cut_at(bench.board, 112)
    said: list[str] = []
    flash(bench, image, said)
    assert any("The line is tried again" in line for line in said)
    assert bench.holds(*whole(image))
    assert bench.last_start() == BLOCKS


# --- the port


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A port at which nothing answers."""
    host, side = pty.openpty()
    yield os.ttyname(side)
    os.close(host)
    os.close(side)


def refused_at(port: str, image: Image) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        write_image(port, image, tell=lambda line: None, attempts=1)
    return caught.value


def test_where_nothing_answers_boot_is_to_be_held(
    image: Image, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with RomBench(tmp_path / "board", auto_reset=False) as bench:
        error = refused(bench, image)
    assert (error.reason, "BOOT" in error.hint) == (Reason.NO_CLIP, True)
    assert "\n" not in str(error)
    assert capsys.readouterr().out == ""


def test_a_missing_port_is_no_reason_to_hold_boot(image: Image, capsys: pytest.CaptureFixture[str]):
    error = refused_at("/dev/there-is-no-such-port", image)
    assert str(error) == "/dev/there-is-no-such-port does not exist"
    assert (error.reason, error.hint.count("BOOT")) == (Reason.NO_CLIP, 0)
    assert capsys.readouterr().out == ""


def test_a_busy_port_is_no_reason_to_hold_boot(silent_port: str, image: Image):
    import serial

    with serial.Serial(silent_port, exclusive=True):
        error = refused_at(silent_port, image)
    assert "is in use by another program" in str(error)
    assert (error.reason, "BOOT" in error.hint) == (Reason.NO_CLIP, False)


def test_a_forbidden_port_is_no_reason_to_hold_boot(
    silent_port: str, image: Image, monkeypatch: pytest.MonkeyPatch
):
    import serial

    def forbidden(*_: object, **__: object) -> None:
        raise serial.SerialException(13, "could not open port: Permission denied")

    monkeypatch.setattr(serial, "serial_for_url", forbidden)
    error = refused_at(silent_port, image)
    assert (error.reason, "dialout" in error.hint, "BOOT" in error.hint) == (
        Reason.NO_CLIP,
        True,
        False,
    )
