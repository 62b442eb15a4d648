"""What esptool is given, as far as that goes without a chip: the image's checks, the port, a chip that is refused."""

import hashlib
import os
import pty
import struct
from collections.abc import Iterator
from dataclasses import replace
from functools import reduce
from operator import xor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from poise.build.boards import for_chip
from poise.errors import PoiseError, Reason
from poise.flash import micropython
from poise.flash.chips import CHIPS, family
from poise.flash.image import Image, read_image
from poise.flash.micropython import write_image

BOOT_AT, TABLE_AT, APP_AT = 0x1000, 0x8000, 0x10000  # in the flash
NVS = (1, 2, 0x9000, 0x6000, b"nvs")
FACTORY = (0, 0, APP_AT, 0x1F0000, b"factory")
VFS = (1, 0x81, 0x200000, 0x200000, b"vfs")


def program(segments: list[bytes], chip_id: int = 0, digest: bool = True) -> bytes:
    """Header, segments, checksum and SHA-256, as ESP-IDF lays a program out."""
    data = struct.pack("<BBBBI", 0xE9, len(segments), 2, 0x20, 0x400811C4)
    data += bytes(4) + struct.pack("<H", chip_id) + bytes(9) + bytes([digest])
    for segment in segments:
        data += struct.pack("<II", 0x3F400020, len(segment)) + segment
    data += bytes(15 - len(data) % 16) + bytes([reduce(xor, b"".join(segments), 0xEF)])
    return data + hashlib.sha256(data).digest() if digest else data


def about(version: str = "v1.26.1", project: str = "micropython", magic: int = 0xABCD5432) -> bytes:
    """The application's description, as its first segment; a name of MicroPython's Bluetooth module after it."""
    described = struct.pack("<I12x32s32s", magic, version.encode(), project.encode()) + bytes(176)
    return described + b"gap_connect\0gap_advertise\0\0\0"


def table(*rows: tuple[int, int, int, int, bytes], md5: bytes | None = None) -> bytes:
    data = b"".join(b"\xaa\x50" + struct.pack("<BBII16s4x", *row[:4], row[4]) for row in rows)
    digest = hashlib.md5(data).digest() if md5 is None else md5
    return data + b"\xeb\xeb" + b"\xff" * 14 + digest


def flash_image(
    boot: bytes | None = None, rows: bytes | None = None, app: bytes | None = None
) -> bytes:
    """What MicroPython's makeimg.py puts together: from the boot loader's place on, 0xFF between the parts."""
    data = (boot or program([b"boot" * 400])).ljust(TABLE_AT - BOOT_AT, b"\xff")
    data += table(NVS, FACTORY, VFS) if rows is None else rows
    return data.ljust(APP_AT - BOOT_AT, b"\xff") + (app or program([about(), b"code" * 999]))


def changed(data: bytes, at: int, to: bytes) -> bytes:
    return data[:at] + to + data[at + len(to) :]


def good() -> Image:
    return Image(flash_image(), CHIPS[0], "v1.26.1")


def test_chips_are_as_esptool_knows_them():
    from esptool import targets

    known = {
        rom.IMAGE_CHIP_ID: rom
        for rom in vars(targets).values()
        if isinstance(rom, type) and hasattr(rom, "IMAGE_CHIP_ID")
    }
    for chip in CHIPS:
        rom = known.pop(chip.image_id)
        assert (chip.title, chip.board and chip.boot_offset) == (
            rom.CHIP_NAME,
            chip.board and rom.BOOTLOADER_FLASH_OFFSET,
        )


@pytest.mark.parametrize(
    "name",
    ["ESP32", "esp32", "ESP32D0WD", "ESP32-D0WD", "ESP32-D0WDQ6", "ESP32-D0WDR2-V3", "ESP32-D2WD",
     "ESP32-PICO-D4", "ESP32-PICO-V3-02", "ESP32-U4WDH", "ESP32-S0WD", "ESP32-SOLO-1",
     "ESP32-MINI-1", "ESP32-WROOM-32E", "ESP32-WROVER", "ESP32 (QFN56)"],
)  # fmt: skip
def test_every_name_of_the_first_esp32_is_known(name: str):
    found = family(name)
    assert found is not None and found.board == "esp32"


@pytest.mark.parametrize(
    ("name", "title"),
    [("ESP32S3", "ESP32-S3"), ("esp32s3", "ESP32-S3"), ("ESP32-S3-PICO-1-N8R2", "ESP32-S3"),
     ("ESP32-S3-FN8", "ESP32-S3"), ("ESP32-S2FN4R2", "ESP32-S2"), ("ESP32C3", "ESP32-C3"),
     ("ESP32-C3FH4", "ESP32-C3"), ("ESP32C2", "ESP32-C2"), ("ESP32-C5", "ESP32-C5"),
     ("ESP32C6", "ESP32-C6"), ("ESP32-C61", "ESP32-C61"), ("ESP32H2", "ESP32-H2"),
     ("ESP32P4", "ESP32-P4"), ("ESP32-S31", "ESP32-S31")],
)  # fmt: skip
def test_the_other_families_are_known_with_their_boards(name: str, title: str):
    found = family(name)
    board = for_chip(title)
    assert found is not None and (found.title, found.board) == (title, board and board.name)


@pytest.mark.parametrize("name", ["ESP8266", "RP2040", "", "ESP32-X9", "ESP320", "linux [GCC]"])
def test_other_names_are_not_taken_for_an_esp32(name: str):
    assert family(name) is None


def test_esptool_reads_a_program_as_we_make_it(tmp_path: Path):
    from esptool.bin_image import LoadFirmwareImage

    path = tmp_path / "program.bin"
    path.write_bytes(program([about(), b"code" * 999]))
    read: Any = LoadFirmwareImage("esp32", str(path))
    assert (read.chip_id, read.checksum, read.stored_digest) == (
        0,
        read.calculate_checksum(),
        read.calc_digest,
    )


@pytest.mark.parametrize("chip", [None, "esp32", "ESP32", "ESP32-D0WD"])
@pytest.mark.parametrize(
    ("data", "version"),
    [
        (flash_image(), "v1.26.1"),
        (flash_image(app=program([about("v1.28.0-preview.31.gabcdef")])), "v1.28.0-preview.31.gabcdef"),
        (flash_image(app=program([about("v2.0.0")], digest=False)), "v2.0.0"),
        (flash_image(rows=table(NVS, (0, 0x10, APP_AT, 0x180000, b"ota_0"), VFS)), "v1.26.1"),
        (flash_image(rows=table(NVS, FACTORY, (1, 0x81, 0x310000, 0xF0000, b"vfs"))), "v1.26.1"),  # OTA
    ],
)  # fmt: skip
def test_micropython_is_accepted(data: bytes, version: str, chip: str | None, tmp_path: Path):
    path = tmp_path / "image.bin"
    path.write_bytes(data)
    read = read_image(path, chip)
    assert (read.data, read.chip.title, read.version) == (data, "ESP32", version)


WHOLE = flash_image()
TABLE = TABLE_AT - BOOT_AT
APP = APP_AT - BOOT_AT
BOOT_END = len(program([b"boot" * 400]))
D2WD = (1, 0x81, 0x170000, 0x50000, b"vfs")  # the variant for a flash of 2 MB
HUGE = (1, 0x81, 0x200000, 0x600000, b"vfs")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no image for an ESP32"),
        (b"\xe9", "is no image for an ESP32"),
        (b"UF2\n" + bytes(4096), "is no image for an ESP32"),
        (program([about()]), "is an application without a boot loader"),
        (program([about(project="blink"), bytes(99999)]), "is an application without a boot loader"),
        (program([bytes(1044)]), "ends before its partition table"),  # 1,124 bytes, with digest
        (program([bytes(70000)]), "the boot loader is cut off"),  # runs into the table
        (flash_image(boot=program([b"boot"], chip_id=2)), "is for ESP32-S2, which there is no firm"),
        (flash_image(boot=program([b"boot"], chip_id=77)), "is for an unknown chip, which there is"),
        (flash_image(app=program([about()], chip_id=9)), "the application has no header for ESP32"),
        (flash_image(app=program([about(project="blink")])), "holds 'blink', not MicroPython"),
        (flash_image(app=program([about("v1.25.0")])), "is MicroPython v1.25.0, which is too old"),
        (flash_image(app=program([about("gabcdef")])), "does not say which MicroPython it is"),
        (flash_image(app=program([about(magic=1)])), "the application does not say what it is"),
        (changed(WHOLE, 1, b"\0"), "the boot loader has no header"),
        (changed(WHOLE, 1, b"\x11"), "the boot loader has no header"),
        (changed(WHOLE, 24 + 4, b"\xff\xff"), "the boot loader is cut off"),
        (changed(WHOLE, 40, b"B"), "the boot loader has a wrong checksum"),
        (changed(WHOLE, 4, b"\0"), "the boot loader has a wrong SHA-256"),
        (changed(WHOLE, BOOT_END - 1, bytes([WHOLE[BOOT_END - 1] ^ 1])), "boot loader has a wrong SHA"),
        (changed(WHOLE, TABLE, b"\xff" * 256), "has no partition table"),
        (changed(WHOLE, TABLE + 4, b"\1"), "the partition table has a wrong MD5"),
        (flash_image(rows=table(NVS, FACTORY, VFS, md5=bytes(16))), "the partition table has a wrong MD5"),
        (flash_image(rows=table(NVS, FACTORY, VFS)[:96]), "the partition table has no end"),
        (flash_image(rows=table(NVS, VFS)), "has no partition for an application"),
        (flash_image(rows=table(NVS, FACTORY)), "has no partition for files"),
        (flash_image(rows=table(NVS, FACTORY, D2WD)), "has 327680 bytes for files: too few for the firmware"),
        (WHOLE.ljust(0x200000 - BOOT_AT + 1, b"\xff"), "holds files too, which would overwrite the clip's log"),
        (WHOLE.ljust(0x400000 - BOOT_AT, b"\xff"), "holds files too"),  # the whole flash, read back
        (flash_image(app=program([about().replace(b"gap_adv", b"gap_xyz")])), "has no Bluetooth"),
        (flash_image(rows=table(NVS, FACTORY, HUGE)), "is for a flash larger than 4 MB"),
        (flash_image(rows=table((0, 0, 0x300000, 0x1000, b"x"), VFS)), "has no application where"),
        (flash_image(rows=table((0, 0, 0, 0x1000, b"x"), VFS)), "has no application where"),
        (flash_image(rows=table((0, 0, APP_AT, 0x1000, b"x"), VFS)), "the application is cut off"),
        (changed(WHOLE, APP, b"\0"), "the application has no header"),
        (changed(WHOLE, APP + 400, b"C"), "the application has a wrong checksum"),
        (WHOLE[:-1] + bytes([WHOLE[-1] ^ 1]), "the application has a wrong SHA-256"),
        (WHOLE[:-1], "the application is cut off"),
        (WHOLE[: APP + 2000], "the application is cut off"),
        (WHOLE[:APP], "has no application where its partition table says"),
        (WHOLE[:TABLE], "ends before its partition table"),
        (WHOLE.ljust(4 * 1024 * 1024), "is larger than a 4 MB flash"),
    ],
)  # fmt: skip
def test_anything_else_is_refused_before_a_board_is_touched(
    data: bytes, message: str, tmp_path: Path
):
    path = tmp_path / "image.bin"
    path.write_bytes(data)
    with pytest.raises(PoiseError) as caught:
        read_image(path)
    assert message in str(caught.value)
    assert str(caught.value).startswith("image.bin")
    assert caught.value.reason is Reason.BAD_INPUT
    assert "MicroPython project" in caught.value.hint or "again" in caught.value.hint


@pytest.mark.parametrize("chip", ["esp32s2", "ESP32-H2", "esp8266", ""])
def test_a_chip_without_firmware_is_refused_at_once(chip: str, tmp_path: Path):
    with pytest.raises(PoiseError, match=f"no firmware for a chip '{chip}'") as caught:
        read_image(tmp_path / "is not even read", chip)
    assert (caught.value.reason, "ESP32" in caught.value.hint) == (Reason.BAD_INPUT, True)


def test_an_image_for_another_chip_than_the_given_one_is_named(tmp_path: Path):
    path = tmp_path / "image.bin"
    path.write_bytes(flash_image(boot=program([b"boot"], chip_id=9)))
    with pytest.raises(PoiseError, match=r"image\.bin is for ESP32-S3, not for ESP32"):
        read_image(path, "esp32")


def test_a_missing_image_is_named(tmp_path: Path):
    with pytest.raises(PoiseError, match="can't be read: No such file"):
        read_image(tmp_path / "none.bin")


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A port at which nothing answers."""
    host, side = pty.openpty()
    yield os.ttyname(side)
    os.close(host)
    os.close(side)


def refused(port: str, image: Image | None = None) -> PoiseError:
    with pytest.raises(PoiseError) as caught:
        write_image(port, image or good(), erase=False, tell=lambda line: None, attempts=1)
    return caught.value


def test_where_nothing_answers_boot_is_to_be_held(
    silent_port: str, capsys: pytest.CaptureFixture[str]
):
    error = refused(silent_port)
    assert (error.reason, "BOOT" in error.hint) == (Reason.NO_CLIP, True)
    assert "\n" not in str(error)
    assert capsys.readouterr().out == ""


def test_a_missing_port_is_no_reason_to_hold_boot(capsys: pytest.CaptureFixture[str]):
    error = refused("/dev/there-is-no-such-port")
    assert str(error) == "/dev/there-is-no-such-port does not exist"
    assert (error.reason, error.hint.count("BOOT")) == (Reason.NO_CLIP, 0)
    assert capsys.readouterr().out == ""


def test_a_busy_port_is_no_reason_to_hold_boot(silent_port: str):
    import serial

    with serial.Serial(silent_port, exclusive=True):
        error = refused(silent_port)
    assert "is in use by another program" in str(error)
    assert (error.reason, "BOOT" in error.hint) == (Reason.NO_CLIP, False)


def test_a_forbidden_port_is_no_reason_to_hold_boot(
    silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    import serial

    def forbidden(*_: object, **__: object) -> None:
        raise serial.SerialException(13, "could not open port: Permission denied")

    monkeypatch.setattr(serial, "serial_for_url", forbidden)
    error = refused(silent_port)
    assert (error.reason, "dialout" in error.hint, "BOOT" in error.hint) == (
        Reason.NO_CLIP,
        True,
        False,
    )


class _Board:
    """A chip that esptool has found, as far as it is asked before anything is written."""

    def __init__(
        self,
        monkeypatch: pytest.MonkeyPatch,
        chip: str,
        flash: str | None = "4MB",
        locked: str = "",
    ) -> None:
        from esptool import cmds

        self.did: list[str] = []
        self.get_flash_encryption_enabled = lambda: locked == "encrypted"
        self.get_secure_boot_v1_enabled = lambda: locked == "secure boot"
        monkeypatch.setattr(cmds, "run_stub", lambda esp: self)
        monkeypatch.setattr(cmds, "attach_flash", lambda esp: None)
        monkeypatch.setattr(cmds, "detect_flash_size", lambda esp: flash)
        monkeypatch.setattr(cmds, "write_flash", self._write)
        monkeypatch.setattr(cmds, "verify_flash", lambda esp, parts: self.did.append("verify"))
        self.CHIP_NAME = chip
        self._port = SimpleNamespace(close=lambda: self.did.append("close"))
        monkeypatch.setattr(micropython, "_detect", lambda port, attempts: self)
        monkeypatch.setattr(micropython, "_reset", lambda esp: self.did.append("reset"))

    def change_baud(self, baud: int) -> None:
        """As esptool's."""

    def _write(self, esp: object, parts: list, *, erase_all: bool, **_: object) -> None:
        self.did.append(f"write 0x{parts[0][0]:x} {erase_all=}")


@pytest.mark.parametrize("chip", ["ESP32-P4", "ESP32-H2", "ESP8266", "ESP32-S2"])
def test_a_board_without_firmware_starts_again_as_it_was(
    chip: str, silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, chip)
    error = refused(silent_port)
    assert str(error) == f"there is no firmware for a chip '{chip}' yet"
    assert board.did == ["reset", "close"]


def test_a_board_with_another_chip_than_the_image_starts_again_as_it_was(
    silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, "ESP32")
    error = refused(silent_port, replace(good(), chip=CHIPS[3]))
    assert "is an ESP32, not an ESP32-S3" in str(error)
    assert board.did == ["reset", "close"]


def test_a_break_before_anything_is_written_starts_the_board_as_it_was(
    silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, "ESP32")

    def broken_off(port: str, esp: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(micropython, "_prepare", broken_off)
    with pytest.raises(KeyboardInterrupt):
        write_image(silent_port, good(), erase=False, tell=lambda line: None)
    assert board.did == ["reset", "close"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError("gone")])
def test_a_break_while_writing_says_that_nothing_whole_is_there(
    failure: BaseException, silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, "ESP32")

    def broken(*_: object, **__: object) -> None:
        raise failure

    monkeypatch.setattr(micropython, "_prepare", lambda port, esp: esp)
    monkeypatch.setattr(micropython, "_write", broken)
    error = refused(silent_port)
    assert "the board has no whole MicroPython now" in str(error)
    assert "same command again" in error.hint
    assert board.did == ["close"]


@pytest.mark.parametrize(
    ("flash", "locked", "message"),
    [
        ("2MB", "", "the board's flash has 2 MB; it takes 4"),
        ("256KB", "", "the board's flash has 0.25 MB; it takes 4"),
        ("4MB", "encrypted", "the board's flash is encrypted"),
        ("4MB", "secure boot", "the board's boot loader is locked"),
    ],
)
def test_a_board_that_cannot_take_it_is_left_as_it_was(
    flash: str, locked: str, message: str, silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, "ESP32", flash, locked)
    error = refused(silent_port)
    assert message in str(error)
    assert (error.reason, "BOOT" in error.hint) == (Reason.FLASH_FAILED, False)
    assert board.did == ["reset", "close"]


@pytest.mark.parametrize("flash", ["4MB", "16MB", None])
@pytest.mark.parametrize("erase", [False, True])
def test_esptool_checks_all_it_can_before_it_erases(
    flash: str | None, erase: bool, silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    board = _Board(monkeypatch, "ESP32", flash)
    write_image(silent_port, good(), erase=erase, tell=lambda line: None)
    assert board.did == [f"write 0x1000 erase_all={erase}", "verify", "reset", "close"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), OSError("gone")])
def test_a_board_that_was_not_reached_is_started_again_too(
    failure: BaseException, silent_port: str, monkeypatch: pytest.MonkeyPatch
):
    def interrupted(port: str, attempts: int) -> None:
        raise failure

    started: list[str] = []
    monkeypatch.setattr(micropython, "_detect", interrupted)
    monkeypatch.setattr(micropython, "_start_again", started.append)
    with pytest.raises((KeyboardInterrupt, PoiseError)):
        write_image(silent_port, good(), erase=False, tell=lambda line: None)
    assert started == [silent_port]


def test_a_port_without_a_reset_line_is_no_fault(silent_port: str):
    micropython._start_again(silent_port)
    micropython._start_again("/dev/there-is-no-such-port")
