"""Countries and the time zones in them, by the tables of the time zone database (package tzdata)."""

from functools import cache
from importlib.resources import files


@cache
def countries() -> dict[str, str]:
    """Return ISO 3166 code -> name in English, by name."""
    found = dict(line.split("\t") for line in _lines("iso3166.tab"))
    return dict(sorted(found.items(), key=lambda item: item[1]))


def country_of(zone: str) -> str | None:
    """Return the code of the country with this time zone, such as "Europe/Berlin"; None for a zone of no country."""
    by_zone = _zones()
    return by_zone.get(zone) or by_zone.get(_links().get(zone, ""))


@cache
def _zones() -> dict[str, str]:
    rows = (line.split("\t") for line in _lines("zone.tab"))
    return {row[2]: row[0] for row in rows}


@cache
def _links() -> dict[str, str]:
    """Return former name -> today's: browsers know some zones by a former name, such as "Asia/Calcutta"."""
    rows = (line.split() for line in _lines("tzdata.zi") if line.startswith("L "))
    return {row[2]: row[1] for row in rows}


def _lines(name: str) -> list[str]:
    text = files("tzdata.zoneinfo").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
