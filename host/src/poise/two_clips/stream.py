"""One clip of a pair, as far as the host knows it: its frames by column, its clock beside the host's."""

import math
from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..clip.client import ClipClient
from ..timebase.clip_clock import ClockMap, ClockPair
from . import angles

_PINGS = 6  # of which the fastest is taken
_WORN = ("moving", "neutral", "flexed")


async def measure_clock(client: ClipClient, boot: int, pings: int = _PINGS) -> ClockPair:
    """The clip's clock beside the host's, from the fastest of several short requests. Raises PoiseError.

    The clip read its clock somewhere between asking and answer: half of that time is a bound, not an estimate.
    """
    best: ClockPair | None = None
    for _ in range(pings):
        asked_ms = client.clock.utc_ms()
        answer = await client.request("setting_get", key="site")
        took_ms = client.clock.utc_ms() - asked_ms
        # 1 ms for what both clocks cut off.
        pair = ClockPair(boot, answer["t_ms"], asked_ms + took_ms // 2, math.ceil(took_ms / 2) + 1)
        if best is None or pair.uncertainty_ms < best.uncertainty_ms:
            best = pair
    assert best is not None
    return best


class Frames:
    """The motion frames of one clip, by column."""

    def __init__(self) -> None:
        self.boot, self.t_ms, self.worn = array("q"), array("q"), array("b")
        self.flexion_deg, self.lateral_deg, self.spread_deg = array("d"), array("d"), array("d")

    def add(self, boot: int, fields: dict[str, Any], spread_deg: float) -> None:
        """One frame: the fields of the message `motion`."""
        self.boot.append(boot)
        self.t_ms.append(fields["t_ms"])
        self.worn.append(fields["state"] in _WORN)
        self.flexion_deg.append(fields["flexion_cdeg"] / 100)
        self.lateral_deg.append(fields["lateral_cdeg"] / 100)
        self.spread_deg.append(spread_deg)

    def stream(self, clock: ClockMap, last: int | None = None) -> angles.Stream:
        """The last frames (None: all) with their UTC, by rising time."""
        first = 0 if last is None else max(0, len(self.t_ms) - last)
        whens = [
            clock.instant(*one) for one in zip(self.boot[first:], self.t_ms[first:], strict=True)
        ]
        known = [place for place, when in enumerate(whens) if when is not None]
        utc = np.array([when.utc_ms for when in whens if when], float)
        unsure = np.array([when.uncertainty_ms for when in whens if when], float)
        # Two starts of a clip may overlap by their uncertainty: what goes back in time is left out.
        rising = np.diff(np.maximum.accumulate(utc), prepend=-np.inf) > 0

        def column(values: array) -> np.ndarray:
            return np.array(values[first:])[known][rising]

        return angles.Stream(
            utc[rising],
            column(self.flexion_deg),
            column(self.lateral_deg),
            column(self.worn).astype(bool),
            unsure[rising],
            column(self.spread_deg),
        )


@dataclass
class WornClip:
    """One of the two clips, as far as it is known. `wanted_site`: what the user says it is, None: it says itself."""

    name: str
    wanted_site: str | None = None
    site: str = ""
    clip_id: str = ""
    link: str = "looking for the clip"
    connected: bool = False
    state: str = "off"
    links_lost: int = 0
    spread_deg: float = angles.DEFAULT_SPREAD_DEG
    zero_since: tuple[int, int] | None = None  # boot and time from which on a zero is waited for
    pairs: list[ClockPair] = field(default_factory=list)
    frames: Frames = field(default_factory=Frames)

    def took_clock(self, pair: ClockPair) -> None:
        """Keeps a measurement that says more than the ones before it still do."""
        before = ClockMap(self.pairs).instant(pair.boot, pair.t_ms)
        if before is None or pair.uncertainty_ms < before.uncertainty_ms:
            self.pairs.append(pair)
