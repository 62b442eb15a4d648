"""Fields of the messages `identity` and `status`. Loaded when a host asks, then unloaded."""

import gc
import os

from storage.kept import Kept
from system.power import AWAY_EVERY_MS, NEAR_FOR_MS, SAVER
from system.unload import unload
from wire import VERSION


def owner(clip: "Clip") -> Kept:
    """Return whose the clip is, as kept over restarts: number of the hand-out (4 bytes), pseudonym of the patient."""
    return Kept(clip.board.filesystem_root().rstrip("/") + "/owner", os)


def identity(clip: "Clip") -> "Fields":
    """Return the fields of the message `identity`, except the hash."""
    told = owner(clip).read() or bytes(4)
    return {
        "clip_id": clip.clip_id,
        "firmware": VERSION,
        "boot": clip.log.boot,
        "t_ms": clip.now_ms(),
        "oldest_seq": clip.log.oldest_seq,
        "next_seq": clip.log.next_seq,
        "assignment": int.from_bytes(told[:4], "little"),
        "patient": told[4:],
        "board": clip.board.NAME,
    }


def status(clip: "Clip") -> "Fields":
    """Return the fields of the message `status` for this clip."""
    from app.nudge_budget import correct

    correct(clip)  # the host that asks has usually set the time by now
    unload("app.nudge_budget")
    sampler = clip.sampler
    gc.collect()
    free, block = clip.board.system_heap()
    now, power = clip.now_ms(), clip.power
    return {
        "state": sampler.state,
        "site": clip.settings.get("site"),
        "battery_pct": clip.battery.percent(),
        "charging": int(clip.battery.charging()),
        "t_ms": now,
        "utc_known": int(clip.utc_known),
        "oldest_seq": clip.log.oldest_seq,
        "next_seq": clip.log.next_seq,
        "acked_seq": clip.log.acked_seq,
        "heap_free_bytes": gc.mem_free(),
        "fifo_overruns": sampler.overruns,
        "faults": clip.faults,
        "bad_frames": clip.bad_frames,
        "nudges_today": sampler.nudges_today,
        "flexion_cdeg": sampler.flexion_cdeg,
        "activity": sampler.activity,
        "fit": sampler.fit,
        "quality_pct": clip.upright.quality_pct,
        "imu": sampler.imu,
        "safe_mode": int(clip.crashes.safe),
        "power": power.mode,
        "bonds": len(clip.bonds.hosts()),
        "slot": clip.slot,
        "heap_used_bytes": gc.mem_alloc(),
        "system_free_bytes": free,
        "system_block_bytes": block,
        "window_every_ms": power.every_ms(now) if power.mode <= SAVER else 0,
        "away_every_ms": AWAY_EVERY_MS,
        "away_after_ms": NEAR_FOR_MS,
    }
