"""Two virtual clips on one wearer, head and collar, each with its own VM and crystal, both on one air.

The world's clock is the host's; the clips' clocks run by it and by their crystals (`crystals`).
"""

import argparse
import asyncio
import contextlib
import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..build.bundle import stage
from ..errors import PoiseError, Reason
from .control import ControlServer
from .device import TwinDevice, TwinOptions
from .machine.vm import Vm, find_vm
from .radio.radio import Radio
from .world.crystals import CRYSTALS, CrystalClock, WorldClock
from .world.scenario import Scenario
from .world.two_segment import OwnTime, TwoSegmentWearer

EPOCH_UTC_MS = TwinOptions.epoch_utc_ms


@dataclass
class PairOptions:
    """Options as in TwinOptions; `folder` gets a folder for each clip."""

    folder: Path
    staged: Path
    vm: Vm
    speed: float = 1.0
    heap: str = ""
    seed: int = 1


class TwinPair:
    """Two virtual clips, from `start` to `stop`. `clips`: "head" and "collar"."""

    def __init__(self, options: PairOptions) -> None:
        if not 0 < options.speed < float("inf"):
            raise PoiseError(
                Reason.BAD_INPUT,
                "a pair needs a speed that is not endless",
                "Give --speed a number: the two clips meet in real time.",
            )
        self.wearer = TwoSegmentWearer(seed=options.seed)
        self.clock = WorldClock(options.folder / "clock.bin", options.speed, EPOCH_UTC_MS)
        head = self._clip(options, "head", options.seed, None)
        self.clips = {"head": head, "collar": self._clip(options, "collar", options.seed + 1, head)}

    def _clip(
        self, options: PairOptions, site: str, seed: int, first: TwinDevice | None
    ) -> TwinDevice:
        folder = options.folder / site
        folder.mkdir(parents=True, exist_ok=True)
        crystal = CRYSTALS[site]
        clock = CrystalClock(folder / "clock.bin", self.clock, crystal)
        segment = self.wearer.head if site == "head" else self.wearer.collar
        return TwinDevice(
            TwinOptions(
                folder=folder,
                staged=options.staged,
                vm=options.vm,
                scenario=Scenario("pair", tuple(segment.script)),
                wearer=OwnTime(segment, crystal.start_s, clock.rate),
                clock=clock,
                radio=Radio(joins=first.radio if first else None),
                heap=options.heap,
                seed=seed,
            )
        )

    @property
    def hci(self) -> str:
        """Transport name of the one radio that hears both clips."""
        return self.clips["head"].radio.hci

    async def start(self) -> None:
        """Switch the power on, the air's owner first."""
        for clip in self.clips.values():
            await clip.start()

    async def stop(self) -> None:
        """Switch the power off, the air's owner last."""
        for clip in reversed(self.clips.values()):
            await clip.stop()


async def run_pair(arguments: argparse.Namespace) -> None:
    """Run `python -m poise.twin --pair` until a clip's `quit`, a signal, or the parent's end."""
    folder: Path = arguments.dir
    vm = find_vm(arguments.vm)
    staged = stage("twin", folder / "firmware", vm.arch if arguments.compiled else None)
    pair = TwinPair(
        PairOptions(folder, staged, vm, arguments.speed, arguments.heap, arguments.seed)
    )
    controls = {
        site: ControlServer(clip, arguments.sockets / f"{site}.sock")
        for site, clip in pair.clips.items()
    }
    finished = asyncio.Event()
    for control in controls.values():
        control.finished = finished
    for sign in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(sign, finished.set)
    await pair.start()
    for control in controls.values():
        await control.start()
    _tell(pair, folder, controls)
    parent = os.getppid()
    while not finished.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(finished.wait(), 0.5)
    for control in controls.values():
        await control.stop()
    await pair.stop()


def _tell(pair: TwinPair, folder: Path, controls: dict[str, ControlServer]) -> None:
    clips: dict[str, Any] = {
        site: {
            "usb": clip.usb.port,
            "control": str(controls[site].path),
            "clock": str(folder / site / "clock.bin"),
            "log": str(folder / site / "vm.log"),
        }
        for site, clip in pair.clips.items()
    }
    info = {
        "pid": os.getpid(),
        **clips["head"],
        "hci": pair.hci,
        "clock": str(folder / "clock.bin"),
        "clips": clips,
        "duration_s": pair.wearer.duration_s,
    }
    partial = folder / "twin.json.part"
    partial.write_text(json.dumps(info, indent=1), encoding="utf-8")
    partial.replace(folder / "twin.json")
