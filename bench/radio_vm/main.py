"""main.py of a twin without firmware: full notifications, as fast as the radio takes them."""

import bluetooth
import _twin
from errno import ENOMEM
from micropython import const

SERVICE = bluetooth.UUID("50304953-4500-4000-8000-000000000001")
WRITE = bluetooth.FLAG_WRITE
NOTIFY = bluetooth.FLAG_NOTIFY
COUNT = const(4000)
PAYLOAD = bytes(244)

ble = bluetooth.BLE()
ble.active(True)
ble.config(gap_name="RAW", mtu=247)
((start, bulk),) = ble.gatts_register_services(
    ((SERVICE, ((bluetooth.UUID(0xFFF1), WRITE), (bluetooth.UUID(0xFFF2), NOTIFY))),)
)
state = {"host": None, "left": 0}


def irq(event, data):
    """Follow the connection; a written value starts COUNT notifications."""
    if event == 1:
        state["host"] = data[0]
    elif event == 2:
        state["host"] = None
    elif event == 3:
        state["left"] = COUNT


ble.irq(irq)
ble.gap_advertise(50_000, b"\x02\x01\x06\x04\x09RAW")
while True:
    _twin.wait(1000 if state["left"] else None)
    while state["left"] and state["host"] is not None:
        try:
            ble.gatts_notify(state["host"], bulk, PAYLOAD)
        except OSError as error:
            if error.errno != ENOMEM:
                raise
            break
        state["left"] -= 1
