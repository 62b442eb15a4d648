"""State of one clip of a pair: its motion frames in columns, and its clock relative to the host's."""

import math
from array import array
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..clip.client import ClipClient
from ..language import N_
from ..timebase.clip_clock import ClockMap, ClockPair
from . import angles

_PINGS = 6  # the fastest one counts
_WORN = ("moving", "neutral", "flexed")


async def measure_clock(client: ClipClient, boot: int, pings: int = _PINGS) -> ClockPair:
    """Return a pair of the clip's clock and the host's, from the fastest of several short requests. Raises PoiseError.

    The clip reads its clock at some time between request and reply. Half of that span is a bound on the error.
    """
    best: ClockPair | None = None
    for _ in range(pings):
        asked_ms = client.clock.utc_ms()
        answer = await client.request("setting_get", key="site")
        took_ms = client.clock.utc_ms() - asked_ms
        # 1 ms more, because both clocks truncate.
        pair = ClockPair(boot, answer["t_ms"], asked_ms + took_ms // 2, math.ceil(took_ms / 2) + 1)
        if best is None or pair.uncertainty_ms < best.uncertainty_ms:
            best = pair
    assert best is not None
    return best


class Frames:
    """The motion frames of one clip, in columns."""

    def __init__(self) -> None:
        self.boot, self.t_ms, self.worn = array("q"), array("q"), array("b")
        self.flexion_deg, self.lateral_deg, self.spread_deg = array("d"), array("d"), array("d")

    def add(self, boot: int, fields: dict[str, Any], spread_deg: float) -> None:
        """Add one frame. `fields` are those of the message `motion`; `spread_deg` is that of the last calibration."""
        self.boot.append(boot)
        self.t_ms.append(fields["t_ms"])
        self.worn.append(fields["state"] in _WORN)
        self.flexion_deg.append(fields["flexion_cdeg"] / 100)
        self.lateral_deg.append(fields["lateral_cdeg"] / 100)
        self.spread_deg.append(spread_deg)

    def stream(self, clock: ClockMap, last: int | None = None) -> angles.Stream:
        """Return the `last` frames (None: all) with their UTC, by rising time."""
        first = 0 if last is None else max(0, len(self.t_ms) - last)
        whens = [
            clock.instant(*one) for one in zip(self.boot[first:], self.t_ms[first:], strict=True)
        ]
        known = [place for place, when in enumerate(whens) if when is not None]
        utc = np.array([when.utc_ms for when in whens if when], float)
        unsure = np.array([when.uncertainty_ms for when in whens if when], float)
        # Two boots of a clip may overlap by their uncertainty: frames that go back in time are left out.
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
    """State of one of the two clips. `wanted_site` is the site that the user named; with None the clip's own counts."""

    name: str
    wanted_site: str | None = None
    site: str = ""
    clip_id: str = ""
    link: str = N_("looking for the clip")  # a text that `_` translates where it is shown
    connected: bool = False
    state: str = "off"
    links_lost: int = 0
    spread_deg: float = angles.DEFAULT_SPREAD_DEG
    upright_since: tuple[int, int] | None = None  # boot and time of the request for an upright
    pairs: list[ClockPair] = field(default_factory=list)
    frames: Frames = field(default_factory=Frames)

    def took_clock(self, pair: ClockPair) -> None:
        """Keep a clock measurement if it is more certain than the earlier ones are at its time."""
        before = ClockMap(self.pairs).instant(pair.boot, pair.t_ms)
        if before is None or pair.uncertainty_ms < before.uncertainty_ms:
            self.pairs.append(pair)
