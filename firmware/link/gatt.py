"""The clip's GATT services and advertisement. Needed when the radio starts, then unloaded.

Source: Bluetooth Core 5.4 Vol 3 Parts C and G; Core Supplement Part A; docs/developers/ble.md has the table for people.
"""

from binascii import hexlify
from micropython import const

from wire import uuids

_FLAGS = b"\x02\x01\x06"  # general discoverable, no classic radio: Core Supplement Part A 1.3
_COMPLETE_NAME = const(0x09)
_COMPLETE_UUIDS_128 = const(0x07)
_READ_ENCRYPTED = const(0x0200)  # MicroPython's documented flags; the module has no names for them
_WRITE_ENCRYPTED = const(0x1000)
_NO_INPUT_OUTPUT = const(3)


def start(
    ble: "Radio", bluetooth: "RadioModule", name: str, mtu: int, handler: "Callable"
) -> "tuple[tuple[int, ...], ...]":
    """Start the radio with the services; return the value handles, nested as the services are. Raises OSError.

    The handler is set first: a starting stack asks it for the clip's identity key and for those of the hosts.
    """
    ble.irq(handler)
    if ble.active():  # main.py started the radio for its memory alone, without a handler
        ble.active(False)
    ble.active(True)
    ble.config(gap_name=name, mtu=mtu)
    ble.config(bond=True, le_secure=True, mitm=False, io=_NO_INPUT_OUTPUT)
    return register(ble, bluetooth)


def register(ble: "Radio", bluetooth: "RadioModule") -> "tuple[tuple[int, ...], ...]":
    """Register the services; return the value handles, nested as the services are."""
    uuid = bluetooth.UUID
    anybody = bluetooth.FLAG_READ
    read = anybody | _READ_ENCRYPTED
    notify = bluetooth.FLAG_NOTIFY
    write = bluetooth.FLAG_WRITE | _WRITE_ENCRYPTED
    information = (
        (uuid(uuids.MANUFACTURER_NAME), read),
        (uuid(uuids.MODEL_NUMBER), read),
        (uuid(uuids.FIRMWARE_REVISION), read),
    )
    poise = (
        (uuid(uuids.EVENTS), notify),
        (uuid(uuids.MOTION), notify),
        (uuid(uuids.CONTROL), write | bluetooth.FLAG_INDICATE),
        (uuid(uuids.LOG), notify),
        (uuid(uuids.CLIP_ID), read),
    )
    return ble.gatts_register_services(
        (
            (uuid(uuids.DEVICE_INFORMATION), information),
            (uuid(uuids.BATTERY), ((uuid(uuids.BATTERY_LEVEL), anybody | notify),)),
            (uuid(uuids.CURRENT_TIME), ((uuid(uuids.CURRENT_TIME_CHARACTERISTIC), write),)),
            (uuid(uuids.POISE_SERVICE), poise),
        )
    )


def advertisement(bluetooth: "RadioModule", name: str) -> "tuple[bytes, bytes]":
    """Return (advertising data, scan response) of a clip with this name."""
    service = bytes(bluetooth.UUID(uuids.POISE_SERVICE))
    return _FLAGS + _field(_COMPLETE_NAME, name.encode()), _field(_COMPLETE_UUIDS_128, service)


def advertised_name(clip_id: bytes) -> str:
    """Return the prefix and the last four hex digits of the clip id: `Poise 12AB`."""
    return uuids.NAME_PREFIX + hexlify(clip_id[-2:]).decode().upper()


def _field(kind: int, data: bytes) -> bytes:
    return bytes((len(data) + 1, kind)) + data
