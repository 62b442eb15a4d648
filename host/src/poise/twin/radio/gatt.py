"""The clip's attributes as NimBLE keeps them: values, buffers of 20 bytes unless asked for more, permissions.

Generic Access and Generic Attribute have NimBLE's characteristics, so that the first handle of the firmware's own
services is 10, as on the ESP32.
"""

import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from bumble import att, core, gatt
from bumble.device import Connection, Device

DEFAULT_BUFFER = 20  # bytes that a central may write before gatts_set_buffer: MicroPython
PROPERTIES = 0xFF  # the low byte of MicroPython's flags is GATT's own property byte
PERMISSIONS = (  # MicroPython's documented flag -> Bumble's permission
    (0x0400, att.Attribute.READ_REQUIRES_AUTHENTICATION),
    (0x0800, att.Attribute.READ_REQUIRES_AUTHORIZATION),
    (0x2000, att.Attribute.WRITE_REQUIRES_AUTHENTICATION),
    (0x4000, att.Attribute.WRITE_REQUIRES_AUTHORIZATION),
)
READ, WRITE_NO_RESPONSE, WRITE = 0x0002, 0x0004, 0x0008
READ_ENCRYPTED, WRITE_ENCRYPTED = (
    0x0200,
    0x1000,
)  # not Bumble's permissions: they would give the wrong error

OnRead = Callable[[Connection, int], Awaitable[int]]
OnWrite = Callable[[Connection, int], Awaitable[None]]
HasKey = Callable[[Connection], Awaitable[bool]]


@dataclass
class Value:
    """An attribute's value, and the bytes that a central may write."""

    attribute: att.Attribute
    data: bytearray = field(default_factory=bytearray)
    size: int = DEFAULT_BUFFER
    append: bool = False


class GattTable:
    """The services that the firmware registered, on a Bumble device.

    `on_read` returns an ATT error or 0; `has_key` tells if there is a bond with the connection's peer.
    """

    def __init__(self, device: Device, on_read: OnRead, on_write: OnWrite, has_key: HasKey) -> None:
        self._device = device
        self._on_read = on_read
        self._on_write = on_write
        self._has_key = has_key
        self.values: dict[int, Value] = {}
        self.name = b"MPY"

    def clear(self) -> None:
        """Remove all services but Generic Access and Generic Attribute."""
        server = self._device.gatt_server
        server.services.clear()
        server.attributes.clear()
        server.attributes_by_handle.clear()
        self.values.clear()
        name = gatt.Characteristic(
            gatt.GATT_DEVICE_NAME_CHARACTERISTIC,
            gatt.Characteristic.Properties.READ,
            att.Attribute.READABLE,
            att.AttributeValue(read=lambda _connection: self.name),
        )
        appearance = gatt.Characteristic(
            gatt.GATT_APPEARANCE_CHARACTERISTIC,
            gatt.Characteristic.Properties.READ,
            att.Attribute.READABLE,
            bytes(2),
        )
        changed = gatt.Characteristic(
            gatt.GATT_SERVICE_CHANGED_CHARACTERISTIC,
            gatt.Characteristic.Properties.INDICATE,
            att.Attribute.Permissions(0),
            bytes(4),
        )
        server.add_service(gatt.Service(gatt.GATT_GENERIC_ACCESS_SERVICE, [name, appearance]))
        server.add_service(gatt.Service(gatt.GATT_GENERIC_ATTRIBUTE_SERVICE, [changed]))

    def register(self, blob: bytes) -> bytes:
        """Register the services that the firmware packed; return value handles, u16 each, in the same order."""
        self.clear()
        at = 0
        handles: list[int] = []
        while at < len(blob):
            uuid, at = _uuid(blob, at)
            count, at = blob[at], at + 1
            made: list[gatt.Characteristic] = []
            for _ in range(count):
                characteristic, at = self._characteristic(blob, at)
                made.append(characteristic)
            self._device.gatt_server.add_service(gatt.Service(uuid, made))
            for characteristic in made:
                for attribute in (characteristic, *characteristic.descriptors):
                    if attribute.type == gatt.GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR:
                        continue
                    self.values[attribute.handle] = Value(attribute)
                    handles.append(attribute.handle)
        return struct.pack(f"<{len(handles)}H", *handles)

    def _characteristic(self, blob: bytes, at: int) -> tuple[gatt.Characteristic, int]:
        uuid, flags, at = _attribute(blob, at)
        count, at = blob[at], at + 1
        descriptors = []
        for _ in range(count):
            kind, rights, at = _attribute(blob, at)
            made = gatt.Descriptor(kind, _permissions(rights))
            made.value = self._access(made, rights)
            descriptors.append(made)
        characteristic = gatt.Characteristic(
            uuid,
            gatt.Characteristic.Properties(flags & PROPERTIES),
            _permissions(flags),
            None,
            descriptors,
        )
        characteristic.value = self._access(characteristic, flags)
        return characteristic, at

    async def _need_encryption(self, connection: Connection, handle: int) -> None:
        """Refuse an unencrypted access as NimBLE's ble_att_svr_check_perms does.

        The error asks a peer without a key to pair, and one with a key to encrypt.
        """
        if connection.encryption:
            return
        error = att.ATT_INSUFFICIENT_AUTHENTICATION_ERROR
        if await self._has_key(connection):
            error = att.ATT_INSUFFICIENT_ENCRYPTION_ERROR
        raise att.ATT_Error(error, handle)

    def _access(self, attribute: att.Attribute, flags: int) -> att.AttributeValue:
        async def read(connection: Connection) -> bytes:
            if not flags & READ:
                raise att.ATT_Error(att.ATT_READ_NOT_PERMITTED_ERROR, attribute.handle)
            if flags & READ_ENCRYPTED:
                await self._need_encryption(connection, attribute.handle)
            error = await self._on_read(connection, attribute.handle)
            if error:
                raise att.ATT_Error(att.ErrorCode(error), attribute.handle)
            return bytes(self.values[attribute.handle].data)

        async def write(connection: Connection, data: bytes) -> None:
            if not flags & (WRITE | WRITE_NO_RESPONSE):
                raise att.ATT_Error(att.ATT_WRITE_NOT_PERMITTED_ERROR, attribute.handle)
            if flags & WRITE_ENCRYPTED:
                await self._need_encryption(connection, attribute.handle)
            value = self.values[attribute.handle]
            kept = value.data if value.append else b""
            # Bytes that do not fit are cut off silently, as in NimBLE's glue.
            value.data = bytearray((bytes(kept) + data)[: value.size])
            await self._on_write(connection, attribute.handle)

        return att.AttributeValue(read=read, write=write)

    def take(self, handle: int) -> bytes:
        """Return the value for the firmware; an appending buffer is emptied. Raises KeyError for an unknown handle, no
        OSError."""
        value = self.values[handle]
        data = bytes(value.data)
        if value.append:
            value.data.clear()
        return data

    def update(self, connection: Connection, handle: int, data: bytes | None) -> bytes:
        """Return the value to send now, cut to the size of one packet. `data` None: the stored value."""
        content = self.take(handle) if data is None else data
        return content[: connection.att_mtu - 3]

    def subscribers(self, handle: int) -> list[tuple[Any, int]]:
        """Return (connection, CCCD bits) of each central that asked for this value's updates."""
        found = []
        for connection, wanted in self._device.gatt_server.subscribers.items():
            bits = wanted.get(handle, b"\0\0")[0]
            if bits:
                found.append((connection, bits))
        return found


def _uuid(blob: bytes, at: int) -> tuple[core.UUID, int]:
    size = blob[at]
    return core.UUID.from_bytes(blob[at + 1 : at + 1 + size]), at + 1 + size


def _attribute(blob: bytes, at: int) -> tuple[core.UUID, int, int]:
    uuid, at = _uuid(blob, at)
    return uuid, struct.unpack_from("<H", blob, at)[0], at + 2


def _permissions(flags: int) -> att.Attribute.Permissions:
    rights = att.Attribute.READABLE | att.Attribute.WRITEABLE
    for flag, permission in PERMISSIONS:
        if flags & flag:
            rights |= permission
    return rights
