"""The firmware's pairing with a host of the tests' own."""

OURS, THEIRS, IDENTITY = 1, 2, 10
HOST, STRANGER = bytes((1, 2, 3, 4, 5, 6, 7)), bytes((1, 7, 6, 5, 4, 3, 2))
# Core 5.4 Vol 3 Part H D.7: an identity key, and a private address made with it.
IDENTITY_KEY = bytes.fromhex("ec0234a357c8ad05341010a60a397d9b")
PRIVATE = b"\x01" + bytes.fromhex("708194" + "0dfbaa")[::-1]


class Button:
    """Whether the wearer lets a new host in."""

    open = True

    def __call__(self) -> bool:
        return self.open


def with_identity(host: bytes, identity_key: bytes = IDENTITY_KEY) -> bytes:
    """A secret as NimBLE lays it out: `struct ble_store_value_sec`."""
    return (host + bytes(17) + bytes(range(16)) + b"\1" + identity_key[::-1] + b"\1").ljust(
        80, b"\0"
    )
