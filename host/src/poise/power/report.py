"""The tables of docs/makers/power.md and hardware/power.md.

`fill` writes them between a file's marks; a test checks that they match.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from . import currents, day, model
from .currents import BOARDS, BY_FOLDER, CASES, CHIPS, CLIP_BOARD, CLIP_CHIP, HUZZAH32, Figure
from .cycles import AWAY, LIVE, MODES, NEAR, DutyCycle, duty_cycles, with_windows
from .day import DESK_DAY
from .left import CELL_MAH
from .model import Build

CAPACITIES_MAH = (150, 250, 500)
_MARKED = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.S)
_CLIP = Build(CLIP_CHIP, CLIP_BOARD)
DESK_DAY_TEXT = (
    f"A desk day: {DESK_DAY.worn_h:g} h worn, {DESK_DAY.near_h:g} h of them with the computer near and"
    f" {60 * DESK_DAY.live_h:g} minutes live for sessions and looking; {DESK_DAY.nudges} nudges and"
    f" {DESK_DAY.reminders} reminders."
)
HOW_SURE = "Calculated for a new cell, not measured: typical, and in brackets all at its worst to all at its best."


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


def _range(of: Callable[[str], float], shown: Callable[[float], str] = _number) -> str:
    """Return the typical value, and in brackets those of the cases "high" and "low"."""
    return f"**{shown(of('typical'))}** ({shown(of('high'))} to {shown(of('low'))})"


def _hours(capacity_mah: float, of: Callable[[str], float]) -> str:
    """Return the hours of a full cell at the mean current `of(case)`."""
    return _range(lambda case: model.hours(capacity_mah, of(case), case=case))


def _percent(value: float) -> str:
    return f"{max(0.0, value):.0f}"


def _images() -> list[tuple[str, Build]]:
    """Return (name, build) of each chip's published image and, if its radio does not sleep, of one where it does.

    Each is on the board that carries it.
    """
    found = []
    for chip, board in BY_FOLDER.values():
        build = Build(chip, board)
        found.append((chip.name, build))
        if not chip.radio_sleeps:
            found.append((f"{chip.name}, radio sleep built in", replace(build, radio_sleeps=True)))
    return found


def _spent_mah(build: Build, case: str) -> float:
    return sum(day.spent_mah(DESK_DAY, duty_cycles(), build, case).values())


def desk_mah() -> dict[str, dict[str, float]]:
    """Return chip -> case -> the desk day's mAh."""
    return {
        name: {case: round(_spent_mah(build, case), 2) for case in CASES}
        for name, build in _images()
    }


def desk(capacities_mah: Sequence[float] = CAPACITIES_MAH) -> str:
    """Return the table of the desk day: the charge it takes, and what is left of each cell at its end."""
    head = ("chip", "mAh a day", *(f"% left of {mah:g} mAh" for mah in capacities_mah))
    body = []
    for name, build in _images():
        spent = {case: _spent_mah(build, case) for case in CASES}
        left = [
            _range(lambda case, mah=mah, spent=spent: day.left_pct(mah, spent[case]), _percent)
            for mah in capacities_mah
        ]
        body.append((name, _range(spent.__getitem__), *left))
    return _rows(head, body)


def desk_hours(capacities_mah: Sequence[float] = CAPACITIES_MAH) -> str:
    """Return the table of the hours that a charge lasts, hour for hour as on the desk day."""
    head = ("chip", *(f"h on {mah:g} mAh" for mah in capacities_mah))
    body = [
        (name, *(_hours(mah, lambda case, build=build: _spent_mah(build, case) / DESK_DAY.worn_h)
                 for mah in capacities_mah))
        for name, build in _images()
    ]  # fmt: skip
    return _rows(head, body)


def desk_parts() -> str:
    """Return the table of the parts of the clip's desk day."""
    hours = DESK_DAY.hours
    spent = {case: day.spent_mah(DESK_DAY, duty_cycles(), _CLIP, case) for case in CASES}
    body = []
    for part in spent["typical"]:
        lasts = f"{hours[part]:g}" if part in hours else ""
        title = MODES.get(part, f"{DESK_DAY.nudges} nudges, {DESK_DAY.reminders} reminders")
        body.append((title, lasts, _range(lambda case, part=part: spent[case][part])))
    body.append(("sum", f"{DESK_DAY.worn_h:g}", _range(lambda case: sum(spent[case].values()))))
    return _rows((CLIP_CHIP.name, "h", "mAh"), body)


def boards() -> str:
    """Return the table of boards: what they always draw, and what the desk day leaves of the clip's cell on each."""
    carried = {board.name: chip for chip, board in BY_FOLDER.values()}
    body = []
    for board in BOARDS:
        build = Build(carried.get(board.name, currents.ESP32), board)
        left = _range(
            lambda case, build=build: day.left_pct(CELL_MAH, _spent_mah(build, case)), _percent
        )
        body.append((board.name, build.chip.name, _exact(board.always.typical), left))
    return _rows(("board", "chip", "mA always", f"% left of {CELL_MAH:g} mAh"), body)


def table(capacities_mah: Sequence[float] = CAPACITIES_MAH) -> str:
    """Return the table of hours for each chip, mode and capacity on the board that carries it."""
    cycles = duty_cycles()
    head = ("chip", "mode", "mA", *(f"h on {mah:g} mAh" for mah in capacities_mah))
    body = []
    for name, build in _images():
        for mode, title in MODES.items():

            def of(case: str, cycle: DutyCycle = cycles[mode], build: Build = build) -> float:
                return model.mean_ma(cycle, build, case)

            lasts = [_hours(mah, of) for mah in capacities_mah]
            body.append((name, title, _number(of("typical")), *lasts))
    return _rows(head, body)


def parts() -> str:
    """Return the table of each consumer's typical mA, for published images, each on the board that carries it."""
    cycles = duty_cycles()
    columns = [
        (f"{chip.name} {mode}", model.breakdown(cycles[mode], Build(chip, board)))
        for chip, board in BY_FOLDER.values()
        for mode in (LIVE, NEAR, AWAY)
    ]
    consumers = columns[0][1]
    body = [(name, *(_number(column[name]) for _, column in columns)) for name in consumers]
    sums = ("sum", *(_number(sum(column.values())) for _, column in columns))
    return _rows(("mA", *(title for title, _ in columns)), [*body, sums])


def choices() -> str:
    """Return the table of other choices of clock, board and sensor: typical hours on the clip's cell."""
    cycles = duty_cycles()
    variants = [
        ("as above: 80 MHz with the radio on, else 160", _CLIP),
        ("always 80 MHz", replace(_CLIP, fast_mhz=80)),
        ("always 160 MHz", replace(_CLIP, slow_mhz=160)),
        ("always 240 MHz", replace(_CLIP, slow_mhz=240, fast_mhz=240)),
        ("radio sleep built in", replace(_CLIP, radio_sleeps=True)),
        (f"ESP32 on {HUZZAH32.name}", Build(currents.ESP32, HUZZAH32)),
        ("ICM-42688-P", replace(_CLIP, sensor=currents.ICM42688)),
        ("MPU-6050", replace(_CLIP, sensor=currents.MPU6050)),
    ]
    body = []
    for title, build in variants:
        means = [model.mean_ma(cycles[mode], build) for mode in MODES]
        spent = _spent_mah(build, "typical")
        lasts = (_number(model.hours(CELL_MAH, mean)) for mean in means)
        body.append((title, *lasts, _percent(day.left_pct(CELL_MAH, spent))))
    head = (f"{CLIP_CHIP.name}, h on {CELL_MAH:g} mAh", *MODES.values(), "% left of a desk day")
    return _rows(head, body)


def windows() -> str:
    """Return the table of other periods of the radio's windows: typical hours on the clip's cell in saver mode."""
    found = duty_cycles()
    body = []
    for every_s in (30, 60, 120, 300, 600):
        row = [f"{every_s}"]
        for mode in (NEAR, AWAY):
            mean = model.mean_ma(with_windows(found[mode], every_s), _CLIP)
            row.append(_number(model.hours(CELL_MAH, mean)))
        body.append(row)
    head = ("a window every ... s", f"h on {CELL_MAH:g} mAh, visited", "not visited")
    return _rows(head, body)


def at_once() -> str:
    """Return the table of what it costs that a host hears of events at once: a visit for each of the day's buzzes."""
    near, visits = duty_cycles()[NEAR], DESK_DAY.nudges + DESK_DAY.reminders
    body = []
    for name, build in _images():
        taken = {case: visits * day.visit_mah(near, build, case) for case in CASES}
        share = 100 - day.left_pct(CELL_MAH, taken["typical"])
        body.append((name, _range(taken.__getitem__), _number(share)))
    return _rows(("chip", f"mAh a day, {visits} events", f"% of {CELL_MAH:g} mAh"), body)


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
        ("radio starts, an hour", lambda cycle: 3600 * cycle.radio_starts_hz),
        ("advertising events, a second", lambda cycle: cycle.adverts_hz),
        ("connected, %", lambda cycle: 100 * cycle.connected),
        ("packets sent, a second", lambda cycle: cycle.sent_hz),
        ("bytes sent, a second", lambda cycle: cycle.sent_bytes_hz),
        ("slow clock, %", lambda cycle: 100 * cycle.slow_clock),
        ("light sleep wanted, %", lambda cycle: 100 * cycle.light_sleep),
    ]
    counted = [(title, *(_number(of(cycle)) for cycle in found.values())) for title, of in lines]
    work = [
        " / ".join(
            _number(100 * sum(share.running for share in model.times(cycle, _CLIP, case)))
            for case in CASES
        )
        for cycle in found.values()
    ]
    estimated = (f"processor at work, % of an {CLIP_CHIP.name} (low / typical / high)", *work)
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


TABLES: dict[str, Callable[[], str]] = {
    "desk": desk,
    "desk_hours": desk_hours,
    "desk_parts": desk_parts,
    "boards": boards,
    "table": table,
    "parts": parts,
    "choices": choices,
    "windows": windows,
    "at_once": at_once,
    "cycles": cycles,
    "figures": figures,
    "assumptions": assumptions,
}


def fill(text: str) -> str:
    """Return `text` with new tables between `<!-- made: NAME -->` and `<!-- end -->`. KeyError for an unknown name."""
    return _MARKED.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)
