"""The firmware's settings for a replay: its defaults, and values given in everyday units."""

import json
import math
from dataclasses import dataclass

from ..errors import PoiseError, Reason
from ..twin.machine.vm import Vm
from ..wire.rows import ENUMS
from .vm import run_script

SITES = ENUMS["site"]


@dataclass(frozen=True)
class Option:
    """An option of `poise replay`: the firmware's setting, its everyday unit, and setting units per everyday unit."""

    flag: str
    setting: str
    unit: str
    factor: int


OPTIONS = (
    Option("--angle", "flexed_threshold_cdeg", "degrees", 100),
    Option("--hysteresis", "hysteresis_cdeg", "degrees", 100),
    Option("--hold", "hold_limit_ms", "seconds", 1000),
    Option("--refractory", "refractory_s", "seconds", 1),
    Option("--per-hour", "nudges_per_hour", "nudges", 1),
    Option("--per-day", "nudges_per_day", "nudges", 1),
)


def settings_for(vm: Vm, site: str | None, given: dict[str, float | None]) -> dict[str, int]:
    """Return name -> value of every setting: the firmware's defaults, except the site and the flags in `given`.

    None, as the site or as a flag's value, keeps the default.

    Raises PoiseError (BAD_INPUT) that names a value's range.
    """
    table: dict[str, list[int]] = json.loads(run_script(vm, "facts.py"))
    settings = {name: row[0] for name, row in table.items()}
    for option in OPTIONS:
        value = given.get(option.flag)
        if value is not None:
            settings[option.setting] = _value(option, value, *table[option.setting][1:])
    if site is not None:
        settings["site"] = _site(site)
    return settings


def _site(name: str) -> int:
    if name not in SITES[1:]:
        raise PoiseError(Reason.BAD_INPUT, f"--site {name}", f"Sites: {', '.join(SITES[1:])}.")
    return SITES.index(name)


def _value(option: Option, value: float, low: int, high: int) -> int:
    if math.isfinite(value) and low <= round(value * option.factor) <= high:
        return round(value * option.factor)
    least, greatest = low / option.factor, high / option.factor
    raise PoiseError(
        Reason.BAD_INPUT,
        f"{option.flag} {value:g} is not in {least:g} to {greatest:g} {option.unit}",
        f"It is the firmware's setting {option.setting}.",
    )
