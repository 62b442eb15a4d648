"""Vibration motor on a PWM: the wire's patterns, played one at a time without blocking."""

import asyncio

FREQ_HZ = 20_000  # above hearing: the motor averages it

# Pattern name (wire ENUMS "pattern"), milliseconds on, off, on, ... A refusal is a long one, then as many short ones as
# give the reason. As text: tuples would cost the clip twice the heap.
PATTERNS = """
off
nudge 180 120 180
reminder 400 200 400 200 400
calibrated 80 80 80
refused 700
nod_now 60 60 60 60 60
refused_moving 700 200 80
refused_tilted 700 200 80 120 80
refused_nods 700 200 80 120 80 120 80
refused_sensor 700 200 80 120 80 120 80 120 80
check_fit 80 120 400
pairing 200 200 200 200 200
paired 80 80 80 80 400
find_me 300 300 300 300 300 300 300 300 300
pace_out 120
pace_back 60 80 60
hold_done 300
set_done 250 150 250
session_done 250 150 250 150 500
easy 40 40 40 40 40 40 40
session
"""


def durations_ms(pattern: str) -> "list[int]":
    """Return a pattern's milliseconds on, off, on, ... Raises KeyError for an unknown name."""
    for row in PATTERNS.split("\n"):
        words = row.split(" ")
        if words[0] == pattern:
            return [int(word) for word in words[1:]]
    raise KeyError(pattern)


class Haptic:
    """Plays patterns on `pwm`, which has freq(hz) and duty_u16(0..65535). A new pattern replaces the playing one."""

    def __init__(self, pwm: "Pwm") -> None:
        self._pwm = pwm
        self._wake = asyncio.Event()
        self._pattern = ()
        self._duty = 0
        self.playing = False
        pwm.freq(FREQ_HZ)
        pwm.duty_u16(0)

    def play(self, pattern: str, strength_pct: int) -> None:
        """Start the named pattern at 0 to 100 % of full strength. Raises KeyError for an unknown name."""
        self._pattern = durations_ms(pattern)
        self._duty = strength_pct * 0xFFFF // 100
        self._wake.set()

    async def run(self) -> None:
        """Play the requested patterns for ever. Leaves the motor off when cancelled."""
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                self.playing = True
                await self._buzz(self._pattern)
                self.playing = False
        finally:
            self._pwm.duty_u16(0)

    async def _buzz(self, pattern: "Ints") -> None:
        for i, ms in enumerate(pattern):
            self._pwm.duty_u16(0 if i % 2 else self._duty)
            if await self._replaced(ms):
                break
        self._pwm.duty_u16(0)

    async def _replaced(self, ms: int) -> bool:
        try:
            await asyncio.wait_for_ms(self._wake.wait(), ms)  # pyright: ignore[reportAttributeAccessIssue]
        except asyncio.TimeoutError:
            return False
        return True
