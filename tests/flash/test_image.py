"""The checks of an image before a board is touched, and the names of chips."""

from pathlib import Path
from typing import Any

import pytest

from poise.build.boards import for_chip
from poise.errors import PoiseError, Reason
from poise.flash.chips import CHIPS, family
from poise.flash.image import read_image
from poise.flash.partitions import files, parse
from poise.twin.bootloader.image import about as described
from poise.twin.bootloader.image import program, table

BOOT_AT, TABLE_AT, APP_AT = 0x1000, 0x8000, 0x10000  # in the flash
NVS = (1, 2, 0x9000, 0x6000, b"nvs")
FACTORY = (0, 0, APP_AT, 0x1F0000, b"factory")
VFS = (1, 0x81, 0x200000, 0x200000, b"vfs")


def about(version: str = "v1.26.1", **more: Any) -> bytes:
    """The application's description; a name of MicroPython's Bluetooth module after it."""
    return described(version, **more) + b"gap_connect\0gap_advertise\0\0\0"


def flash_image(
    boot: bytes | None = None, rows: bytes | None = None, app: bytes | None = None
) -> bytes:
    """What MicroPython's makeimg.py puts together: from the boot loader's place on, 0xFF between the parts."""
    data = (boot or program([b"boot" * 400])).ljust(TABLE_AT - BOOT_AT, b"\xff")
    data += table(NVS, FACTORY, VFS) if rows is None else rows
    return data.ljust(APP_AT - BOOT_AT, b"\xff") + (app or program([about(), b"code" * 999]))


def changed(data: bytes, at: int, to: bytes) -> bytes:
    return data[:at] + to + data[at + len(to) :]


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
        (flash_image(rows=table(NVS, FACTORY)), "v1.26.1"),  # MicroPython's own: the files get the rest
        (flash_image(rows=table(NVS, (0, 0, APP_AT, 0x210000, b"factory"))), "v1.26.1"),
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
        (flash_image(rows=table(NVS, (0, 0, APP_AT, 0x3F0000, b"factory"))), "leaves no room for files"),
        (flash_image(rows=table(NVS, (0, 0, APP_AT, 0x380000, b"factory"))), "too few for the firmware"),
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


@pytest.mark.parametrize(
    ("rows", "flash_mb", "place"),
    [
        ((NVS, FACTORY, VFS), 4, (0x200000, 0x200000)),
        ((NVS, FACTORY), 4, (0x200000, 0x200000)),  # 1.26
        (
            (NVS, (0, 0, APP_AT, 0x210000, b"factory")),
            4,
            (0x220000, 0x1E0000),
        ),  # it has grown since
        ((NVS, FACTORY), 8, (0x200000, 0x600000)),
        ((NVS, FACTORY, VFS), 8, (0x200000, 0x200000)),
        ((NVS, FACTORY), 2, None),
    ],
)
def test_the_files_are_where_micropython_looks_for_them(
    rows: tuple[Any, ...], flash_mb: int, place: tuple[int, int] | None
):
    found = files(parse(table(*rows)), flash_mb * 2**20)
    assert (found and (found.offset, found.size)) == place
