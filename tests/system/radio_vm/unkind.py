"""A peripheral whose handler does what none should, run in the VM by the radio tests: POISE_HANDLER says which."""

import os

import _twin
import bluetooth

SERVICE = bluetooth.UUID("5e2a0001-9d3c-4f0b-8a6e-706f69736501")
ECHO = bluetooth.UUID("5e2a0004-9d3c-4f0b-8a6e-706f69736501")
NAME = b"Poise TEST"
FLASH_PROGRAM = 0x11
SECRET, KEEP = 29, 30

what = os.getenv("POISE_HANDLER")
secrets = {}
asked = []
ble = bluetooth.BLE()


def keep(kind, key, value):
    key = bytes(key)
    if value is not None:
        secrets[kind, key] = bytes(value)
        return True
    if what == "refuses to delete":
        return False
    there = secrets.pop((kind, key), None)
    return True if what == "always says deleted" else there is not None


def irq(event, data):
    asked.append(event)
    if event == SECRET:
        kind, index, key = data
        if key is not None:
            return secrets.get((kind, bytes(key)))
        there = [value for (of_kind, _), value in secrets.items() if of_kind == kind]
        return there[index] if index < len(there) else None
    if event == KEEP:
        return keep(*data)
    if event == 2:
        advertise()
    if event == 3 and what == "raises":
        raise ValueError("in the handler")
    if event == 3 and what == "writes flash":
        try:
            _twin.call(FLASH_PROGRAM, bytes(8))
        except OSError:
            pass  # this bench has no flash
    if event == 3:
        ble.gatts_notify(data[0], echo, ble.gatts_read(echo))
    return None


def advertise():
    name = bytes((2, 1, 6, len(NAME) + 1, 9)) + NAME
    ble.gap_advertise(50000, name, resp_data=bytes((17, 7)) + bytes(SERVICE))


for call in (
    lambda: ble.gatts_write(3, b""),
    lambda: ble.gatts_read(3),
    lambda: ble.gap_disconnect(1),
    lambda: ble.gap_advertise(50000, b""),
    lambda: ble.config(mtu=247),
    lambda: ble.config("mac"),
):
    try:
        call()
        raise AssertionError("a radio that is off")
    except OSError as error:
        assert error.errno == 19, error
ble.irq(irq)
for _ in range(2):  # the second start knows the identity key of the first
    ble.active(False)
    ble.active(True)
ble.active(True)  # switched on while it is on, the port starts it anew
assert asked == [SECRET, SECRET, KEEP, SECRET] + 2 * [SECRET, SECRET, SECRET], asked
ble.config(bond=True, le_secure=True, mitm=False, io=3)
((echo,),) = ble.gatts_register_services(
    ((SERVICE, ((ECHO, bluetooth.FLAG_WRITE | bluetooth.FLAG_NOTIFY),)),)
)
advertise()
while True:
    _twin.wait(None)
