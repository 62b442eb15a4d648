"""Takes the board, builds the objects, runs the coroutines. Ending here leaves to the MicroPython prompt."""

import asyncio
import time

import board
import bluetooth
from clip import Clip
from link.ble import BleLink
from link.usb import UsbLink
from tasks import equip, run
from wire.uuids import NAME_PREFIX


def main():
    clip = Clip(board, time.ticks_ms, time.ticks_diff)
    equip(clip, time.sleep_ms)
    usb = UsbLink(board.stdio(), clip.service)
    name = NAME_PREFIX + clip.clip_id[-2:].hex()
    ble = BleLink(bluetooth.BLE(), clip.service, name, clip.clip_id, bluetooth)
    asyncio.run(run(clip, (usb, ble)))
    if clip.crashed:
        board.reset()


main()
