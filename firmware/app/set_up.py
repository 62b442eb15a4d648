"""The clip's state at a start. Used once, then unloaded."""

import asyncio
import os

from app.crashes import Crashes
from app.start_records import note_start
from link.service import Service
from storage.bonds import Bonds
from storage.flashlog import FlashLog
from storage.kept import Kept
from storage.settings import Settings
from storage.upright import Upright
from system.monotonic import Monotonic
from system.power import Power
from system.unload import unload

_BLOCK_BYTES = 4096  # of the flash
SEGMENT_BYTES = (
    4 * _BLOCK_BYTES - 16
)  # four blocks of littlefs, which takes 16 bytes for its pointers
_FIRMWARE_BYTES = 2 * 65 * _BLOCK_BYTES  # two slots; littlefs gives each file whole blocks
# Of storage.letters: 6 and 4 blocks, and 6 for the next one while it is written aside.
_LETTERS_BYTES = 16 * _BLOCK_BYTES
_MAX_LOG_BYTES = 4_000_000
_NO_CLOCK_PAIR = (0, 0, 0, 0)


def set_up(clip: "Clip", firmware: "tuple[int, bool, bool]") -> None:
    """Open the files of `clip` and note the start. `firmware` is the result of slots.Slots.start."""
    board = clip.board
    root = board.filesystem_root()
    base = root.rstrip("/")
    _finish_wipe(base)
    clip.clip_id = board.unique_id()
    clip._clock = Monotonic(clip.ticks_ms, clip.ticks_diff)
    clip.settings = Settings(base + "/settings", os)
    clip.upright = Upright(base + "/neutral", os)
    clip.accelerometer = Kept(base + "/accelerometer", os)
    clip.bonds = Bonds(base + "/bonds", os)
    clip._clock_pair = _NO_CLOCK_PAIR
    clip.log = FlashLog(root, SEGMENT_BYTES, log_bytes(root), os, clip._block)
    clip.cause = board.reset_cause()
    clip.crashes = Crashes(base + "/crashes", os, clip.cause)
    clip.slot, clip.on_trial, clip.reverted = firmware
    clip.watchdog = clip.slept = clip._quiet = clip._reminder = None
    clip.service = Service(clip)
    clip.pending = asyncio.Event()
    clip.stopped = asyncio.Event()
    clip.updating = clip.urgent = clip.restarting = clip.button_busy = clip.utc_known = False
    clip._pairing_until_ms = clip.look_ms = clip.bad_frames = clip.faults = clip._utc_at_0_s = 0
    clip.power = Power(clip.now_ms())
    clip.radio_on = True
    clip._buzzes = []
    clip._fault_ms = {}
    clip._write_errors = clip.log.write_errors
    note_start(clip)
    unload("app.start_records")


def _finish_wipe(base: str) -> None:
    try:
        os.stat(base + "/wipe")
    except OSError:
        return  # as at nearly every start
    from storage.wipe import finish

    unload("storage.wipe")
    finish(base, os)


def log_bytes(root: str) -> int:
    """Bytes for the log: the file system without the firmware's slots and the letters, less 1/25 for the small files
    and for littlefs, which moves blocks.
    """
    info = os.statvfs(root)
    room = info[0] * info[2] - _FIRMWARE_BYTES - _LETTERS_BYTES
    return min(room * 24 // 25, _MAX_LOG_BYTES)
