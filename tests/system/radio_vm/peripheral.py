"""A peripheral on MicroPython's raw `bluetooth`, run in the VM by the radio tests."""

from errno import ENOMEM
from struct import pack

import _twin
import bluetooth

SERVICE = bluetooth.UUID("5e2a0001-9d3c-4f0b-8a6e-706f69736501")
ECHO = bluetooth.UUID("5e2a0004-9d3c-4f0b-8a6e-706f69736501")
BULK = bluetooth.UUID("5e2a0005-9d3c-4f0b-8a6e-706f69736501")
ID = bluetooth.UUID("5e2a0006-9d3c-4f0b-8a6e-706f69736501")
NAME = b"Poise TEST"
BURST = 500

ble = bluetooth.BLE()
ble.active(True)
ble.config(mtu=247, gap_name=NAME)
try:
    ble.config(rxbuf=512)
    raise AssertionError("the port refuses rxbuf")
except ValueError:
    pass

flags = bluetooth.FLAG_WRITE | bluetooth.FLAG_NOTIFY | bluetooth.FLAG_INDICATE
((echo, bulk, identity),) = ble.gatts_register_services(
    (
        (
            SERVICE,
            (
                (ECHO, flags),
                (BULK, bluetooth.FLAG_NOTIFY),
                (ID, bluetooth.FLAG_READ),
            ),
        ),
    )
)
ble.gatts_set_buffer(echo, 244)
ble.gatts_write(identity, b"\x01\x02\x03\x04\x05\x06\x07\x08")

state = {"connection": None, "burst": BURST, "enomem": 0, "reads": 0}


def advertise():
    name = bytes((2, 1, 6, len(NAME) + 1, 9)) + NAME
    uuid = bytes((17, 7)) + bytes(SERVICE)
    ble.gap_advertise(50000, name, resp_data=uuid)


def on_write(connection):
    data = ble.gatts_read(echo)
    if data == b"burst":
        state["burst"] = 0
    elif data == b"indicate":
        ble.gatts_indicate(connection, echo, b"indicated")
    elif data == b"leave":
        ble.gap_disconnect(connection)
    elif data == b"stats":
        ble.gatts_notify(connection, echo, pack("<HH", state["enomem"], state["reads"]))
    else:
        ble.gatts_notify(connection, echo, data)


def irq(event, data):
    if event == 1:
        state["connection"] = data[0]
    elif event == 2:
        state["connection"] = None
        state["burst"] = BURST
        advertise()
    elif event == 3:
        on_write(data[0])
    elif event == 4:
        state["reads"] += 1
        return 0x03 if state["reads"] == 3 else 0  # the third read is refused
    elif event == 20 and data[2] == 0:
        ble.gatts_notify(data[0], echo, b"confirmed")
    return None


ble.irq(irq)
advertise()
padding = bytes(198)
while True:
    _twin.wait(None if state["burst"] == BURST else 2000)
    while state["burst"] < BURST and state["connection"] is not None:
        try:
            ble.gatts_notify(state["connection"], bulk, pack("<H", state["burst"]) + padding)
        except OSError as error:
            if error.errno != ENOMEM:
                raise
            state["enomem"] += 1
            break
        state["burst"] += 1
