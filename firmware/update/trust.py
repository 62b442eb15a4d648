"""Keys that the clip trusts: the file `key` beside main.py. Loaded with the standby for an update.

The root key signs statements of other keys; the signing key signs bundles. The file is the body of the last statement
that the clip took: root key (32 bytes), signing key (32 bytes), number (u32). A file of 32 bytes is one key for both,
with number 0. Only the cable and a statement by the root key change it.

A statement with a number that is not above the clip's own changes nothing. So an old one that is sent again brings no
key back, and of two with the same number the first one counts.
"""

import struct

from storage.blob import make_durable

FILE = "key"
BODY_BYTES = 68
_CONTEXT = b"Poise keys 1\n"
_KEY_BYTES = 32
_P = (1 << 255) - 19
# y of four of the eight points of small order; the others have y = 1, -1 and twice 0.
_ORDER_8_Y = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826


def trusted() -> bytes:
    """Return the body of the trusted keys, or b"" if there are none that may be trusted."""
    try:
        with open(FILE, "rb") as file:
            body = file.read(BODY_BYTES + 1)
    except OSError:
        return b""
    if len(body) == _KEY_BYTES:
        body += body + bytes(4)
    return body if len(body) == BODY_BYTES and _all_sound(body) else b""


def changed(
    body: bytes,
    statement: bytes,
    genuine: "Callable[[bytes, bytes, bytes], bool]",
    os_module: "Os",
) -> bytes:
    """Return the body that is trusted after `statement` (signature, body), stored if it is another one.

    b"" if the statement is not to be trusted. `genuine`: (key, message, signature) -> True if the signature is the
    key's. Raises OSError, and then the clip trusts what it did.
    """
    signature, new = statement[:64], statement[64:]
    if _number(new) <= _number(body):
        return body
    if not _all_sound(new) or not genuine(body[:_KEY_BYTES], _CONTEXT + new, signature):
        return b""
    with open(FILE + ".tmp", "wb") as file:
        file.write(new)
        make_durable(file, os_module)
    os_module.rename(FILE + ".tmp", FILE)
    return new


def _number(body: bytes) -> int:
    return struct.unpack("<I", body[64:])[0]


def _all_sound(body: bytes) -> bool:
    return sound(body[:_KEY_BYTES]) and sound(body[_KEY_BYTES : 2 * _KEY_BYTES])


def sound(key: bytes) -> bool:
    """True if `key` is the one encoding of a public key, and not a key for which anybody can make signatures."""
    y = int.from_bytes(key, "little") & ((1 << 255) - 1)
    return (
        len(key) == _KEY_BYTES and y < _P and y not in (0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y)
    )
