"""The demo's story: twin, host, faults, download, and the comparison of all witnesses. Prints nothing."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from ..aio import end
from ..clip.client import ClipClient
from ..clip.transport.ble import BleTransport
from ..clip.transport.serial import SerialTransport
from ..errors import PoiseError, Reason
from ..history.plan_in_force import plan_in_force
from ..notify import Notifier
from ..store import Store
from ..twin.chips.flash_dump import dump, records_in
from ..twin.chips.imus import CHIPS
from ..twin.machine.vm import find_vm
from ..twin.process import TwinProcess
from ..twin.world.scenario import load
from ..wear import Live, Runner
from .audit import Audit, audit, kinds

FAULTS = ("radio", "restart", "host")
_PAIRING_S = 8.5  # of the story, after which the wearer has held the button
# A real host needs real seconds. On a slow computer at full speed the minute for pairing ends too soon, and a second
# hold of the button ends the calibration that follows.
_PAIRING_SPEED = 4.0
_PAIRING_ATTEMPTS = 4
_OVERHEAD_S = 10.0  # of wall time, for start, download and check
# Time for a person to answer the reminder before the virtual wearer does, in real and in virtual seconds.
_ANSWER_AFTER_S, _ANSWER_AFTER_VIRTUAL_S = 4.0, 60.0
# The wearer has just sat down when the story ends, which stays a natural break for three minutes.
_LATE_S = 85.0  # virtual
_LOOK_S = 0.15
_BEHIND_S = 0.8  # a look that takes so long tells that this computer is busy: the story goes at half its pace
_SETTLE_S = 25.0
_RADIO_DOWN_S = 3.0
# Time of each fault, as a share of the story.
_WHEN = {"radio": 0.3, "host": 0.5, "restart": 0.85}


@dataclass(frozen=True)
class DemoOptions:
    """Options of the demo.

    `folder` is empty or new. `seconds` is the wall time to aim at. `heap` is as for MicroPython's -X heapsize.
    """

    folder: Path
    seconds: float = 60.0
    vm_bits: int = 64
    heap: str = ""
    faults: tuple[str, ...] = ()
    seed: int = 1
    imu: str = "lsm6dsox"


@dataclass
class Scene:
    """State of the running story, for a view."""

    live: Live = field(default_factory=Live)
    doing: str = ""
    note: str = ""
    virtual_s: float = 0.0
    story_s: float = 1.0


@dataclass(frozen=True)
class DemoResult:
    """Result of the demo. `micropython` has the version and the word size."""

    audit: Audit
    kinds: dict[str, int]
    reminders_fired: int
    reminders_answered: int
    nudges: int
    buzzes: int
    boots: int
    micropython: dict[str, Any]
    imu: str
    heap_free_bytes: int
    virtual_s: float
    wall_s: float
    largest_time_error_ms: int

    def as_json(self) -> dict[str, Any]:
        """Return the result as one flat dictionary."""
        fields = {key: value for key, value in self.__dict__.items() if key != "audit"}
        return {**self.audit.__dict__, "agree": self.audit.agree, **fields}


class Demo:
    """One run of the story. `make_ways(on_answer)` makes the notifiers beside the clip's buzz.

    Calls `show` with the scene at each change. Raises PoiseError (BAD_INPUT) for an unknown fault or sensor.
    """

    def __init__(
        self,
        options: DemoOptions,
        show: Callable[[Scene], None] = lambda _scene: None,
        make_ways: Callable[
            [Callable[[int, str, str], None]], list[Notifier]
        ] = lambda _on_answer: [],
    ) -> None:
        unknown = set(options.faults) - set(FAULTS)
        if unknown:
            raise PoiseError(
                Reason.BAD_INPUT,
                f"no fault '{sorted(unknown)[0]}'",
                f"Faults: {', '.join(FAULTS)}.",
            )
        if options.imu not in CHIPS:
            raise PoiseError(
                Reason.BAD_INPUT, f"no sensor '{options.imu}'", f"Sensors: {', '.join(CHIPS)}."
            )
        self._options = options
        self._show = show
        self._make_ways = make_ways
        self._story_s = load("demo").duration_s
        self.scene = Scene(story_s=self._story_s)
        self._started = 0.0
        self._pending = sorted(options.faults, key=lambda fault: _WHEN[fault])

    async def run(self) -> DemoResult:
        """Run the whole story and return its result. Raises PoiseError."""
        self._started = time.monotonic()
        options = self._options
        vm = find_vm(options.vm_bits)
        speed = self._story_s / max(5.0, options.seconds - _OVERHEAD_S)
        twin = TwinProcess(
            options.folder / "clip",
            scenario="demo",
            speed=min(_PAIRING_SPEED, round(speed, 2)),
            vm=options.vm_bits,
            heap=options.heap,
            compiled=bool(options.heap),
            seed=options.seed,
            imu=options.imu,
        )
        data = options.folder / "host"
        data.mkdir(parents=True, exist_ok=True)
        async with twin:
            with Store.open(data / "poise.db") as store:
                text = files("poise.demo").joinpath("plan.toml").read_text(encoding="utf-8")
                store.plans.put(text, "the demo's therapist", twin.clock.utc_ms())
                await self._pair(twin)
                await twin.command("speed", speed=round(speed, 2))
                told = await self._play(twin, store, data)
                return await self._check(twin, store, told, vm_version=vm.version)

    # --- playing

    async def _play(self, twin: TwinProcess, store: Store, data: Path) -> dict[str, Any]:
        """Play until the story's end, then download. Return the clip's id, next sequence number and free heap."""
        if "host" in self._pending:
            await self._play_until_killed(twin, data)
        runner = self._runner(twin, store)
        running = asyncio.ensure_future(runner.run())
        try:
            await self._watch(twin, running, self._story_s)
            await self._wait_for_the_reminder(twin, store, running)
            self.scene.note = "downloading the log over USB"
            self._show(self.scene)
            return await self._download(twin, store, running)
        finally:
            await end(running)

    async def _wait_for_the_reminder(
        self, twin: TwinProcess, store: Store, running: asyncio.Future[Any]
    ) -> None:
        """Let the story go on, slowly, while its reminder is open: on a busy computer the host is behind."""

        def answered() -> bool:
            return any(row.answer for row in store.reminders.history())

        if answered():
            return
        self.scene.note = "this computer is busy: the reminder may still come"
        await twin.command("speed", speed=_PAIRING_SPEED)
        await self._watch(twin, running, self._story_s + _LATE_S, answered)

    def _client(self, twin: TwinProcess) -> ClipClient:
        return ClipClient(
            BleTransport(hci=twin.info["hci"], find_s=5.0, keys=twin.bonds), twin.clock
        )

    async def _pair(self, twin: TwinProcess) -> None:
        """Pair the host while the story's wearer holds the button. If the minute for pairing is over, hold it again."""
        self.scene.note = "the wearer holds the button: a new host may pair"
        self._show(self.scene)
        await twin.clock.sleep(_PAIRING_S)
        link = BleTransport(hci=twin.info["hci"], find_s=5.0, keys=twin.bonds, pair=True)
        client = ClipClient(link, twin.clock)
        for attempts_left in range(_PAIRING_ATTEMPTS, -1, -1):
            try:
                await client.open()
                break
            except PoiseError as error:
                if error.reason not in (Reason.NOT_PAIRED, Reason.LINK_LOST) or not attempts_left:
                    raise
                await twin.hold_button()
        await client.close()
        self.scene.note = "paired"

    def _runner(self, twin: TwinProcess, store: Store) -> Runner:
        found = plan_in_force(store)
        plan = found.plan if found else None
        runner = Runner(
            lambda: self._client(twin),
            store,
            twin.clock,
            plan,
            lambda _live: self._show(self.scene),
        )
        runner.use(self._make_ways(runner.fanout.answered))
        self.scene.live = runner.live
        return runner

    async def _play_until_killed(self, twin: TwinProcess, data: Path) -> None:
        """Play the first part with a host in its own process, and end this process by SIGKILL."""
        host = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "poise",
                "--data",
                str(data),
                "--twin",
                str(twin.folder),
                "wear",
                "--json",
            ),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        self.scene.note = "a host of its own, soon to be killed"
        self._pending.remove("host")
        waiting = asyncio.ensure_future(host.wait())
        try:
            await self._watch(twin, waiting, _WHEN["host"] * self._story_s)
        finally:
            if host.returncode is None:
                os.kill(host.pid, signal.SIGKILL)
            await waiting
        self.scene.note = "host killed; another takes over"

    async def _watch(
        self,
        twin: TwinProcess,
        running: asyncio.Future[Any],
        until_s: float,
        is_over: Callable[[], bool] = lambda: False,
    ) -> None:
        """Show the story, cause the faults and answer the reminder until `until_s`, or until it `is_over`.

        Raises the error that ended `running`, or PoiseError (TWIN_FAILED) if it ended without one.
        """
        shown_at = 0.0
        while self.scene.virtual_s < until_s and not is_over():
            looked_at_s = time.monotonic()
            truth = await twin.command("truth")
            self.scene.doing, self.scene.virtual_s = truth["segment"], truth["at_us"] / 1e6
            self._show(self.scene)
            await self._bring_fault(twin)
            if self.scene.live.reminder is None:
                shown_at = time.monotonic()
            elif time.monotonic() - shown_at > min(
                _ANSWER_AFTER_S, _ANSWER_AFTER_VIRTUAL_S / twin.clock.speed
            ):
                await twin.command("button", press_ms=200)
                shown_at = time.monotonic()
            await asyncio.wait((running,), timeout=_LOOK_S)
            await self._keep_pace(twin, time.monotonic() - looked_at_s)
            if running.done():
                running.result()
                raise PoiseError(
                    Reason.TWIN_FAILED, "the host ended before the story", "Run the demo again."
                )

    async def _keep_pace(self, twin: TwinProcess, look_s: float) -> None:
        """Let the story go slower where the host, which lives in real time, would fall behind it."""
        speed = twin.clock.speed
        if look_s > _BEHIND_S and speed > _PAIRING_SPEED:
            await twin.command("speed", speed=round(max(_PAIRING_SPEED, speed / 2), 2))

    async def _bring_fault(self, twin: TwinProcess) -> None:
        if not self._pending or self.scene.virtual_s < _WHEN[self._pending[0]] * self._story_s:
            return
        fault = self._pending.pop(0)
        if fault == "radio":
            self.scene.note = "the radio is lost for a while"
            await twin.command("radio", down_s=_RADIO_DOWN_S, disconnect=True)
        elif fault == "restart":
            self.scene.note = "the clip's battery was out for a moment"
            await twin.command("power_cut", off_s=2.0)

    async def _download(
        self, twin: TwinProcess, store: Store, running: asyncio.Future[Any]
    ) -> dict[str, Any]:
        """Download the whole log over USB, then wait up to _SETTLE_S until Bluetooth has delivered as much.

        Return the clip's id, its next sequence number and its free heap.
        """
        client = ClipClient(SerialTransport(twin.info["usb"]), twin.clock)
        identity = await client.open()
        try:
            status = await client.status()

            def sink(raw: bytes) -> None:
                store.records.import_raw(identity.clip_id, raw, "usb", twin.clock.utc_ms())

            transfer = await client.read_log(0, sink)
        finally:
            await client.close()
        end_s = time.monotonic() + _SETTLE_S
        while time.monotonic() < end_s and not running.done():
            if transfer.next_seq - 1 in store.records.delivered_by(identity.clip_id, "ble"):
                break
            await asyncio.sleep(0.1)
        return {
            "clip_id": identity.clip_id,
            "next_seq": transfer.next_seq,
            "heap": status["heap_free_bytes"],
        }

    # --- checking

    async def _check(
        self, twin: TwinProcess, store: Store, told: dict[str, Any], *, vm_version: str
    ) -> DemoResult:
        pulses = (await twin.command("haptic"))["pulses"]
        boots = (await twin.command("stats"))["boots"]
        with contextlib.suppress(OSError):
            await twin.command("quit")
        await asyncio.sleep(0.3)
        dumped = self._options.folder / "flash"
        dump(find_vm(self._options.vm_bits), Path(twin.info["flash"]), dumped)
        flash = records_in(dumped)
        clip_id, until = told["clip_id"], told["next_seq"]
        by = {source: store.records.delivered_by(clip_id, source) for source in ("ble", "usb")}
        found = audit(flash, store.records.raws(clip_id), by["ble"], by["usb"], until)
        counted = kinds(raw for seq, raw in flash.items() if seq < until)
        history = store.reminders.history()
        return DemoResult(
            audit=found,
            kinds=dict(sorted(counted.items())),
            reminders_fired=len(history),
            reminders_answered=sum(1 for row in history if row.answer),
            nudges=counted["nudge"],
            buzzes=len(pulses),
            boots=len(boots),
            imu=self._options.imu,
            micropython={"version": vm_version, "bits": self._options.vm_bits},
            heap_free_bytes=told["heap"],
            virtual_s=round(self.scene.virtual_s, 1),
            wall_s=round(time.monotonic() - self._started, 1),
            largest_time_error_ms=_time_error_ms(twin, store, clip_id, boots),
        )


def _time_error_ms(
    twin: TwinProcess, store: Store, clip_id: str, boots: list[dict[str, int]]
) -> int:
    """Return the largest difference between a record's time in the store and the twin's truth, in ms."""
    epoch_ms = twin.clock.utc_ms() - twin.clock.now_us() // 1000
    worst = 0
    for event in store.records.events(clip_id):
        if event.utc_ms is None or not 0 < event.boot <= len(boots):
            continue
        truth_ms = epoch_ms + boots[event.boot - 1]["at_us"] // 1000 + event.t_ms
        worst = max(worst, abs(event.utc_ms - truth_ms))
    return worst
