"""Names and bits of the firmware's exercise modules, for the host's session."""

from poise.build.sources import firmware_module

_r = firmware_module("motion.repetitions")
_q = firmware_module("motion.quality")
_m = firmware_module("motion.movements")

COUNTED: int = _r.COUNTED
ENDED: int = _r.ENDED
CHANGE_CDEG: int = _q.CHANGE_CDEG
TREND_SESSIONS: int = _q.TREND_SESSIONS
_FAULTS = (
    "too_small", "short", "too_fast", "too_long", "not_returned", "compensated", "trunk_moved", "paused",
)  # fmt: skip
FAULT_BITS: dict[str, int] = {name: getattr(_r, name.upper()) for name in _FAULTS}


def fault_names(bits: int) -> list[str]:
    """Names of the faults in these bits, in the order of `motion.repetitions`."""
    return [name for name, bit in FAULT_BITS.items() if bits & bit]


def is_still(movement: str) -> bool:
    """Whether what is watched is that nothing moves: the hold has no way out and back."""
    return _m.MOVEMENTS[movement][0] == _m.STILL


def near_start_cdeg(movement: str, band_cdeg: tuple[int, int] | None) -> int:
    """Up to this angle a hold is over and the wearer is back at the start."""
    if band_cdeg is None or is_still(movement):
        return 18_000
    return max(100, band_cdeg[0] // 2)


def trend_cdeg(sessions_cdeg: list[int]) -> int:
    """As `motion.quality.trend_cdeg`: 0 unless three sessions and ten degrees say something."""
    return _q.trend_cdeg(sessions_cdeg)


def comparable_pace(now_ms: int, before_ms: int) -> bool:
    """Whether two sessions' pace is near enough for their smoothness to be compared."""
    return abs(now_ms - before_ms) * 100 <= before_ms * _q.PACE_PCT
