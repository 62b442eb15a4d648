"""Reader of a plan's fields: collects every fault with its line instead of ending at the first. Pure."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...language import _
from ...text import printable, visible
from .toml_lines import Path, line_of

_SHOWN = 60  # characters of a wrong value
_STOP_WORDS = re.compile(r"stop|safety|red_flag|pain_gate|hold_rule")


def shown(value: Any) -> str:
    """Return any value of the file as short text in one line."""
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # Python writes no number of over 4300 digits
        return _("a value too long to show")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def _key(part: str) -> str:
    return part if part.isprintable() and len(part) <= _SHOWN else shown(part)


def as_list(value: Any) -> list[Any] | None:
    """Return the value of a plan if it is a list, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def as_table(value: Any) -> dict[str, Any] | None:
    """Return the value of a plan if it is a table, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


@dataclass(frozen=True)
class Fault:
    """A fault of the field at `path`. `text`: what is wrong, and what is allowed."""

    path: Path
    text: str


class Checker:
    """Reader of the fields of the plan `name`. `found`: its faults; `faults`: the same as finished lines of text.

    `lines`: the line of each field, from 1, as `toml_lines.key_lines` gives it. `called`: the name that the faults use
    for a table of a list, such as "exercise 'Nod'" for ("exercises", 2).
    """

    def __init__(
        self, name: str, lines: dict[Path, int], called: Mapping[Path, str] | None = None
    ) -> None:
        self._name = printable(name)
        self._lines = lines
        self._called = called or {}
        self.found: list[Fault] = []
        self.faults: list[str] = []

    def fault(self, path: Path, text: str) -> None:
        """Add a fault of the field at `path`."""
        self.found.append(Fault(path, text))
        line = line_of(self._lines, path)
        fault = _("{file} line {line}: {where}: {fault}")
        self.faults.append(
            fault.format(file=self._name, line=line, where=self._where(path), fault=text)
        )

    def _where(self, path: Path) -> str:
        called = self._called.get(path[:2])
        rest = path[2:] if called else path
        field = "".join(
            f" {part + 1}" if isinstance(part, int) else f".{_key(part)}" for part in rest
        ).lstrip(".")
        return ", ".join(part for part in (called, field) if part)

    def has_fault(self, path: Path) -> bool:
        """True if the field at `path` already has a fault."""
        return any(fault.path == path for fault in self.found)

    def known(self, at: Path, data: dict[str, Any], keys: set[str]) -> None:
        """Add a fault for every key that is not in `keys`."""
        for key in data:
            if key in keys:
                continue
            if _STOP_WORDS.search(key):
                self.fault((*at, key), _("a plan cannot change the stop rules; remove this line"))
            else:
                there_are = _("no such field; there are: {names}")
                self.fault((*at, key), there_are.format(names=", ".join(sorted(keys))))

    def table(self, at: Path, value: Any) -> dict[str, Any]:
        """Return the table; an empty one, with a fault, if `value` is none."""
        found = as_table(value)
        if found is None:
            self.fault(at, _("must be a table"))
        return found or {}

    def integer(
        self,
        at: Path,
        data: dict[str, Any],
        key: str,
        least: int,
        most: int,
        default: int | None = None,
    ) -> int:
        """Return a whole number in [least, most]; `least`, or the number, with a fault otherwise.

        `default` None: the field must be there.
        """
        value = data.get(key, default)
        path = (*at, key)
        if value is None:
            text = _("missing; allowed are {least} to {most}")
            self.fault(path, text.format(least=least, most=most))
            return least
        if not isinstance(value, int) or isinstance(value, bool):
            text = _("must be a whole number, {least} to {most}")
            self.fault(path, text.format(least=least, most=most))
            return least
        if value > most:
            text = _("{value} is more than {most}; allowed are {least} to {most}")
            self.fault(path, text.format(value=shown(value), least=least, most=most))
        if value < least:
            text = _("{value} is less than {least}; allowed are {least} to {most}")
            self.fault(path, text.format(value=shown(value), least=least, most=most))
        return value

    def boolean(self, at: Path, data: dict[str, Any], key: str, default: bool) -> bool:
        """Return true or false; `default`, with a fault, for anything else."""
        value = data.get(key, default)
        if isinstance(value, bool):
            return value
        self.fault((*at, key), _("must be true or false"))
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
        """Return text of 1 to `most` characters, in one line unless `lines`; "" with a fault otherwise.

        `default` None: the field must be there.
        """
        value = data.get(key, default)
        if value is None:
            self.fault((*at, key), _("missing; must be text"))
        elif not isinstance(value, str) or (not value.strip() and default is None):
            self.fault((*at, key), _("must be text that is not empty"))
        elif len(value) > most:
            text = _("{count} characters are more than {most}")
            self.fault((*at, key), text.format(count=len(value), most=most))
        elif visible(value) != value:
            self.fault((*at, key), _("must be text without control characters"))
        else:
            # A name with line breaks could pass for a message of Poise.
            return value.strip() if lines else " ".join(value.split())
        return ""

    def texts(
        self, at: Path, data: dict[str, Any], key: str, count: int, most: int
    ) -> tuple[str, ...]:
        """Return at most `count` texts, each of 1 to `most` characters. Adds a fault otherwise."""
        listed = as_list(data.get(key, []))
        if listed is None:
            self.fault((*at, key), _("must be a list of texts"))
            return ()
        if len(listed) > count:
            text = _("{count} are more than {most}")
            self.fault((*at, key), text.format(count=len(listed), most=count))
        return tuple(
            self.text((*at, key), {str(place): item}, str(place), most)
            for place, item in enumerate(listed)
        )

    def identifier(self, at: Path, data: dict[str, Any], key: str) -> str:
        """Return a short name for files and the store: a to z, 0 to 9, - and _. Adds a fault otherwise."""
        value = self.text(at, data, key, 30)
        if value and not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value):
            text = _("{value} must be of a to z, 0 to 9, - and _")
            self.fault((*at, key), text.format(value=shown(value)))
        return value

    def zone(self, at: Path, data: dict[str, Any], key: str) -> ZoneInfo:
        """Return an IANA time zone; UTC with a fault otherwise."""
        value = self.text(at, data, key, 60, lines=True)
        if value:
            try:
                return ZoneInfo(value)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                text = _("{value} is no time zone; use one such as Europe/Berlin")
                self.fault((*at, key), text.format(value=shown(value)))
        return ZoneInfo("UTC")

    def times(self, at: Path, data: dict[str, Any], key: str, default: list[str]) -> list[dt.time]:
        """Return a list of times of day. Adds a fault otherwise."""
        value = as_list(data.get(key, default))
        if value is None:
            self.fault((*at, key), _('must be a list of times, such as ["08:00", "20:00"]'))
            return []
        return [self.time((*at, key), item) for item in value]

    def time(self, path: Path, value: Any) -> dt.time:
        """Return a time of day from "HH:MM" or a TOML local time; noon with a fault otherwise."""
        if isinstance(value, dt.time):
            return value.replace(second=0, microsecond=0)
        if isinstance(value, str) and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", value):
            hour, minute = value.split(":")
            return dt.time(int(hour), int(minute))
        text = _("{value} is no time of day; allowed are 00:00 to 23:59")
        self.fault(path, text.format(value=shown(value)))
        return dt.time(12)

    def date(self, at: Path, data: dict[str, Any], key: str) -> dt.date | None:
        """Return a TOML date; None without the key, and None with a fault for any other value."""
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value
        text = _("must be a date without quotes, such as {key} = 2026-11-23")
        self.fault((*at, key), text.format(key=key))
        return None

    def choices(
        self, at: Path, data: dict[str, Any], key: str, allowed: Sequence[str]
    ) -> list[str]:
        """Return some of `allowed`; all of them without the key, and all with a fault for any other value."""
        value = as_list(data.get(key, list(allowed)))
        if value and all(item in allowed for item in value):
            return value
        text = _("must be a list of some of: {names}")
        self.fault((*at, key), text.format(names=", ".join(allowed)))
        return list(allowed)
