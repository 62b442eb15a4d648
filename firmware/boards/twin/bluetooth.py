"""MicroPython's `bluetooth` for the twin: the same calls and interrupts, carried out by `poise.twin`.

Only the peripheral role, the calls that the firmware makes, and the flags of the ESP32 port. The host side holds the
values. It copies the port's traps: a handler that raises is removed, and a starting stack asks it for secrets.
"""

import _twin
import os
import sys
from errno import EINVAL
from micropython import const
from struct import pack, unpack, unpack_from

FLAG_READ = const(0x0002)
FLAG_WRITE_NO_RESPONSE = const(0x0004)
FLAG_WRITE = const(0x0008)
FLAG_NOTIFY = const(0x0010)
FLAG_INDICATE = const(0x0020)

# Pipe operations and the one event: shared with poise.twin.radio.pipe.
_OP_ACTIVE = const(0x40)  # on u8 (2: ask) -> on u8
_OP_CONFIG = const(0x41)  # key u8, value
_OP_CONFIG_GET = const(0x42)  # key u8 -> value
_OP_ADVERTISE = const(0x43)
_OP_DISCONNECT = const(0x44)
_OP_REGISTER = const(0x45)
_OP_READ = const(0x46)
_OP_WRITE = const(0x47)
_OP_NOTIFY = const(0x48)
_OP_INDICATE = const(0x49)
_OP_SET_BUFFER = const(0x4A)
_OP_IRQ_RESULT = const(0x4E)  # token u16, result
_OP_STARTED = const(0x4F)  # the peers' secrets, one after the other
_OP_FLASH_IN_IRQ = const(0x50)
_EVENT_IRQ = const(0x40)  # irq u8, token u16 (0: no answer wanted), fields

_MAX_ADVERTISEMENT = const(31)
_GET_SECRET = const(29)
_SET_SECRET = const(30)
_THEIRS = const(2)  # kinds of secrets: the peers', one's own identity key
_IDENTITY = const(10)
_SECRET_BYTES = const(80)
_IDENTITY_BYTES = const(16)
_OP_FLASH_PROGRAM = const(0x11)  # esp32.py's
_OP_FLASH_ERASE = const(0x12)

_SETTABLE = {"gap_name": 0, "mtu": 1, "bond": 2, "mitm": 3, "le_secure": 4, "io": 5, "addr_mode": 6}
_GETTABLE = {"gap_name": 0, "mtu": 1, "mac": 7}

# Fields of the interrupts whose layout is fixed.
_FIELDS = {
    1: "<HB6s",  # central connected: connection, address type, address
    2: "<HB6s",  # central disconnected
    3: "<HH",  # written: connection, value handle
    4: "<HH",  # about to be read
    20: "<HHB",  # indication done: connection, value handle, status
    21: "<HH",  # MTU: connection, bytes
    27: "<HHHHB",  # connection parameters: interval, latency, timeout, status
    28: "<HBBBB",  # connection, encrypted, authenticated, bonded, key bytes
    31: "<HBI",  # passkey: connection, action, number
}


class UUID:
    """A 16-bit number, or 128 bits as text or bytes (little-endian)."""

    def __init__(self, value) -> None:
        if isinstance(value, int):
            if not 0 <= value <= 0xFFFF:
                raise ValueError("invalid UUID")
            self._raw = pack("<H", value)
        elif isinstance(value, str):
            digits = bytes.fromhex(value.replace("-", ""))
            if len(digits) != 16:
                raise ValueError("invalid UUID")
            self._raw = bytes(reversed(digits))
        else:
            self._raw = bytes(value)

    def __iter__(self):  # bytes(uuid), which the real one gives through the buffer protocol
        return iter(self._raw)

    def __len__(self):
        return len(self._raw)

    def __eq__(self, other: object):
        return isinstance(other, UUID) and self._raw == other._raw

    def __hash__(self):
        return hash(self._raw)


class BLE:
    """The radio. Every call of the class returns the same object."""

    _only = None

    def __new__(cls):
        """Return the one BLE object; the first call makes it and registers its interrupts."""
        if BLE._only is None:
            BLE._only = object.__new__(cls)
            BLE._only._handler = None
            _twin.on(_EVENT_IRQ, BLE._only._interrupt)
        return BLE._only

    def active(self, on: "bool | None" = None):
        """Switch the radio, or return whether it is on (`on` None). Raises OSError(EIO) when it does not start.

        Switched on while it is on, it starts anew: mp_bluetooth_init.
        """
        was = bool(_twin.call(_OP_ACTIVE, b"\x02")[0])
        if on is None or not (on or was):
            return was
        _twin.tell_heap()
        if on and was:
            _twin.call(_OP_ACTIVE, b"\0")
        now = bool(_twin.call(_OP_ACTIVE, bytes((int(bool(on)),)))[0])
        if now:
            self._restore_peers()
            self._load_identity()
            _twin.call(_OP_STARTED, self._restore_peers())
        return now

    def _restore_peers(self):
        # NimBLE's ble_hs_misc_restore_irks: it asks by number until there is nothing or something of the wrong size.
        peers = b""
        number = 0
        while True:
            secret = self._ask(_GET_SECRET, (_THEIRS, number, None))
            if secret is None or len(secret) != _SECRET_BYTES:
                return peers
            peers += bytes(secret)
            number += 1

    def _load_identity(self) -> None:
        # MicroPython's load_irk: the key is made once; after it the peers are listed again.
        key = memoryview(b"irk")
        secret = self._ask(_GET_SECRET, (_IDENTITY, 0, key))
        if secret is None or len(secret) != _IDENTITY_BYTES:
            secret = memoryview(os.urandom(_IDENTITY_BYTES))
            self._ask(_SET_SECRET, (_IDENTITY, key, secret))

    def config(self, *names, **values):
        """Return the value of one name, or set keywords. Raises ValueError for a name that the port does not know."""
        if names:
            if len(names) > 1 or values:
                raise TypeError("can't get and set")
            return self._config_get(names[0])
        for name in values:
            if name not in _SETTABLE:
                raise ValueError("unknown config param")
            value = values[name]
            if name == "gap_name":
                value = value.encode() if isinstance(value, str) else bytes(value)
            else:
                value = pack("<H", int(value))
            _twin.call(_OP_CONFIG, bytes((_SETTABLE[name],)) + value)
        return None

    def _config_get(self, name: str):
        if name not in _GETTABLE:
            raise ValueError("unknown config param")
        value = _twin.call(_OP_CONFIG_GET, bytes((_GETTABLE[name],)))
        if name == "mtu":
            return unpack("<H", value)[0]
        if name == "mac":
            return value[0], value[1:]
        return value

    def irq(self, handler: "Callable") -> None:
        """Set the handler, called as `handler(irq, data)`. Its result answers the interrupts that ask."""
        self._handler = handler

    def gap_advertise(
        self, interval_us: int, adv_data=None, *, resp_data=None, connectable: bool = True
    ) -> None:
        """Advertise every `interval_us`; None stops. Payloads left out are those of the last call."""
        payload = pack("<IB", interval_us or 0, int(connectable))
        for data in (adv_data, resp_data):
            if data is None:
                payload += b"\xff"
                continue
            if len(data) > _MAX_ADVERTISEMENT:
                raise OSError(EINVAL)
            payload += bytes((len(data),)) + bytes(data)
        _twin.call(_OP_ADVERTISE, payload)

    def gap_disconnect(self, conn_handle: int) -> bool:
        """End the link at once. Return False if there is none."""
        return bool(_twin.call(_OP_DISCONNECT, pack("<H", conn_handle))[0])

    def gatts_register_services(self, services):
        """Replace all services and return their handles, nested alike.

        `services`: ((uuid, ((uuid, flags[, descriptors]), ...)), ...).
        """
        payload = bytearray()
        for uuid, characteristics in services:
            _add_uuid(payload, uuid)
            payload.append(len(characteristics))
            for characteristic in characteristics:
                _add_attribute(payload, characteristic)
                descriptors = characteristic[2] if len(characteristic) > 2 else ()
                payload.append(len(descriptors))
                for descriptor in descriptors:
                    _add_attribute(payload, descriptor)
        return _handles(services, _twin.call(_OP_REGISTER, bytes(payload)))

    def gatts_read(self, value_handle: int):
        """Return the current value as bytes."""
        return _twin.call(_OP_READ, pack("<H", value_handle))

    def gatts_write(self, value_handle: int, data: "Buffer", send_update: bool = False) -> None:
        """Set the value. `send_update` notifies subscribed centrals."""
        _twin.call(_OP_WRITE, pack("<HB", value_handle, int(send_update)) + data)

    def gatts_notify(
        self, conn_handle: int, value_handle: int, data: "Buffer | None" = None
    ) -> None:
        """Send a notification. Raises OSError(ENOMEM) while the radio's buffers are full."""
        _twin.call(_OP_NOTIFY, _update(conn_handle, value_handle, data))

    def gatts_indicate(
        self, conn_handle: int, value_handle: int, data: "Buffer | None" = None
    ) -> None:
        """Send an indication. Interrupt 20 reports the central's confirmation."""
        _twin.call(_OP_INDICATE, _update(conn_handle, value_handle, data))

    def gatts_set_buffer(self, value_handle: int, length: int, append=False) -> None:
        """Set how many bytes a central may write (20 by default). `append` collects writes until they are read."""
        _twin.call(_OP_SET_BUFFER, pack("<HHB", value_handle, length, int(append)))

    def _interrupt(self, payload: "Buffer") -> None:
        irq, token = unpack_from("<BH", payload)
        result = self._ask(irq, _fields(irq, payload[3:]))
        if token:
            _twin.call(_OP_IRQ_RESULT, pack("<H", token) + _answer(irq, result))

    def _ask(self, irq: int, fields: "Fields"):
        if not self._handler:
            return None
        _twin.call = _watched
        try:
            return self._handler(irq, fields)
        except Exception as error:  # noqa: BLE001 (as the port)
            print("Unhandled exception in IRQ callback handler")
            sys.print_exception(error)
            self._handler = None
            return None
        finally:
            _twin.call = _call


_call = _twin.call


def _watched(op: int, payload: "Buffer" = b""):
    # In the handler. On the ESP32 that is NimBLE's task, whose stack is too small for the file system.
    if op in (_OP_FLASH_PROGRAM, _OP_FLASH_ERASE):
        _call(_OP_FLASH_IN_IRQ)
    return _call(op, payload)


def _fields(irq: int, body):
    body = memoryview(body)  # the port, too, hands out memoryviews
    if irq == _GET_SECRET:  # kind, index, key or None
        return body[0], body[1], body[3:] if body[2] else None
    if irq == _SET_SECRET:  # kind, key, value or None
        size = body[1]
        return body[0], body[3 : 3 + size], body[3 + size :] if body[2] else None
    return unpack(_FIELDS[irq], body)


def _answer(irq: int, result):
    if irq == _GET_SECRET:
        return b"\x00" if result is None else b"\x01" + bytes(result)
    return bytes((int(result or 0) & 0xFF,))


def _add_uuid(payload: "Buffer", uuid) -> None:
    payload.append(len(uuid))
    payload.extend(bytes(uuid))


def _add_attribute(payload: "Buffer", attribute: int) -> None:
    _add_uuid(payload, attribute[0])
    payload.extend(pack("<H", attribute[1]))


def _handles(services, reply):
    at = 0
    out = []
    for _, characteristics in services:
        count = len(characteristics)
        for characteristic in characteristics:
            count += len(characteristic[2]) if len(characteristic) > 2 else 0
        out.append(unpack_from("<%dH" % count, reply, at))
        at += 2 * count
    return tuple(out)


def _update(conn_handle: int, value_handle: int, data: "Buffer"):
    head = pack("<HHB", conn_handle, value_handle, data is not None)
    return head if data is None else head + data
