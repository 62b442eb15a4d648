"""A blank virtual board with all that `poise flash` needs for it, as if it came from a shop."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .bootloader.image import image
from .machine.vm import find_vm
from .process import TwinProcess

_STOP_S = 20.0


class Shop(NamedTuple):
    """The board's port, the image that stands for MicroPython, and the firmware that its VM runs."""

    port: str
    image: Path
    board: str
    arch: str


@contextlib.contextmanager
def blank_board(folder: Path | None = None, **options: object) -> Iterator[Shop]:
    """Keep a blank board for the time of a `with`. `options`: as of TwinProcess. Raises PoiseError."""
    vm = find_vm()
    with tempfile.TemporaryDirectory(prefix="poise-shop-") as temporary:
        place = folder or Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        path = place / "micropython-of-the-twin.bin"
        path.write_bytes(image(vm.version))
        with _running(TwinProcess(place, **{"blank": True, "scenario": "bench"} | options)) as twin:
            yield Shop(twin.info["usb"], path, "esp32", vm.arch)


@contextlib.contextmanager
def _running(twin: TwinProcess) -> Iterator[TwinProcess]:
    """Run the twin on a loop of its own: whoever flashes waits for the board, not for a loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(twin.__aenter__(), loop).result()
        try:
            yield twin
        finally:
            end = twin.__aexit__(None, None, None)
            asyncio.run_coroutine_threadsafe(end, loop).result(_STOP_S)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
