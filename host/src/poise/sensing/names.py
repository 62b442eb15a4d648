"""Names of an exercise's faults, and questions of a session about a movement: the host's view of `sensing`."""

from . import movements, quality, repetitions

FAULT_BITS = {
    "too_small": repetitions.TOO_SMALL,
    "short": repetitions.SHORT,
    "too_fast": repetitions.TOO_FAST,
    "too_long": repetitions.TOO_LONG,
    "not_returned": repetitions.NOT_RETURNED,
    "compensated": repetitions.COMPENSATED,
    "trunk_moved": repetitions.TRUNK_MOVED,
    "paused": repetitions.PAUSED,
    "other_way": repetitions.OTHER_WAY,
}


def fault_names(bits: int) -> list[str]:
    """Names of the faults in these bits, in the order of `repetitions`."""
    return [name for name, bit in FAULT_BITS.items() if bits & bit]


def is_still(movement: str) -> bool:
    """True if the sensor only watches for stillness: such a hold has no way out and back."""
    return movements.MOVEMENTS[movement][0] == movements.STILL


def near_start_cdeg(movement: str, band_cdeg: tuple[int, int] | None) -> int:
    """Return the angle below which a hold is over and the wearer is back at the start, 0.01 degrees.

    `band_cdeg`: the hold's band, (least, greatest). Where None, or at a hold of stillness, it is 180 degrees.
    """
    if band_cdeg is None or is_still(movement):
        return 18_000
    return max(100, band_cdeg[0] // 2)


def comparable_pace(now_ms: int, before_ms: int) -> bool:
    """True if two sessions' paces are close enough to compare their smoothness."""
    return abs(now_ms - before_ms) * 100 <= before_ms * quality.PACE_PCT
