"""Takes the board, builds the objects, runs the coroutines. Ending here leaves to the MicroPython prompt."""

import gc

gc.threshold(
    4096
)  # first: else what stays is strewn over the heap among what importing leaves behind

import asyncio  # noqa: E402
import time  # noqa: E402

import board  # noqa: E402
import bluetooth  # noqa: E402
from clip import Clip  # noqa: E402
from link.ble import BleLink  # noqa: E402
from link.pairing import Pairing  # noqa: E402
from life import PROMPT_MS  # noqa: E402
from link.usb import UsbLink  # noqa: E402
from tasks import equip, run  # noqa: E402


def main():
    clip = Clip(board, time.ticks_ms, time.ticks_diff)
    try:
        equip(clip, time.sleep_ms)
        usb = UsbLink(board.stdio(), clip.service)
        pairing = Pairing(clip.bonds, clip.pairing_open)
        ble = BleLink(bluetooth.BLE(), clip.service, pairing, "", clip.clip_id, bluetooth)
        asyncio.run(run(clip, (usb, ble)))
    except Exception as error:  # noqa: BLE001 (whatever it is: told, counted, tried again)
        clip.crash(error)
    if clip.crashed:
        board.reset()
    board.watchdog(PROMPT_MS)  # it cannot be stopped


main()
