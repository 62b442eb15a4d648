"""What esptool is given, as far as that goes without a chip: the image's checks, and a port where nothing answers."""

import os
import pty
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from poise.errors import PoiseError, Reason
from poise.flash.micropython import CHIPS, read_image, write_image


def image(chip_id: int, size: int = 2048) -> bytes:
    """The beginning of an ESP image as esptool reads it, padded to `size` bytes."""
    header = struct.pack("<BBBBI", 0xE9, 1, 2, 0x20, 0x400811C4)
    extended = bytes(4) + struct.pack("<H", chip_id) + bytes(9) + b"\0"
    return (header + extended).ljust(size, b"\xff")


def test_chips_are_as_esptool_knows_them():
    from esptool import targets

    for rom in (targets.ESP32ROM, targets.ESP32S3ROM, targets.ESP32C3ROM):
        chip = CHIPS[rom.CHIP_NAME.lower().replace("-", "")]
        assert (chip.title, chip.offset, chip.image_id) == (
            rom.CHIP_NAME,
            rom.BOOTLOADER_FLASH_OFFSET,
            rom.IMAGE_CHIP_ID,
        )


def test_esptool_reads_the_header_as_we_do(tmp_path: Path):
    from esptool.bin_image import LoadFirmwareImage

    path = tmp_path / "image.bin"
    # One empty segment and its checksum make it an image that esptool parses.
    path.write_bytes(image(5, 24) + struct.pack("<II", 0x3FC80000, 0) + bytes(15) + b"\xef")
    assert LoadFirmwareImage("esp32c3", str(path)).chip_id == 5


@pytest.mark.parametrize("chip", CHIPS)
def test_an_image_of_the_chip_is_accepted(chip: str, tmp_path: Path):
    path = tmp_path / "image.bin"
    path.write_bytes(image(CHIPS[chip].image_id))
    assert read_image(path, chip) == path.read_bytes()


@pytest.mark.parametrize(
    ("data", "chip", "message"),
    [
        (image(9), "esp32", "image.bin is for ESP32-S3, not for ESP32"),
        (image(77), "esp32", "image.bin is for another chip, not for ESP32"),
        (b"UF2\n" + bytes(4096), "esp32s3", "image.bin is no image for an ESP32"),
        (b"\xe9", "esp32", "image.bin is no image for an ESP32"),
        (image(0, 4 * 1024 * 1024), "esp32", "image.bin is larger than a 4 MB flash"),
        (image(0), "esp8266", "no chip 'esp8266'"),
    ],
)
def test_a_wrong_image_is_refused_before_anything_is_touched(
    data: bytes, chip: str, message: str, tmp_path: Path
):
    path = tmp_path / "image.bin"
    path.write_bytes(data)
    with pytest.raises(PoiseError) as caught:
        read_image(path, chip)
    assert (str(caught.value), caught.value.reason) == (message, Reason.BAD_INPUT)


def test_a_missing_image_is_named(tmp_path: Path):
    with pytest.raises(PoiseError, match="can't be read: No such file"):
        read_image(tmp_path / "none.bin", "esp32")


@pytest.fixture
def silent_port() -> Iterator[str]:
    """A port at which nothing answers."""
    host, side = pty.openpty()
    yield os.ttyname(side)
    os.close(host)
    os.close(side)


def test_nothing_answers(silent_port: str, capsys: pytest.CaptureFixture[str]):
    with pytest.raises(PoiseError) as caught:
        write_image(silent_port, image(0), "esp32", erase=False, tell=lambda line: None, attempts=1)
    assert caught.value.reason is Reason.NO_CLIP
    assert "\n" not in str(caught.value)
    assert capsys.readouterr().out == ""


def test_no_such_port(capsys: pytest.CaptureFixture[str]):
    with pytest.raises(PoiseError) as caught:
        write_image(
            "/dev/there-is-no-such-port",
            image(0),
            "esp32",
            erase=False,
            tell=lambda line: None,
            attempts=1,
        )
    assert caught.value.reason is Reason.NO_CLIP
    assert capsys.readouterr().out == ""
