"""Reads fields of a plan; collects every fault with its line instead of ending at the first. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...text import printable, visible
from .toml_lines import Path, line_of

_SHOWN = 60  # characters of a wrong value
_STOP_WORDS = re.compile(r"stop|safety|red_flag|pain_gate|hold_rule")


def shown(value: Any) -> str:
    """A value of the file as a short text in one line, whatever it holds."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes no number of over 4300 digits
        return "a value too long to show"
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _key(part: str) -> str:
    return part if part.isprintable() and len(part) <= _SHOWN else shown(part)


class Checker:
    """Reads fields of the plan `name`; `faults` are finished lines of text.

    `called`: what stands in them for a table of a list, such as "exercise 'Nod'" for ("exercises", 2).
    """

    def __init__(
        self, name: str, lines: dict[Path, int], called: Mapping[Path, str] | None = None
    ) -> None:
        self._name = printable(name)
        self._lines = lines
        self._called = called or {}
        self._at: set[Path] = set()
        self.faults: list[str] = []

    def fault(self, path: Path, text: str) -> None:
        """Adds a fault of the field at `path`."""
        self._at.add(path)
        line = line_of(self._lines, path)
        self.faults.append(f"{self._name} line {line}: {self._where(path)}: {text}")

    def _where(self, path: Path) -> str:
        called = self._called.get(path[:2])
        rest = path[2:] if called else path
        field = "".join(
            f" {part + 1}" if isinstance(part, int) else f".{_key(part)}" for part in rest
        ).lstrip(".")
        return ", ".join(part for part in (called, field) if part)

    def has_fault(self, path: Path) -> bool:
        """Whether the field at `path` has a fault already."""
        return path in self._at

    def known(self, at: Path, data: dict[str, Any], keys: set[str]) -> None:
        """Faults every key that is none of `keys`."""
        for key in data:
            if key in keys:
                continue
            if _STOP_WORDS.search(key):
                self.fault((*at, key), "a plan cannot change the stop rules; remove this line")
            else:
                self.fault((*at, key), f"no such field; there are: {', '.join(sorted(keys))}")

    def table(self, at: Path, value: Any) -> dict[str, Any]:
        """The table, or an empty one with a fault."""
        if isinstance(value, dict):
            return value
        self.fault(at, "must be a table")
        return {}

    def integer(
        self,
        at: Path,
        data: dict[str, Any],
        key: str,
        least: int,
        most: int,
        default: int | None = None,
    ) -> int:
        """A whole number in [least, most]."""
        value = data.get(key, default)
        path = (*at, key)
        if value is None:
            self.fault(path, f"missing; allowed are {least} to {most}")
            return least
        if not isinstance(value, int) or isinstance(value, bool):
            self.fault(path, f"must be a whole number, {least} to {most}")
            return least
        if value > most:
            self.fault(path, f"{shown(value)} is more than {most}; allowed are {least} to {most}")
        if value < least:
            self.fault(path, f"{shown(value)} is less than {least}; allowed are {least} to {most}")
        return value

    def boolean(self, at: Path, data: dict[str, Any], key: str, default: bool) -> bool:
        """true or false."""
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault((*at, key), "must be true or false")
        return default

    def text(
        self,
        at: Path,
        data: dict[str, Any],
        key: str,
        most: int,
        default: str | None = None,
        *,
        lines: bool = False,
    ) -> str:
        """Text of 1 to `most` characters, in one line unless `lines`."""
        value = data.get(key, default)
        if value is None:
            self.fault((*at, key), "missing; must be text")
        elif not isinstance(value, str) or (not value.strip() and default is None):
            self.fault((*at, key), "must be text that is not empty")
        elif len(value) > most:
            self.fault((*at, key), f"{len(value)} characters are more than {most}")
        elif visible(value) != value:
            self.fault((*at, key), "must be text without control characters")
        else:
            # A name with lines of its own would look like more of what Poise says.
            return value.strip() if lines else " ".join(value.split())
        return ""

    def identifier(self, at: Path, data: dict[str, Any], key: str) -> str:
        """A short name for files and the store."""
        value = self.text(at, data, key, 30)
        if value and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value):
            self.fault((*at, key), f"{shown(value)} must be of a to z, 0 to 9, - and _")
        return value

    def zone(self, at: Path, data: dict[str, Any], key: str) -> ZoneInfo:
        """An IANA time zone."""
        value = self.text(at, data, key, 60, lines=True)
        if value:
            try:
                return ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                self.fault(
                    (*at, key), f"{shown(value)} is no time zone; use one such as Europe/Berlin"
                )
        return ZoneInfo("UTC")

    def times(self, at: Path, data: dict[str, Any], key: str, default: list[str]) -> list[dt.time]:
        """A list of times of day."""
        value = data.get(key, default)
        if not isinstance(value, list):
            self.fault((*at, key), 'must be a list of times, such as ["08:00", "20:00"]')
            return []
        return [self.time((*at, key), item) for item in value]

    def time(self, path: Path, value: Any) -> dt.time:
        """A time of day, "HH:MM" or a TOML local time."""
        if isinstance(value, dt.time):
            return value.replace(second=0, microsecond=0)
        if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
            hour, minute = value.split(":")
            return dt.time(int(hour), int(minute))
        self.fault(path, f"{shown(value)} is no time of day; allowed are 00:00 to 23:59")
        return dt.time(12)

    def date(self, at: Path, data: dict[str, Any], key: str) -> dt.date | None:
        """A TOML date, None when it is not there."""
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        self.fault((*at, key), f"must be a date without quotes, such as {key} = 2026-11-23")
        return None

    def choices(
        self, at: Path, data: dict[str, Any], key: str, allowed: Sequence[str]
    ) -> list[str]:
        """Some of `allowed`; all of them when the key is not there."""
        value = data.get(key, list(allowed))
        if isinstance(value, list) and value and all(item in allowed for item in value):
            return value
        self.fault((*at, key), f"must be a list of some of: {', '.join(allowed)}")
        return list(allowed)
