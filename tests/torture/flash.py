"""Ctrl-C, a killed host and a power cut at every message of a flashing, each mended by the same command again.

`python -m tests.torture.flash [SECONDS] [kill|cut|Ctrl-C]`: every message, in an order that covers the whole run early.
"""

import _thread
import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from poise.errors import PoiseError
from poise.flash.decide import Decision
from poise.flash.filesystem import entries
from poise.flash.micropython import write_image
from poise.twin.bootloader.board import cut_at
from tests.support.rom_bench import (
    CLIP,
    FILES_AT,
    FILES_BYTES,
    FIRMWARE,
    RomBench,
    files_part,
    twin_image,
    whole,
)

_CHILD = """
import sys
from pathlib import Path
from poise.flash.image import read_image
from poise.flash.micropython import write_image
from tests.support.rom_bench import FIRMWARE
write_image(sys.argv[1], read_image(Path(sys.argv[2])), files=lambda board: FIRMWARE, tell=lambda line: None)
"""


def main() -> int:
    """Run until the seconds are over or every message had its turn. Return the exit status."""
    end_s = time.monotonic() + (float(sys.argv[1]) if len(sys.argv) > 1 else 1e9)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # Ctrl-C first: it is quick, and leaves in the flash what a kill leaves.
        for how in sys.argv[2:] or ("Ctrl-C", "kill", "cut"):
            for clip in (False, True):
                total = _messages(folder, clip)
                what = f"{how} on {'a clip' if clip else 'a blank board'}"
                for done, message in enumerate(_spread(total)):
                    if time.monotonic() > end_s:
                        print(f"{what}: {done} of {total} messages; the time is over")
                        return 0
                    _case(folder, clip, message, how)
                print(f"{what}: all of {total} messages", flush=True)
    return 0


def _bench(folder: Path, clip: bool) -> RomBench:
    place = Path(tempfile.mkdtemp(dir=folder))
    bench = RomBench(place)
    if clip:
        bench.put(*whole(twin_image(folder, "1.27.0")), files_part(CLIP))
    return bench


def _messages(folder: Path, clip: bool) -> int:
    with _bench(folder, clip) as bench:
        _flash(bench, folder)
        return bench.board.rom.messages


def _flash(bench: RomBench, folder: Path) -> Decision:
    image = twin_image(folder)
    return write_image(
        bench.port, image, files=lambda _board: FIRMWARE, tell=lambda _line: None
    ).decision


def _spread(total: int) -> list[int]:
    """All numbers from 1 to `total`, far apart in turn."""
    stride = next(n for n in range(int(total * 0.62), total) if math.gcd(n, total) == 1)
    return [1 + n * stride % total for n in range(total)]


def _case(folder: Path, clip: bool, message: int, how: str) -> None:
    image = twin_image(folder)
    with _bench(folder, clip) as bench:
        before = bench.flash[FILES_AT:] if clip else b""
        if how == "Ctrl-C":
            _broken_off(bench, folder, message)
        else:
            path = next(folder.glob("micropython-1.28*.bin"))
            child = subprocess.Popen(
                [sys.executable, "-c", _CHILD, bench.port, str(path)], stderr=subprocess.DEVNULL
            )
            cut_at(bench.board, message, kills_host=child.pid if how == "kill" else 0)
            child.wait()
        bench.board.rom.on_message = None
        _check_between(bench, clip, before, message, how)
        try:
            _flash(bench, folder)
        except PoiseError as error:
            raise SystemExit(f"{how} at {message}, clip {clip}: {error.told}") from None
        assert bench.holds(*whole(image)), (how, message, clip)
        assert bench.last_start() == FILES_BYTES // 4096, (how, message, clip)
        wanted = CLIP if clip else FIRMWARE
        found = entries(lambda at, size: bench.board.flash.read(FILES_AT + at, size), FILES_BYTES)
        assert {each.path for each in found} == set(wanted), (how, message, clip)


def _broken_off(bench: RomBench, folder: Path, message: int) -> None:
    bench.board.rom.on_message = lambda _name, number: (
        _thread.interrupt_main() if number == message else None
    )
    try:
        _flash(bench, folder)
        time.sleep(0.2)  # a break in the last message comes after the return
    except (KeyboardInterrupt, PoiseError):
        pass


def _check_between(bench: RomBench, clip: bool, before: bytes, message: int, how: str) -> None:
    """Of a clip not one byte of its files has changed, whenever it was broken off."""
    if clip:
        assert bench.flash[FILES_AT:] == before, (how, message)


if __name__ == "__main__":
    os.environ.setdefault("PYTHONPATH", os.pathsep.join(sys.path))
    sys.exit(main())
