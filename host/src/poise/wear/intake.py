"""Intake of a connected clip's records and status into the store and into `Live`."""

import asyncio
from collections.abc import Callable
from typing import Any

from ..clip.client import ClipClient
from ..clip.reconnect import STORE_PASSING
from ..errors import PoiseError
from ..language import _
from ..power.left import hours_left
from ..store import Store
from ..timebase.clock import Clock
from ..wire import codec
from ..wire.errors import WireError
from .live import Live
from .reminding import Reminding, store_trouble

STORE_RETRY_S = 3.0
LOW_BATTERY_PCT = 15
_UNKNOWN_PCT = 255
_FIT_KINDS = {"calibration", "fit"}
_QUIET_KINDS = {"minute", "quiet", "block", "clock", "setting"}


class Intake:
    """Takes in one clip's records and status.

    Calls `changed` after each change of `live`, and `fit_changed` when a record says that the fit may have changed.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        live: Live,
        reminding: Reminding,
        changed: Callable[[], None],
        fit_changed: Callable[[], None],
    ) -> None:
        self._store = store
        self._clock = clock
        self._live = live
        self._reminding = reminding
        self._changed = changed
        self._fit_changed = fit_changed
        self._start = (-1, 0)  # boot of the connected clip, UTC in milliseconds at its start

    async def records(self, client: ClipClient, raw: bytes) -> None:
        """Commit `raw` records to the store. The client may acknowledge them only after this returns.

        Waits and tries again while the store cannot be written and the clip is linked. Otherwise raises PoiseError.
        """
        source, clip_id = client.transport.source, self._live.clip_id
        take = self._store.records.import_raw
        while True:
            try:
                # In a thread, because a locked database blocks its caller for seconds.
                done = await asyncio.to_thread(take, clip_id, raw, source, self._clock.utc_ms())
                break
            except PoiseError as error:
                if error.reason not in STORE_PASSING or not client.linked:
                    raise
                self._live.warn("store", store_trouble(error))
                self._changed()
                await asyncio.sleep(STORE_RETRY_S)
        live = self._live
        live.warn("store", "")
        live.records += done.new
        live.last_record_utc_ms = self._clock.utc_ms()
        at = 0
        while at < len(raw):
            try:
                record, _ = codec.parse_record(raw, at)
                self._note(record)
            except WireError:  # the store keeps the bytes, but there is nothing to show
                live.unreadable += 1
            at += codec.record_length(raw, at)
        for answer in done.answers:  # includes answers given while no host was connected
            await self._reminding.settled(answer.reminder_id, answer.answer, "clip")
        self._changed()

    def _note(self, record: dict[str, Any]) -> None:
        kind, when = record["kind"], self._when(record)
        if when is not None:  # records of an earlier boot say nothing about the present
            self._note_now(kind, record, when)
        if kind not in _QUIET_KINDS:
            self._live.events.append((when, kind, record))
            self._live.total_events += 1

    def _note_now(self, kind: str, record: dict[str, Any], when: int) -> None:
        if kind == "posture":
            self._live.site = record["site"]
            self._live.is_in(record["state"], when)
        if kind == "activity":
            self._live.activity = record["activity"]
            self._live.charging = record["activity"] == "charging"
        if kind == "calibration":
            self._live.calibrations += 1
            self._live.calibration = record["result"]
        if kind in _FIT_KINDS:
            self._fit_changed()

    def _when(self, record: dict[str, Any]) -> int | None:
        """Return the UTC time of a record in milliseconds; None if it is of an earlier boot of the clip.

        The store can date records of earlier boots.
        """
        boot, utc_ms_at_start = self._start
        return utc_ms_at_start + record["t_ms"] if record["boot"] == boot else None

    async def status(self, client: ClipClient) -> dict[str, Any]:
        """Ask the clip for its status, write it to `live` and return its fields. Raises PoiseError."""
        live, status = self._live, await client.status()
        now = self._clock.utc_ms()
        if client.identity:
            self._start = (client.identity.boot, now - status["t_ms"])
        live.site, live.activity = status["site"], status["activity"]
        live.is_in(status["state"], now)
        live.fit, live.quality_pct = status["fit"], status["quality_pct"]
        live.power, live.charging = status["power"], bool(status["charging"])
        live.last_status_utc_ms = now
        board = client.identity.board if client.identity else ""
        self._note_battery(status["battery_pct"], board, now)
        return status

    def _note_battery(self, pct: int, board: str, now: int) -> None:
        live = self._live
        live.battery_pct = None if pct == _UNKNOWN_PCT else pct
        live.battery_until_utc_ms = None
        if live.battery_pct is None or live.charging:
            live.warn("battery", "")
            return
        left = hours_left(live.battery_pct, live.power, board=board)
        if left is not None:
            least, most = (now + int(hours * 3_600_000) for hours in left)
            live.battery_until_utc_ms = (least, most)
        low = live.battery_pct <= LOW_BATTERY_PCT
        live.warn(
            "battery",
            _("The clip's battery is at {pct} %: charge it.").format(pct=pct) if low else "",
        )
