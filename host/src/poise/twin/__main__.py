"""`python -m poise.twin`: one virtual clip as a process of its own, until `quit`, a signal, or its parent's end."""

import argparse
import asyncio
import contextlib
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

from .. import text as plain
from ..build import trust
from ..build.bundle import stage
from ..errors import PoiseError
from .bootloader.board import CHIP, Board, cut_at
from .bootloader.stage import only_silicon
from .chips.imus import CHIPS
from .chips.power_cut import SHAPES
from .control import ControlServer
from .device import PARTS, TwinDevice, TwinOptions
from .machine.vm import find_vm
from .two_clips import run_pair
from .world.recorder import SampleRecorder
from .world.scenario import load


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m poise.twin", description=__doc__)
    parser.add_argument(
        "--dir", type=Path, required=True, help="folder for its flash, clock and sockets"
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, help="virtual seconds a second; inf: as fast as it goes"
    )
    parser.add_argument("--scenario", default="demo", help="a name, or a TOML file")
    parser.add_argument(
        "--vm", type=int, choices=(64, 32), default=64, help="word size of the MicroPython VM"
    )
    parser.add_argument("--heap", default="", help="heap of the VM, such as 136k")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--epoch-utc-ms",
        type=int,
        default=TwinOptions.epoch_utc_ms,
        help="the moment at which it starts",
    )
    parser.add_argument(
        "--baud",
        type=int,
        help="rate of USB in both directions, 0: as fast as it goes and no ring; without it: 115,200 and the clip's "
        "ring towards the clip only",
    )
    parser.add_argument(
        "--paced", action="store_true", help="USB takes its rate's time towards the user as well"
    )
    parser.add_argument(
        "--imu", default="lsm6dsox", choices=tuple(CHIPS), help="the sensor that it has"
    )
    parser.add_argument(
        "--imu-fault", default="", choices=("", "dead", "stuck", "noisy", "self-test")
    )
    parser.add_argument(
        "--imu-disconnect-s", type=float, help="virtual second at which the sensor's wires come off"
    )
    parser.add_argument(
        "--ticks-start-ms",
        type=int,
        default=0,
        help="where the clip's ticks begin at each start; they wrap at 2**30",
    )
    parser.add_argument(
        "--crystal-ppm", type=float, default=0.0, help="how much too fast the clip's own clock runs"
    )
    parser.add_argument(
        "--fail",
        action="append",
        default=[],
        choices=PARTS,
        help="a part that fails from the start on",
    )
    parser.add_argument(
        "--slow", action="store_true", help="processor, bus and flash take the time of an ESP32's"
    )
    parser.add_argument(
        "--pair", action="store_true", help="two clips on one wearer, head and collar, on one radio"
    )
    parser.add_argument(
        "--compiled", action="store_true", help="run the bundle compiled by mpy-cross"
    )
    parser.add_argument(
        "--trust",
        type=Path,
        help="a public file of keys, as `poise flash firmware --trust` takes it",
    )
    parser.add_argument(
        "--blank",
        action="store_true",
        help="a board as it comes from the shop: it waits for esptool, and runs what is then in its flash",
    )
    parser.add_argument(
        "--flash-mb", type=int, default=4, help="size of the flash of a --blank board"
    )
    parser.add_argument("--chip", default=CHIP, help="chip of a --blank board, in esptool's words")
    parser.add_argument(
        "--fastest-baud", type=int, help="a faster line to a --blank board's loader is noisy"
    )
    parser.add_argument(
        "--hold-boot", action="store_true", help="a --blank board that no host can reset"
    )
    parser.add_argument(
        "--cut-message",
        type=int,
        help="take the power from a --blank board in this message to its loader",
    )
    parser.add_argument(
        "--record", type=Path, help="write the samples of the last start to this .npz at the end"
    )
    parser.add_argument(
        "--cut-at",
        type=_numbers,
        default=(),
        metavar="N[,M...]",
        help="cut the power in the N-th flash operation, and again in the M-th after it",
    )
    parser.add_argument(
        "--cut-shape", default="half", choices=tuple(SHAPES), help="what that operation leaves"
    )
    return parser.parse_args()


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(word) for word in text.split(","))


async def _run(arguments: argparse.Namespace) -> None:
    folder: Path = arguments.dir
    vm = find_vm(arguments.vm)
    # A blank board's firmware is compiled by who flashes it. What stands for the port's C keeps all of its names.
    arch = vm.arch if arguments.compiled and not arguments.blank else None
    staged = stage("twin", folder / "firmware", arch)
    if arguments.blank:
        only_silicon(staged)
    if arguments.trust:
        (staged / "key").write_bytes(trust.read(arguments.trust).on_clip)
    options = TwinOptions(
        folder=folder,
        staged=staged,
        vm=vm,
        scenario=load(arguments.scenario),
        speed=arguments.speed,
        heap=arguments.heap,
        seed=arguments.seed,
        epoch_utc_ms=arguments.epoch_utc_ms,
        baud=arguments.baud,
        paced=arguments.paced,
        imu=arguments.imu,
        imu_fault=arguments.imu_fault,
        imu_disconnect_s=arguments.imu_disconnect_s,
        cut_at=arguments.cut_at,
        cut_shape=arguments.cut_shape,
        ticks_start_ms=arguments.ticks_start_ms,
        crystal_ppm=arguments.crystal_ppm,
        failing=tuple(arguments.fail),
        slow=arguments.slow,
    )
    device = TwinDevice(options)
    if arguments.blank:
        _blank(device, arguments)
    recorder = device.imu.recorder = SampleRecorder() if arguments.record else None
    control = ControlServer(device, arguments.sockets / "control.sock")
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, control.finished.set)
    await device.start()
    await control.start()
    _tell(device, folder, control.path)
    parent = os.getppid()
    while not control.finished.is_set() and os.getppid() == parent:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(control.finished.wait(), 0.5)
    await control.stop()
    await device.stop()
    if recorder:
        recorder.save(arguments.record)


def _blank(device: TwinDevice, arguments: argparse.Namespace) -> None:
    board = Board(
        arguments.dir,
        device.usb,
        device.mac(),
        chip=arguments.chip,
        flash_bytes=arguments.flash_mb * 2**20,
        fastest_baud=arguments.fastest_baud,
        auto_reset=not arguments.hold_boot,
    )
    device.be(board)
    if arguments.cut_message:
        cut_at(board, arguments.cut_message)


def _tell(device: TwinDevice, folder: Path, control: Path) -> None:
    info = {
        "pid": os.getpid(),
        "usb": device.usb.port,
        "hci": device.radio.hci,
        "control": str(control),
        "clock": str(folder / "clock.bin"),
        "flash": str(folder / "flash.bin"),
        "log": str(folder / "vm.log"),
        "vm": {"version": device.options.vm.version, "bits": device.options.vm.bits},
        "imu": device.options.imu,
        "speed": str(device.options.speed),
        "scenario": device.options.scenario.name,
        "duration_s": device.options.scenario.duration_s,
    }
    partial = folder / "twin.json.part"
    partial.write_text(json.dumps(info, indent=1), encoding="utf-8")
    partial.replace(folder / "twin.json")


def main() -> int:
    """Run the twin. Return exit status 0, or 1 after printing one line with the error."""
    plain.begin()
    try:
        arguments = _arguments()
        arguments.dir = arguments.dir.resolve()
        arguments.dir.mkdir(parents=True, exist_ok=True)
        # Not in `dir`: the path of a Unix socket must be short.
        with tempfile.TemporaryDirectory(prefix="poise-") as sockets:
            arguments.sockets = Path(sockets)
            asyncio.run(run_pair(arguments) if arguments.pair else _run(arguments))
    except PoiseError as error:
        sys.stderr.write(f"{error.told}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
