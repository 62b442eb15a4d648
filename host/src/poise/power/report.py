"""The tables of docs/makers/power.md. `fill` writes them between the file's marks; a test checks that they match."""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from . import currents, model
from .currents import BOARDS, CASES, CHIPS, FEATHER, GOOD_BOARD, Figure
from .cycles import ALONE, LIVE, MODES, SAVER, DutyCycle, duty_cycles, saver_as_designed
from .model import Build

CAPACITIES_MAH = (150, 250)
_MARKED = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)


def _rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    titles = list(head)
    lines = [titles, ["---"] * len(titles), *body]
    return "".join("| " + " | ".join(cells) + " |\n" for cells in lines)


def _number(value: float) -> str:
    """Return the number with two decimals below 10, one below 100, none above."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _exact(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"


def _hours(capacity_mah: float, cycle: DutyCycle, build: Build) -> str:
    def of(case: str) -> float:
        return model.hours(capacity_mah, model.mean_ma(cycle, build, case), case=case)

    return f"**{_number(of('typical'))}** ({_number(of('high'))} to {_number(of('low'))})"


def _images(build: Build) -> list[tuple[str, Build]]:
    """Return (name, build) of MicroPython's published image and, if its radio does not sleep, of one where it does."""
    if build.chip.radio_sleeps:
        return [(build.chip.name, build)]
    sleeping = replace(build, radio_sleeps=True)
    return [(build.chip.name, build), (f"{build.chip.name}, radio sleep built in", sleeping)]


def table() -> str:
    """Return the table of hours for each chip, mode and capacity on GOOD_BOARD."""
    cycles = duty_cycles()
    head = ("chip at 160 MHz", "mode", "mA", *(f"h on {mah} mAh" for mah in CAPACITIES_MAH))
    body = []
    for chip in CHIPS:
        for name, build in _images(Build(chip, GOOD_BOARD)):
            for mode, title in MODES.items():
                cycle = cycles[mode]
                mean = _number(model.mean_ma(cycle, build))
                lasts = [_hours(mah, cycle, build) for mah in CAPACITIES_MAH]
                body.append((name, title, mean, *lasts))
    return _rows(head, body)


def parts() -> str:
    """Return the table of each consumer's typical mA, for published images on GOOD_BOARD."""
    cycles = duty_cycles()
    columns = [
        (f"{chip.name} {mode}", model.breakdown(cycles[mode], Build(chip, GOOD_BOARD)))
        for chip in CHIPS
        for mode in (LIVE, SAVER)
    ]
    consumers = columns[0][1]
    body = [(name, *(_number(column[name]) for _, column in columns)) for name in consumers]
    sums = ("sum", *(_number(sum(column.values())) for _, column in columns))
    return _rows(("mA", *(title for title, _ in columns)), [*body, sums])


def choices() -> str:
    """Return the table of other choices of clock, board and sensor: typical hours on 150 mAh of the ESP32 build."""
    cycles = duty_cycles()
    base = Build(currents.ESP32, GOOD_BOARD)
    variants = [
        ("as above", base),
        ("80 MHz", replace(base, mhz=80)),
        ("240 MHz", replace(base, mhz=240)),
        (f"on {FEATHER.name}", replace(base, board=FEATHER)),
        ("ICM-42688-P", replace(base, sensor=currents.ICM42688)),
        ("MPU-6050", replace(base, sensor=currents.MPU6050)),
    ]
    body = []
    for title, build in variants:
        means = [model.mean_ma(cycles[mode], build) for mode in MODES]
        body.append((title, *(_number(model.hours(CAPACITIES_MAH[0], mean)) for mean in means)))
    return _rows(("ESP32, h on 150 mAh", *MODES.values()), body)


def savers() -> str:
    """Return the table of longer pauses: typical hours on 150 mAh in saver mode as designed."""
    alone = duty_cycles()[ALONE]
    body = []
    for burst_s, every_s in ((2.0, 60.0), (2.0, 300.0), (4.0, 60.0), (4.0, 300.0)):
        cycle = saver_as_designed(alone, burst_s, every_s)
        means = [model.mean_ma(cycle, Build(chip, GOOD_BOARD)) for chip in CHIPS]
        lasts = [_number(model.hours(CAPACITIES_MAH[0], mean)) for mean in means]
        body.append((f"burst every {burst_s:.0f} s, radio every {every_s:.0f} s", *lasts))
    return _rows(("saver, h on 150 mAh", *(chip.name for chip in CHIPS)), body)


def cycles() -> str:
    """Return the table of the duty cycles."""
    found = duty_cycles()
    lines: list[tuple[str, Callable[[DutyCycle], float]]] = [
        ("bursts read, a second", lambda cycle: cycle.bursts_hz),
        ("samples, a second", lambda cycle: cycle.samples_hz),
        ("wakes, a second", lambda cycle: cycle.wakes_hz),
        ("I2C busy, %", lambda cycle: 100 * cycle.i2c),
        ("flash writes, a minute", lambda cycle: 60 * cycle.flash_programs_hz),
        ("flash erases, a minute", lambda cycle: 60 * cycle.flash_erases_hz),
        ("motor at full, s an hour", lambda cycle: 3600 * cycle.motor),
        ("radio on, %", lambda cycle: 100 * cycle.radio),
        ("advertising, %", lambda cycle: 100 * cycle.advertising),
        ("connected, %", lambda cycle: 100 * cycle.connected),
        ("packets sent, a second", lambda cycle: cycle.sent_hz),
        ("bytes sent, a second", lambda cycle: cycle.sent_bytes_hz),
        ("light sleep wanted, %", lambda cycle: 100 * cycle.light_sleep),
    ]
    counted = [(title, *(_number(of(cycle)) for cycle in found.values())) for title, of in lines]
    base = Build(currents.ESP32, GOOD_BOARD)
    work = [
        " / ".join(_number(100 * model.times(cycle, base, case).running) for case in CASES)
        for cycle in found.values()
    ]
    estimated = ("processor at work, % of an ESP32 (low / typical / high)", *work)
    return _rows(("", *MODES.values()), [*counted, estimated])


def figures() -> str:
    """Return the table of all currents with their sources."""
    found: list[tuple[str, Figure]] = []
    for chip in CHIPS:
        for mhz, clock in chip.clocks.items():
            found.append((f"{chip.name} {mhz} MHz, one core at work", clock.running))
            found.append((f"{chip.name} {mhz} MHz, waiting", clock.idle))
        found += [
            (f"{chip.name} light sleep", chip.light_sleep),
            (f"{chip.name} deep sleep (not used)", chip.deep_sleep),
            (f"{chip.name} sending, 0 dBm", chip.ble_tx),
            (f"{chip.name} receiving", chip.ble_rx),
            (f"{chip.name} radio asleep between events, added", chip.radio_asleep),
            (f"{chip.name} radio awake between events, added", chip.radio_awake),
        ]
    for sensor in currents.SENSORS.values():
        found += [(f"{sensor.name} live", sensor.fast), (f"{sensor.name} saver", sensor.slow)]
    found += [(board.name, board.always) for board in BOARDS]
    found += [
        ("motor at full", currents.MOTOR),
        ("flash, writing", currents.FLASH_WRITE),
        ("flash, erasing", currents.FLASH_ERASE),
    ]
    return _figures("mA", found)


def assumptions() -> str:
    """Return the table of assumptions that replace measurements."""
    times = [
        ("seconds a flash page", currents.PAGE_WRITE_S),
        ("seconds a flash sector", currents.SECTOR_ERASE_S),
        ("self-discharge a month, share", currents.SELF_DISCHARGE_A_MONTH),
    ]
    return _figures("", [*model.ASSUMPTIONS.items(), *times])


def _figures(unit: str, found: Iterable[tuple[str, Figure]]) -> str:
    body = [
        (name, *(_exact(one.at(case)) for case in CASES), one.kind, one.source)
        for name, one in found
    ]
    return _rows((unit, *CASES, "kind", "source"), body)


TABLES = {
    "table": table,
    "parts": parts,
    "choices": choices,
    "savers": savers,
    "cycles": cycles,
    "figures": figures,
    "assumptions": assumptions,
}


def fill(text: str) -> str:
    """Return `text` with new tables between `<!-- made: NAME -->` and `<!-- end -->`. KeyError for an unknown name."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)
