"""Transfer of the two letters that a clip carries, in parts that fit the link."""

from zlib import crc32

from ..errors import PoiseError, Reason
from ..language import _
from ..wire import codec
from .client import ClipClient

LETTERS = ("to_clinic", "to_patient")  # by their numbers on the wire
_HEAD = codec.MESSAGE_HEAD + codec.message_layout("letter_set").size
_BEYOND = 2**32 - 1  # an offset behind every letter's end: only what is known of it is asked


async def held(client: ClipClient, letter: str) -> tuple[int, int]:
    """Return the letter's bytes and CRC-32; zeros without one. Raises PoiseError."""
    about = await client.request("letter_get", letter=LETTERS.index(letter), offset=_BEYOND)
    return about["size"], about["crc32"]


async def read(client: ClipClient, letter: str) -> bytes:
    """Return the letter, b"" without one. Raises PoiseError LETTER_DAMAGED if it is not as it was written."""
    data = b""
    about: tuple[int, int] | None = None
    while about is None or len(data) < about[0]:
        part = await client.request("letter_get", letter=LETTERS.index(letter), offset=len(data))
        now = (part["size"], part["crc32"])
        if now != about:  # a new one came meanwhile, or this is the first part
            data, before, about = b"", about, now
            if before is not None:
                continue
        if not part["data"]:
            break
        data += part["data"]
    if about and about[0] and (len(data), crc32(data)) != about:
        raise PoiseError(
            Reason.LETTER_DAMAGED,
            _("the letter on the clip is not as it was written"),
            _("Bring the clip to who wrote it: the next contact writes it again."),
        )
    return data


async def write(client: ClipClient, letter: str, data: bytes) -> None:
    """Put a letter on the clip. Until the last part has arrived, and if the link ends, the one before stays.

    Raises PoiseError.
    """
    piece = client.transport.max_payload - _HEAD
    about = {"letter": LETTERS.index(letter), "size": len(data), "crc32": crc32(data)}
    there = 0
    for at in range(0, len(data), piece):
        part = data[at : at + piece]
        there = (await client.request("letter_set", **about, offset=at, data=part))["value"]
    if there != len(data):
        raise PoiseError(
            Reason.BAD_MESSAGE,
            _("the clip did not take the letter whole"),
            _("It is sent again."),
        )
