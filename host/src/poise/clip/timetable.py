"""Transfer of a timetable to a clip, in parts that fit the link."""

import struct
from binascii import crc32

from ..errors import PoiseError, Reason
from ..language import _
from ..wire import codec
from .client import ClipClient

_HEAD = codec.MESSAGE_HEAD + 4  # bytes of a timetable_set before its data


def identity(timetable: bytes) -> int:
    """Return the number by which a clip names this timetable."""
    return struct.unpack("<i", struct.pack("<I", crc32(timetable)))[0]


async def held(client: ClipClient) -> int:
    """Return the identity of the timetable that the clip has; 0 without one. Raises PoiseError."""
    return (await client.request("timetable_get"))["value"]


async def write(client: ClipClient, timetable: bytes) -> None:
    """Put a timetable in force on the clip. Until the last part has arrived the one before stays. Raises PoiseError."""
    data = timetable + struct.pack("<I", crc32(timetable))
    piece = client.transport.max_payload - _HEAD
    answer = 0
    for at in range(0, len(data), piece):
        fields = {"total": len(data), "offset": at, "data": data[at : at + piece]}
        answer = (await client.request("timetable_set", **fields))["value"]
    if answer != identity(timetable):
        raise PoiseError(
            Reason.BAD_MESSAGE,
            _("the clip did not take the timetable whole"),
            _("It is sent again."),
        )
