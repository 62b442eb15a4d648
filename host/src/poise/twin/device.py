"""The assembled twin: chips, flash, pins, USB and radio around a VM that runs the staged firmware."""

import asyncio
import errno
import os
import signal
import socket
import struct
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from .bootloader.board import Board
from .bootloader.image import ReadyChip, ready_chip
from .bootloader.nor_chip import NorChip
from .chips.flash import FlashChip
from .chips.idf_heap import RADIO_BYTES, IdfHeap, RadioPanic
from .chips.imu import I2cBus
from .chips.imus import ADDRESSES, CHIPS
from .chips.pins import PARTS as PIN_PARTS
from .chips.pins import Pins
from .chips.power_cut import PowerCut
from .chips.rtc import Rtc
from .chips.usb import UsbCable
from .machine.clock import ClockWriter
from .machine.hub import Hub
from .machine.meter import OP_FREQ, OP_LIGHT_SLEEP
from .machine.vm import Vm
from .radio.radio import Radio
from .world.scenario import Scenario
from .world.wearer import Wearer

# MicroPython's machine constants.
POWER_ON, HARD_RESET, WATCHDOG = 1, 2, 3
OP_RADIO_ACTIVE = 0x40  # on u8 (2: ask)
EVENT_STDIN, EVENT_STDOUT = 0x02, 0x03  # events that end a wait: input to read, room to write

# As a board starts: its own `_boot`, then main.py from the root, whose files then have short names on the heap.
_RUN_MAIN = "import _boot\nexec(compile(open('main.py').read(), 'main.py', 'exec'))"
PARTS = (
    *PIN_PARTS,
    "flash",
    "radio",
    "memory",
)  # parts that can fail; memory: too little is free for the radio


@dataclass(frozen=True)
class Boot:
    """One start of the firmware: its virtual time and its reset cause."""

    at_us: int
    cause: int


@dataclass
class TwinOptions:
    """Options of a twin. `heap`: as for MicroPython's -X heapsize; empty: the VM's default. `imu`: a name of CHIPS."""

    folder: Path
    staged: Path
    vm: Vm
    scenario: Scenario
    speed: float = 1.0
    wearer: Wearer | None = None  # replaces the wearer that follows the scenario
    clock: ClockWriter | None = None  # replaces the twin's own clock, which starts at once
    radio: Radio | None = None  # replaces the twin's own radio and air
    heap: str = ""
    seed: int = 1
    epoch_utc_ms: int = 1_795_420_800_000  # Monday 2026-11-23 08:00 UTC
    baud: int | None = None  # line rate of USB: see UsbCable
    paced: bool = False  # USB is as slow towards the user as towards the clip
    imu: str = "lsm6dsox"
    imu_fault: str = ""
    imu_disconnect_s: float | None = None  # virtual time at which the sensor's wires come off
    cut_at: tuple[int, ...] = ()  # flash operations in which the power is cut: see PowerCut
    cut_shape: str = "half"  # a name of power_cut.SHAPES
    ticks_start_ms: int = 0  # of MicroPython's ticks, which wrap at 2**30, at each start
    crystal_ppm: float = 0.0  # how much too fast the clip's own clock runs
    slow: bool = (
        False  # True: the processor, the bus, the flash and collections take an ESP32's time
    )
    failing: tuple[str, ...] = ()  # names of PARTS that fail from the start on
    boots: list[Boot] = field(default_factory=list)


class TwinDevice:
    """One virtual clip, from `start` to `stop`. A VM that ends is started again, as on a chip."""

    def __init__(self, options: TwinOptions) -> None:
        self.options = options
        self.wearer = options.wearer or Wearer(options.scenario.script, options.seed)
        self.clock = options.clock or ClockWriter(
            options.folder / "clock.bin", options.speed, options.epoch_utc_ms
        )
        self.hub = Hub(self.clock, options.ticks_start_ms, options.crystal_ppm)
        self.rtc = Rtc(self.clock)
        self.pins = Pins(self.hub)
        self.flash = FlashChip(options.folder / "flash.bin")
        self.heap = IdfHeap()
        self.radio_broken = self.short_of_memory = False
        if options.cut_at:
            PowerCut(self.flash, options.cut_at, options.cut_shape, lambda: self.power_cut(0.5))
        self.imu = CHIPS[options.imu](self.wearer, self.clock.now_us, seed=options.seed)
        for name, content in self.imu.files.items():
            (options.staged / name).write_bytes(content())
        self.imu.dead = options.imu_fault == "dead"
        self.imu.stuck = options.imu_fault == "stuck"
        self.imu.noisy = options.imu_fault == "noisy"
        self.imu.self_test_broken = options.imu_fault == "self-test"
        if options.imu_disconnect_s is not None:
            self.imu.disconnect_at_us = int(options.imu_disconnect_s * 1e6)
        self.usb = UsbCable(
            self.hub,
            lambda: self.hub.post(EVENT_STDIN),
            lambda: self.hub.post(EVENT_STDOUT),
            options.baud,
            paced=options.paced,
        )
        self.radio = options.radio or Radio()
        self.board: Board | None = None
        self.boots: list[Boot] = []
        self._cause = POWER_ON
        self._process: subprocess.Popen[bytes] | None = None
        self._watchdog = 0
        self._stopping = False
        self._log = (options.folder / "vm.log").open("ab")
        for part in options.failing:
            self.fail(part, True)

    async def start(self) -> None:
        """Switch the power on: radio, USB, the scenario's button presses, the VM."""
        bus = I2cBus()
        bus.devices[ADDRESSES[self.options.imu]] = self.imu
        self.hub.register(0x02, bus.read)
        self.hub.register(0x03, bus.write)
        self._wire_flash()
        self.hub.register(0x30, self._info)
        self.hub.register(0x31, self._reset)
        self.hub.register(0x32, self._feed)
        self.hub.register(OP_LIGHT_SLEEP, self._light_sleep)
        self.hub.register(0x34, self.rtc.request)
        self.hub.register(0x35, lambda payload: self.heap.info(payload))
        self.hub.register(0x37, self._set_baud)
        self.hub.register(OP_FREQ, lambda _payload: b"")  # the meter takes note of it
        self.hub.on_closed = self._ended
        self.usb.start()
        await self.radio.start(self.hub, seed=self.options.seed)
        self.hub.wrap(OP_RADIO_ACTIVE, self._before_radio)
        self._boot()  # first: virtual time stands while the VM starts
        for press in self.options.scenario.presses:
            duration_us = int(press.for_s * 1e6)
            self.hub.at(int(press.at_s * 1e6), lambda us=duration_us: self.pins.press(us))

    async def stop(self) -> None:
        """Switch the power off for good."""
        self._stopping = True
        self._kill()
        self.hub.detach()
        await self.radio.stop()
        self.usb.stop()
        self.flash.close()
        if self.board:
            self.board.close()
        self._log.close()

    def mac(self) -> bytes:
        """Return the chip's six bytes, the base of the clip's id."""
        return b"\x02\x2a\x5e" + struct.pack(">I", 0xC11900 + self.options.seed)[1:]

    def be(self, board: Board) -> None:
        """Start only from what is in the board's flash, and make room for its boot loader when a host asks for it."""
        self.board = board
        board.stop, board.start = self._hold, self._release
        self.imu.motor = self.pins.motor_strength  # its self-test feels the motor

    def power_cut(self, off_s: float) -> None:
        """Take the battery away at once; it comes back after `off_s` virtual seconds."""
        self._cause = POWER_ON
        self.rtc.lose()
        self._kill()
        self._down(off_s)

    def panic(self) -> None:
        """Restart the chip as its own fault handler does. The firmware's `reset_cause` is that of a reset."""
        self._cause = HARD_RESET
        self._kill()
        self._down(0.05)

    def fail(self, part: str, fails: bool) -> None:
        """Let a part of PARTS fail from now on, or work again. Raises ValueError for another name."""
        if part not in PARTS:
            raise ValueError(f"no part '{part}': {', '.join(PARTS)}")
        if part == "flash":
            self.flash.failing = fails
        elif part == "radio":
            self.radio_broken = fails
        elif part == "memory":
            self.short_of_memory = fails
        elif fails:
            self.pins.failing.add(part)
        else:
            self.pins.failing.discard(part)

    # --- the VM

    def _wire_flash(self) -> None:
        self.hub.register(0x11, self.flash.program)
        self.hub.register(0x12, self.flash.erase)
        self.hub.register(0x13, self.flash.info)
        self.hub.register(0x14, lambda _payload: struct.pack("<I", self._chip.size))
        self.hub.register(0x15, lambda payload: self._chip.read(*struct.unpack("<II", payload)))

    @cached_property
    def _chip(self) -> NorChip | ReadyChip:
        """The whole chip, of which `flash` is the files' part."""
        return self.board.flash if self.board else ready_chip(self.options.vm.version)

    def _hold(self) -> None:
        """Keep the VM from running: the chip is in its boot loader."""
        self._kill()
        self._off()

    def _release(self) -> None:
        self._cause = POWER_ON
        self._down(0.05)

    def _from_board(self, board: Board) -> bool:
        """Take the files that the board's flash has now. Return False if it starts nothing."""
        self.flash.close()
        blocks = board.blocks()
        failing = self.flash.failing
        self.flash = FlashChip(self.options.folder / "flash.bin", blocks or self.flash.blocks)
        self.flash.failing = failing
        self._wire_flash()
        return blocks is not None

    def _boot(self) -> None:
        if self.board and not self._from_board(self.board):
            return
        ours, theirs = socket.socketpair()
        image = self.flash.open_image()
        terminal = self.usb.plug_in()
        self.pins.reset()
        self.heap = IdfHeap(free=RADIO_BYTES - 1) if self.short_of_memory else IdfHeap()
        self.imu.power_on()
        options = self.options
        heap = ["-X", f"heapsize={options.heap}"] if options.heap else []
        self._process = subprocess.Popen(
            [*options.vm.argv, *heap, "-i", "-c", _RUN_MAIN],
            cwd=options.staged,
            env={
                **os.environ,
                "POISE_TWIN_FD": str(theirs.fileno()),
                "POISE_TWIN_FLASH_FD": str(image),
                "MICROPYPATH": ":.frozen",
                "POISE_TWIN_SLOW": "1" if options.slow else "0",
            },
            stdin=terminal,
            stdout=terminal,
            stderr=self._log,
            pass_fds=(theirs.fileno(), image),
        )
        theirs.close()
        os.close(image)
        self.hub.attach(ours)
        self.boots.append(Boot(self.hub.started_us, self._cause))

    def _kill(self) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def _ended(self) -> None:
        """Start the VM again after it has closed its pipe, because a user at its prompt ended it."""
        if self._process is None or self._stopping:
            return
        self._process.wait()
        self._process = None
        self._down(0.05)

    def _off(self) -> None:
        self._watchdog += 1
        self.hub.detach()
        self.usb.unplug()
        task = asyncio.ensure_future(self.radio.power_cycle())
        task.add_done_callback(lambda done: done.result())

    def _down(self, off_s: float) -> None:
        self._off()
        self.hub.at(self.clock.now_us() + int(off_s * 1e6), self._boot_unless_stopping)

    def _boot_unless_stopping(self) -> None:
        if not self._stopping and self._process is None:
            self._boot()

    # --- requests

    def _before_radio(self, payload: bytes) -> None:
        """Take or free the radio's memory before it is switched. Raises OSError when the radio is broken."""
        if payload[0] == 0:
            self.heap.stop_radio()
        elif payload[0] == 1:
            if self.radio_broken:
                raise OSError(errno.EIO, "the radio does not start")
            try:
                self.heap.start_radio()
            except RadioPanic:
                self.panic()

    def _info(self, payload: bytes) -> bytes:
        del payload
        return self.mac() + bytes((self._cause,))

    def _set_baud(self, payload: bytes) -> bytes:
        self.usb.set_baud(*struct.unpack("<I", payload))
        return b""

    def _light_sleep(self, payload: bytes) -> bytes:
        self.hub.meter.light_sleep(payload)
        return self.pins.sleep(payload)

    def _reset(self, payload: bytes) -> bytes:
        del payload
        self._cause = HARD_RESET
        self._kill()
        self._down(0.05)
        return b""

    def _feed(self, payload: bytes) -> bytes:
        """Feed the watchdog: without a next time within the timeout, the chip restarts."""
        (timeout_ms,) = struct.unpack("<I", payload)
        self._watchdog += 1
        turn = self._watchdog
        self.hub.at(self.clock.now_us() + timeout_ms * 1000, lambda: self._bite(turn))
        return b""

    def _bite(self, turn: int) -> None:
        # Virtual time stands while the VM computes: the watchdog cannot catch a loop without a wait.
        if turn == self._watchdog and self._process is not None:
            self._cause = WATCHDOG
            self._kill()
            self._down(0.05)
