"""Requests for the letters. Loaded for one of them, then unloaded."""

import os

from link.service import Refusal
from storage import letters
from system.unload import unload
from wire import codec

for _name in ("storage.letters",):  # a part of this module, once it is compiled
    unload(_name)


def answer(clip: "Clip", link: "Link", request_id: int, fields: "Fields") -> bytes:
    """Return the reply to `letter_get`, or to `letter_set` if the fields have data.

    Raises Refusal "bad_field" or "storage".
    """
    if fields["letter"] >= len(letters.MOST_BYTES):
        raise Refusal("bad_field", 0)
    root = clip.board.filesystem_root()
    try:
        if "data" in fields:
            return clip.service.ok(request_id, _take(root, clip.service, link, **fields))
        return _part(root, link, request_id, **fields)
    except OSError:
        letters.give_up(clip.service)
        raise Refusal("storage", 0) from None


def _part(root: str, link: "Link", request_id: int, letter: int, offset: int) -> bytes:
    """Return the message `letter`, with as many bytes from `offset` on as fit the link. Raises OSError."""
    most = link.max_payload - codec.MESSAGE_HEAD - codec.message_layout("letter").size
    size, crc = letters.info(root, letter)
    data = letters.read(root, letter, offset, min(most, size - offset))
    return codec.pack("letter", request_id, size=size, crc32=crc, data=data)


def _take(
    root: str,
    service: "Service",
    link: "Link",
    letter: int,
    size: int,
    crc32: int,
    offset: int,
    data: bytes,
) -> int:
    """Take the next bytes of a letter; return the bytes so far. Raises Refusal "bad_field", OSError."""
    if not 0 < size <= letters.MOST_BYTES[letter]:
        raise Refusal("bad_field", 1)
    value = letters.take(root, os, service, link, letter, (size, crc32), offset, data)
    if value is None:
        raise Refusal("bad_field", 4)
    return value
