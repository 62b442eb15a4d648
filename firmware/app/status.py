"""Fields of the message `status`. Loaded when a host asks, then unloaded."""

import gc

from app.nudge_budget import correct
from system.power import AWAY_EVERY_MS, NEAR_FOR_MS, SAVER
from system.unload import unload


def status(clip: "Clip") -> "Fields":
    """Return the fields of the message `status` for this clip."""
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
