"""Mean current and battery life from a duty cycle and the datasheets' currents. Pure functions.

The twin's processor takes no time, so its working time is estimated here from counts (`ASSUMPTIONS`). That time is
subtracted from waiting and from light sleep in proportion to their shares, at the slow and at the fast clock. Each
figure has a low, a typical and a high value. The case "low" combines all lows and "high" all highs, so the truth is
likely between them.
"""

from dataclasses import dataclass

from .currents import (
    FLASH_ERASE,
    FLASH_WRITE,
    LSM6DSOX,
    MOTOR,
    PAGE_WRITE_S,
    SECTOR_ERASE_S,
    SELF_DISCHARGE_A_MONTH,
    Board,
    Chip,
    Figure,
    Sensor,
)
from .cycles import DutyCycle

USABLE = 0.85  # of a new cell's capacity: the 3.3 V regulator drops out before the cell is empty, sooner at peaks
END_OF_LIFE = 0.8  # of that is left after some 300 to 500 charges, when makers call a cell worn out
UNKNOWN_PCT = 255  # drivers/battery.py: no cell
_HOURS_A_MONTH = 730.0
_PACKET_S_A_BYTE = 8e-6  # LE 1M


def _guess(low: float, typical: float, high: float, why: str) -> Figure:
    return Figure(low, typical, high, "estimate", why)


# Assumptions that nobody has measured on a chip. Cycles are those of the processor.
CYCLES_AN_INSTRUCTION = _guess(
    *(1.2, 1.5, 2.5),
    "loads, branches and cache misses of code in RAM; the instructions are counted",
)
DECODE_INSTRUCTIONS = _guess(100, 150, 300, "the driver's decoder, a sample")
_INSTRUCTIONS_A_BURST = 483_000
CYCLES_A_BURST = _guess(
    *(1.2 * _INSTRUCTIONS_A_BURST, 1.5 * _INSTRUCTIONS_A_BURST, 2.5 * _INSTRUCTIONS_A_BURST),
    "interpreted Python at each read of the FIFO: 483,000 instructions, counted on an emulated ESP32 that ran the"
    " published port, with all that goes on around a burst of 16 samples",
)
_BESIDE_HZ = 13.1e6 - 13 * _INSTRUCTIONS_A_BURST
BESIDE_INSTRUCTIONS_HZ = _guess(
    *(_BESIDE_HZ, _BESIDE_HZ, _BESIDE_HZ),
    "asyncio and all else that is no burst: the emulated ESP32 executed 13.1 million instructions a second in live mode"
    " with 13 bursts",
)
CYCLES_A_PROGRAM = _guess(0.2e6, 0.5e6, 1.5e6, "a record packed, littlefs around one write: 3 ms")
LIGHT_SLEEP_EXIT_S = _guess(0.5e-3, 1.5e-3, 4e-3, "into light sleep and out: PLL, flash, RTOS")
RADIO_START_S = _guess(0.15, 0.3, 0.6, "calibration and host stack; at the current of receiving")
CONNECTION_EVENTS_HZ = _guess(10, 22, 67, "the host's choice: intervals of 100, 45 and 15 ms")
CONNECTION_EVENT_S = _guess(1e-3, 2e-3, 3.5e-3, "the radio comes up early, listens, answers")
ADVERTISING_EVENT_S = _guess(2.5e-3, 4e-3, 8e-3, "comes up, then three channels")
ADVERTISING_SENT_S = 3 * 47 * _PACKET_S_A_BYTE  # 31 bytes and their frame on three channels
PACKET_OVER_BYTES = 17  # preamble, address, header, CRC, L2CAP, ATT
ASSUMPTIONS = {
    "cycles an instruction": CYCLES_AN_INSTRUCTION,
    "instructions to decode a sample": DECODE_INSTRUCTIONS,
    "cycles of Python a burst": CYCLES_A_BURST,
    "instructions a second beside bursts, awake": BESIDE_INSTRUCTIONS_HZ,
    "cycles a flash write": CYCLES_A_PROGRAM,
    "seconds into and out of light sleep": LIGHT_SLEEP_EXIT_S,
    "seconds to start the radio": RADIO_START_S,
    "connection events a second": CONNECTION_EVENTS_HZ,
    "seconds a connection event": CONNECTION_EVENT_S,
    "seconds an advertising event": ADVERTISING_EVENT_S,
}


@dataclass(frozen=True)
class Build:
    """The hardware of a clip. `radio_sleeps` None means as in MicroPython's published image for the chip.

    `slow_mhz` and `fast_mhz`: the clocks of `board.set_clock`.
    """

    chip: Chip
    board: Board
    slow_mhz: int = 80
    fast_mhz: int = 160
    sensor: Sensor = LSM6DSOX
    radio_sleeps: bool | None = None


@dataclass(frozen=True)
class Times:
    """The processor's shares of the time, 0 to 1."""

    running: float
    bus: float
    idle: float
    light_sleep: float

    @property
    def total(self) -> float:
        """The sum of the shares."""
        return self.running + self.bus + self.idle + self.light_sleep


def times(cycle: DutyCycle, build: Build, case: str = "typical") -> tuple[Times, Times]:
    """Return the processor's shares of the time at the slow and at the fast clock. Together they add up to 1.

    The work spreads evenly over the time. With more work than time, all is `running`.
    """
    slow, asleep = cycle.slow_clock, cycle.light_sleep
    fast = 1.0 - slow
    return (
        _times(cycle, build, case, build.slow_mhz, slow, 0.0),
        _times(cycle, build, case, build.fast_mhz, fast, asleep / fast if fast > 0 else 0.0),
    )


def _times(
    cycle: DutyCycle, build: Build, case: str, mhz: int, lasts: float, asleep: float
) -> Times:
    """Return the shares of a part of the time that `lasts` so long; the clip is `asleep` for that share of the part."""
    instructions = build.chip.instructions_a_sample + DECODE_INSTRUCTIONS.at(case)
    cycles_hz = (
        cycle.samples_hz * instructions * CYCLES_AN_INSTRUCTION.at(case)
        + cycle.bursts_hz * CYCLES_A_BURST.at(case)
        + BESIDE_INSTRUCTIONS_HZ.at(case) * (1 - asleep) * CYCLES_AN_INSTRUCTION.at(case)
        + cycle.flash_programs_hz * CYCLES_A_PROGRAM.at(case)
    )
    sleep_exits = cycle.light_sleeps_hz * LIGHT_SLEEP_EXIT_S.at(case) if asleep else 0.0
    running = min(
        1.0,
        cycles_hz / (mhz * 1e6)
        + sleep_exits
        + cycle.flash_programs_hz * PAGE_WRITE_S.at(case)
        + cycle.flash_erases_hz * SECTOR_ERASE_S.at(case),
    )
    bus = min(cycle.i2c, 1.0 - running)
    left = 1.0 - running - bus
    return Times(lasts * running, lasts * bus, lasts * left * (1 - asleep), lasts * left * asleep)


def breakdown(cycle: DutyCycle, build: Build, case: str = "typical") -> dict[str, float]:
    """Return consumer -> mean mA. `case`: "low", "typical" or "high". Raises KeyError if the chip lacks this clock."""
    shares = times(cycle, build, case)
    clocks = [build.chip.clocks[mhz] for mhz in (build.slow_mhz, build.fast_mhz)]
    running = sum(
        share.running * clock.running.at(case) for share, clock in zip(shares, clocks, strict=True)
    )
    waiting = sum(
        (share.idle + share.bus) * clock.idle.at(case)
        for share, clock in zip(shares, clocks, strict=True)
    )
    flash_s = cycle.flash_programs_hz * PAGE_WRITE_S.at(case)
    erase_s = cycle.flash_erases_hz * SECTOR_ERASE_S.at(case)
    sensor = build.sensor.slow if cycle.slow_imu else build.sensor.fast
    return {
        "processor at work": running,
        "processor waiting": waiting,
        "light sleep": sum(share.light_sleep for share in shares) * build.chip.light_sleep.at(case),
        **_radio(cycle, build, case),
        "sensor": sensor.at(case),
        "flash": flash_s * FLASH_WRITE.at(case) + erase_s * FLASH_ERASE.at(case),
        "motor": cycle.motor * MOTOR.at(case),
        "board": build.board.always.at(case),
    }


def _radio(cycle: DutyCycle, build: Build, case: str) -> dict[str, float]:
    """Return the radio's mean currents in mA, added to those of a waiting processor."""
    chip = build.chip
    # The datasheets' currents of the radio include an idle processor with its peripherals' clocks off.
    waiting = chip.clocks[build.slow_mhz].idle.low
    receives = chip.ble_rx.at(case) - waiting
    sends = chip.ble_tx.at(case) - waiting
    listens_s = cycle.adverts_hz * (
        ADVERTISING_EVENT_S.at(case) - ADVERTISING_SENT_S
    ) + cycle.connected * CONNECTION_EVENTS_HZ.at(case) * CONNECTION_EVENT_S.at(case)
    bytes_hz = cycle.sent_bytes_hz + PACKET_OVER_BYTES * cycle.sent_hz
    sends_s = cycle.adverts_hz * ADVERTISING_SENT_S + bytes_hz * _PACKET_S_A_BYTE
    starts_s = cycle.radio_starts_hz * RADIO_START_S.at(case)
    sleeps = chip.radio_sleeps if build.radio_sleeps is None else build.radio_sleeps
    between = (chip.radio_asleep if sleeps else chip.radio_awake).at(case)
    between_s = max(0.0, cycle.radio - listens_s - sends_s - starts_s)
    return {
        "radio events": listens_s * receives + sends_s * sends,
        "radio starts": starts_s * receives,
        "radio between events": between_s * between,
    }


def mean_ma(cycle: DutyCycle, build: Build, case: str = "typical") -> float:
    """Return the mean current in mA, the sum of `breakdown`."""
    return sum(breakdown(cycle, build, case).values())


def usable_mah(capacity_mah: float, *, worn_out: bool = False) -> float:
    """Return the charge that a full cell gives: USABLE of its capacity, and END_OF_LIFE of that if `worn_out`.

    Raises ValueError unless the capacity is positive.
    """
    if capacity_mah <= 0:
        raise ValueError("a capacity is above 0")
    return capacity_mah * USABLE * (END_OF_LIFE if worn_out else 1.0)


def hours(
    capacity_mah: float, mean_current_ma: float, *, case: str = "typical", worn_out: bool = False
) -> float:
    """Return the hours that a full cell lasts, with self-discharge.

    Raises ValueError unless capacity and current are positive.
    """
    usable = usable_mah(capacity_mah, worn_out=worn_out)
    if mean_current_ma <= 0:
        raise ValueError("a current is above 0")
    lost_ma = capacity_mah * SELF_DISCHARGE_A_MONTH.at(case) / _HOURS_A_MONTH
    return usable / (mean_current_ma + lost_ma)


def remaining_hours(battery_pct: int, capacity_mah: float, mean_current_ma: float) -> float | None:
    """Return the hours left at `battery_pct`; None if there is no cell (255).

    Raises ValueError for any other percentage outside 0 to 100, and as `hours` does.
    """
    if battery_pct == UNKNOWN_PCT:
        return None
    if not 0 <= battery_pct <= 100:
        raise ValueError("percent are 0 to 100")
    return hours(capacity_mah, mean_current_ma) * battery_pct / 100
