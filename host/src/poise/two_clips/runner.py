"""Runner of two clips on one wearer, head and collar: keeps both connected and measures their clocks. Prints nothing.

Each clip's own site setting tells if it is the head's or the collar's. The runner searches for a clip whose link is
lost. Frames of that time are missing and are never interpolated.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from ..aio import end
from ..clip.client import ClipClient, Identity
from ..clip.reconnect import ON_THE_AIR, Search
from ..errors import PoiseError, Reason
from ..language import N_, _
from ..timebase.clip_clock import ClockMap
from ..timebase.clock import Clock
from ..wire import codec
from ..wire.errors import WireError
from ..wire.rows import ENUMS
from . import angles
from . import lag as necklag
from .stream import WornClip, measure_clock

RATE_HZ = 25
SITES = ("head", "collar")
SYNC_S = 10.0  # of the host's time between two measurements of the clips' clocks
_LOG_TAIL = 1000  # last records, searched for the last calibration
_TAKE_S = 0.5
_LIVE_FRAMES = 40
_FRESH_MS = 1000
_SITE_CURE = N_(
    "Put one on the head and one on the collar: `poise neck --calibrate --head ID --trunk ID` says which."
)


@dataclass(frozen=True)
class Reading:
    """The neck's angles and their error in degrees at the newest time at which both clips' angles are known."""

    utc_ms: int
    flexion_deg: float
    lateral_deg: float
    error_deg: float


class PairRunner:
    """Runs two clips until it is cancelled or meets a PoiseError that another attempt can't solve.

    `connect` makes a client by a clip's name. `sites` has (name, site) of each clip, with None for a site that the
    user did not name. `rate_hz` is the rate of the motion frames. With `calibrate` the runner sets each clip's site,
    and has it take its start position until one is accepted.

    Raises PoiseError (BAD_INPUT) for other than two clips, one clip twice, or `calibrate` without both sites.
    """

    def __init__(
        self,
        connect: Callable[[str], ClipClient],
        sites: Sequence[tuple[str, str | None]],
        clock: Clock,
        *,
        rate_hz: int = RATE_HZ,
        calibrate: bool = False,
    ) -> None:
        if len(sites) != 2:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("{count} clips, not two").format(count=len(sites)),
                _("Name the two clips."),
            )
        one, other = (name.upper() for name, _ in sites)
        if one.endswith(other) or other.endswith(one):
            raise _same_clip(one, other)
        if calibrate and {site for _, site in sites} != set(SITES):
            raise PoiseError(
                Reason.BAD_INPUT,
                _("which clip is on the head and which on the collar is not said"),
                _("Name both, with --head and --trunk."),
            )
        self._connect = connect
        self._clock = clock
        self._rate_hz = rate_hz
        self._calibrate = calibrate
        self._calibrated: list[WornClip] = []  # clips that have taken the requested upright
        self._connecting = asyncio.Lock()  # a radio makes one connection at a time
        self.clips = tuple(WornClip(name, site) for name, site in sites)

    async def run(self) -> None:
        """Run until cancelled. Raises PoiseError (BAD_INPUT: not one head and one collar; WRONG_VERSION, ...)."""
        tasks = [asyncio.ensure_future(self._keep_linked(worn)) for worn in self.clips]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            await end(*tasks)

    # --- results

    def worn_at(self, site: str) -> WornClip | None:
        """Return the clip at that site; None until a clip has reported this site."""
        return next((worn for worn in self.clips if worn.site == site), None)

    def aligned(self, last: int | None = None) -> angles.Neck | None:
        """Return the neck's angles at the head's times, for the `last` frames or all; None until both have frames."""
        streams = self._streams(last)
        if streams is None or not all(len(one.t_utc_ms) for one in streams):
            return None
        return angles.align(*streams)

    def reading(self) -> Reading | None:
        """Return the neck's angles now; None while either clip is away, not worn or not calibrated."""
        found = self.aligned(_LIVE_FRAMES)
        if found is None or not found.both.any():
            return None
        at = int(np.flatnonzero(found.both)[-1])
        utc_ms = int(found.t_utc_ms[at])
        if self._clock.utc_ms() - utc_ms > _FRESH_MS:
            return None
        values = (found.flexion.deg[at], found.lateral.deg[at], found.flexion.error_deg[at])
        return Reading(utc_ms, *map(float, values))

    def clock_uncertainty_ms(self) -> float:
        """Return the largest possible difference between the two clips' times in ms, over all frames."""
        streams = self._streams(None) or ()
        return float(sum(one.time_uncertainty_ms.max(initial=0.0) for one in streams))

    def lag(self) -> necklag.Lag | None:
        """Return the lag between the clips' movements, as a check of their clocks; None with too little movement."""
        streams = self._streams(None)
        if streams is None or any(len(one.t_utc_ms) < 2 for one in streams):
            return None
        head, trunk = (necklag.signed_rates_dps(one.t_utc_ms, one.flexion_deg) for one in streams)
        return necklag.estimate_lag(*head, *trunk)

    def _streams(self, last: int | None) -> tuple[angles.Stream, angles.Stream] | None:
        head, trunk = self.worn_at("head"), self.worn_at("collar")
        if head is None or trunk is None:
            return None
        made = [worn.frames.stream(ClockMap(worn.pairs), last) for worn in (head, trunk)]
        return made[0], made[1]

    # --- the links

    async def _keep_linked(self, worn: WornClip) -> None:
        search = Search()
        while True:
            frames = len(worn.frames.t_ms)
            try:
                await self._connection(worn)
            except PoiseError as error:
                if error.reason not in ON_THE_AIR:
                    raise
                worn.link = str(error)
            worn.links_lost += worn.connected
            worn.connected, worn.state = False, "off"
            if len(worn.frames.t_ms) > frames:
                search.found()
            await asyncio.sleep(search.pause_s(self._clock.monotonic_s()))

    async def _connection(self, worn: WornClip) -> None:
        client = self._connect(worn.name)
        try:
            async with self._connecting:
                identity = await client.open()
            worn.clip_id = identity.clip_id
            self._check_two()
            await self._begin(worn, client, identity)
            worn.connected = True
            if worn.upright_since is None:
                worn.link = "connected"
            await self._follow(worn, client, identity.boot)
        finally:
            client.on_motion = None
            with contextlib.suppress(PoiseError):
                await client.close()

    async def _begin(self, worn: WornClip, client: ClipClient, identity: Identity) -> None:
        await self._sync(worn, client, identity.boot)
        await client.set_time(worn.pairs[-1].uncertainty_ms * 2)
        if self._calibrate:
            await client.request(
                "setting_set", key="site", value=ENUMS["site"].index(worn.wanted_site)
            )
        worn.site = (await client.status())["site"]
        self._check_sites(worn)
        # No acknowledgement: these records are not stored here, and another host still needs them.
        first = max(identity.oldest_seq, identity.next_seq - _LOG_TAIL)
        await client.begin_log(first, 0, follow=True)
        client.on_motion = partial(self._on_motion, worn, identity.boot)
        await client.request("motion_stream", rate_hz=self._rate_hz)
        if self._calibrate and worn not in self._calibrated:
            await self._ask_upright(worn, client, identity.boot)

    async def _ask_upright(self, worn: WornClip, client: ClipClient, boot: int) -> None:
        answer = await client.request("calibrate", site=worn.site, scope="upright")
        worn.upright_since = (boot, answer["t_ms"])
        worn.link = N_("taking its start position: sit upright and still")

    def _check_two(self) -> None:
        one, other = self.clips
        if one.clip_id and one.clip_id == other.clip_id:
            raise _same_clip(one.name, other.name)

    def _check_sites(self, worn: WornClip) -> None:
        if worn.wanted_site and worn.site != worn.wanted_site:
            raise PoiseError(
                Reason.BAD_INPUT,
                _("clip {name} is set to the site '{site}', not '{wanted_site}'").format(
                    name=worn.name, site=worn.site, wanted_site=worn.wanted_site
                ),
                _(_SITE_CURE),
            )
        told = [(one.name, one.site) for one in self.clips if one.site]
        if len(told) == 2 and {site for _, site in told} != set(SITES):
            sites = _(" and ").join(
                _("{name} to '{site}'").format(name=name, site=site) for name, site in told
            )
            raise PoiseError(
                Reason.BAD_INPUT,
                _("not one head and one collar: {sites} set").format(sites=sites),
                _(_SITE_CURE),
            )

    async def _follow(self, worn: WornClip, client: ClipClient, boot: int) -> None:
        """Take records and measure the clock until the link ends. Raises PoiseError (LINK_LOST)."""
        synced_ms = self._clock.utc_ms()
        while True:
            with contextlib.suppress(TimeoutError):
                name, fields = await client.take_log(_TAKE_S)
                if name == "log_data" and self._take_records(worn, fields["records"]):
                    await self._ask_upright(worn, client, boot)
            now_ms = self._clock.utc_ms()
            if now_ms - synced_ms >= SYNC_S * 1000:
                await self._sync(worn, client, boot)
                synced_ms = now_ms

    async def _sync(self, worn: WornClip, client: ClipClient, boot: int) -> None:
        worn.took_clock(await measure_clock(client, boot))

    # --- incoming frames and records

    def _on_motion(self, worn: WornClip, boot: int, fields: dict[str, Any]) -> None:
        worn.state = fields["state"]
        worn.frames.add(boot, fields, worn.spread_deg)

    def _take_records(self, worn: WornClip, raw: bytes) -> bool:
        """Take calibration records. Return True if the clip refused the requested upright and must be asked again."""
        at, again = 0, False
        while at < len(raw):
            with contextlib.suppress(WireError):  # of a kind unknown to this version
                record, _ = codec.parse_record(raw, at)
                if record["kind"] == "calibration" and record["site"] == worn.site:
                    again = self._note_upright(worn, record)
            at += codec.record_length(raw, at)
        return again

    def _note_upright(self, worn: WornClip, record: dict[str, Any]) -> bool:
        accepted = record["result"] == "accepted"
        if accepted:
            worn.spread_deg = record["spread_cdeg"] / 100
        since = worn.upright_since
        if since is None or (record["boot"], record["t_ms"]) < since:
            return False
        worn.upright_since = None
        if accepted:
            self._calibrated.append(worn)
            worn.link = "connected"
        return not accepted


def _same_clip(one: str, other: str) -> PoiseError:
    return PoiseError(
        Reason.BAD_INPUT,
        _("'{one}' and '{other}' are the same clip").format(one=one, other=other),
        _("Name two clips: `poise scan` lists them."),
    )
