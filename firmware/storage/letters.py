"""The two letters that the clip carries between a patient and a clinic. Loaded for one request, then unloaded.

Each is a file of opaque bytes and their CRC-32, as in `storage.blob`. A letter is written aside, piece by piece, and
replaces the one before by a rename once it is whole: a power cut leaves the old or the new one. The file stays open
between the pieces, because littlefs copies a block each time that a file is opened and extended.
"""

import struct
from binascii import crc32

from storage.blob import make_durable

MOST_BYTES = (
    24_000,
    14_000,
)  # to the clinic, to the patient: with littlefs' pointers, 6 and 4 blocks
_NAMES = ("to_clinic", "to_patient")
_ASIDE = "letter.new"
_CRC_BYTES = 4


def path_of(root: str, letter: int) -> str:
    """Return the path of a letter's file. `letter`: 0 to the clinic, 1 to the patient."""
    return root.rstrip("/") + "/" + _NAMES[letter]


def info(root: str, letter: int) -> "tuple[int, int]":
    """Return a letter's bytes and CRC-32; zeros without one. Who reads it compares the CRC."""
    try:
        with open(path_of(root, letter), "rb") as file:
            size = file.seek(0, 2) - _CRC_BYTES
            if size <= 0:
                return 0, 0
            file.seek(size)
            crc = struct.unpack("<I", file.read(_CRC_BYTES))[0]
    except OSError:
        return 0, 0
    return size, crc


def read(root: str, letter: int, offset: int, most: int) -> bytes:
    """Return `most` bytes of a letter from `offset` on; none for less than one. Raises OSError."""
    if most <= 0:
        return b""
    with open(path_of(root, letter), "rb") as file:
        file.seek(offset)
        return file.read(most)


def take(
    root: str,
    os_module: "Os",
    desk: "Desk",
    link: "Link",
    letter: int,
    about: "tuple[int, int]",
    offset: int,
    data: bytes,
) -> "int | None":
    """Take bytes of a letter from `offset` on. Return how many are there, all of them once the letter is in its place.

    None for bytes that do not fit: the host begins again. `desk` has the letter that is being written (`letter`);
    `about`: size, CRC-32. Raises OSError.
    """
    if not offset:
        give_up(desk)
        desk.letter = Writer(root, link, letter, about)
    writer = desk.letter
    if not writer or writer.link is not link or (writer.letter, writer.about) != (letter, about):
        # The reply to the last piece was lost.
        return about[0] if info(root, letter) == about else None
    value = writer.take(offset, data)
    if value == about[0]:
        if not writer.finish(os_module):
            value = None
        give_up(desk)
    return value


def give_up(desk: "Desk") -> None:
    """Close the letter that is being written, if any. The one before it stays."""
    writer, desk.letter = desk.letter, None
    if writer:
        writer.close()


class Writer:
    """A letter that comes over `link`. `about`: its size and CRC-32."""

    def __init__(self, root: str, link: "Link", letter: int, about: "tuple[int, int]") -> None:
        self.link = link
        self.letter = letter
        self.about = about
        self._path = path_of(root, letter)
        self._aside = root.rstrip("/") + "/" + _ASIDE
        self._crc = 0
        self._received = 0
        self._file = open(self._aside, "wb")  # noqa: SIM115 (open until it is whole)

    def take(self, offset: int, data: bytes) -> "int | None":
        """Take the next bytes; return how many are there, None for bytes that do not fit. Raises OSError.

        A piece that is there already is not written again: its reply was lost.
        """
        if offset + len(data) > self._received:
            if offset != self._received or offset + len(data) > self.about[0]:
                return None
            if self._file.write(data) != len(data):
                raise OSError(28)  # ENOSPC
            self._crc = crc32(data, self._crc)
            self._received += len(data)
        return self._received

    def finish(self, os_module: "Os") -> bool:
        """Put the whole letter in the place of the one before. Return False if its CRC differs. Raises OSError."""
        if self._crc != self.about[1]:
            return False
        self._file.write(struct.pack("<I", self._crc))
        make_durable(self._file, os_module)
        self._file.close()
        os_module.rename(self._aside, self._path)
        return True

    def close(self) -> None:
        """Close the file. Never raises: the next letter writes over what is left."""
        try:
            self._file.close()
        except OSError:
            pass
