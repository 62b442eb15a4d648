"""The file for a bug report: only what stands on lists here, so nothing personal can come along by chance.

A finding gives its name, its state and its facts, never its text: a text may hold a path, a clip's name or a
therapist's. A line of the service's log gives its level and its logger, and a traceback the places in Poise's own code.
What is left are words of programs. They are held against `Secrets` once more, because a system may be named after its
owner.
"""

import json
import platform
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from .. import __version__
from ..setup.findings import Fact, Finding
from ..text import ADDRESS

LEFT_OUT = "(left out)"
_PLAIN = re.compile(r"(?!/)[A-Za-z0-9 ._+:()/-]{0,80}")  # a path from the root is none
_ID = re.compile(r"[0-9A-F]{12}", re.IGNORECASE)  # a clip's, or an address without its colons
_LEAST = 3  # characters of a secret: shorter ones stand in half of all words
_PACKAGE = "poise"
_LINE = re.compile(r"(?:\S+Z (?P<level>[A-Z]+) )?(?P<logger>poise(?:\.[a-z_]+)+): ")
_FRAME = re.compile(r'^\s+File "(?P<path>[^"]+)", line (?P<line>\d+), in (?P<name>\w+)$')
_ERROR = re.compile(r"^(?P<kind>(?:\w+\.)*[A-Z]\w*(?:Error|Exception|Interrupt|Warning))\b")


@dataclass(frozen=True)
class Secrets:
    """Words of this computer that no report holds: names of people, folders, computers and clips."""

    words: frozenset[str]

    @classmethod
    def of(cls, words: Iterable[str]) -> "Secrets":
        """Return these words, without those that are too short to search for."""
        return cls(frozenset(word.casefold() for word in words if len(word.strip()) >= _LEAST))

    def are_in(self, text: str) -> bool:
        """True if the text holds one of them."""
        folded = text.casefold()
        return any(word in folded for word in self.words)


def report(
    findings: Sequence[Finding],
    *,
    system: Mapping[str, str],
    packages: Mapping[str, str],
    desktop: Mapping[str, str],
    log: Iterable[str],
    secrets: Secrets,
) -> str:
    """Return the report as JSON text."""
    clean = _cleaner(secrets)
    rows = {
        "poise": __version__,
        "python": platform.python_version(),
        "system": {key: clean(value) for key, value in system.items()},
        "desktop": {key: clean(value) for key, value in desktop.items()},
        "findings": [_finding(each, clean) for each in findings],
        "packages": {clean(name): clean(version) for name, version in packages.items()},
        "log": {key: clean_all(value, clean) for key, value in told_by(log).items()},
    }
    return json.dumps(rows, indent=1) + "\n"


def clean_all(value: Any, clean: Callable[[Fact], Fact]) -> Any:
    """Return lists and dicts with each text in them cleaned."""
    if isinstance(value, dict):
        return {clean(key): clean_all(each, clean) for key, each in value.items()}
    if isinstance(value, list):
        return [clean_all(each, clean) for each in value]
    return clean(value)


def _finding(found: Finding, clean: Callable[[Fact], Fact]) -> dict[str, Any]:
    return {
        "what": found.what,
        "ok": found.ok,
        "needed": found.needed,
        "facts": {key: clean(value) for key, value in found.facts.items()},
    }


def _cleaner(secrets: Secrets) -> Callable[[Fact], Fact]:
    def clean(value: Fact) -> Fact:
        if not isinstance(value, str):
            return value
        is_plain = _PLAIN.fullmatch(value) and not (ADDRESS.search(value) or _ID.search(value))
        return value if is_plain and not secrets.are_in(value) else LEFT_OUT

    return clean


def told_by(log: Iterable[str]) -> dict[str, Any]:
    """Return what the lines of a log tell without their texts: lines by logger and level, errors, places in Poise."""
    loggers: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    places: list[str] = []
    for line in log:
        if match := _LINE.match(line):
            loggers[f"{match['level'] or '-'} {match['logger']}"] += 1
        elif match := _FRAME.match(line):
            places += [_place(match["path"], match["line"], match["name"])]
        elif match := _ERROR.match(line):
            errors[match["kind"]] += 1
    return {
        "lines": dict(sorted(loggers.items())),
        "errors": dict(sorted(errors.items())),
        "places": [each for each in places if each][-20:],
    }


def place_of(error: BaseException) -> str:
    """Return the place in Poise's code at which an error arose; "" if it arose elsewhere."""
    frames = traceback.extract_tb(error.__traceback__)
    places = [_place(each.filename, str(each.lineno), each.name) for each in frames]
    return next((each for each in reversed(places) if each), "")


def _place(path: str, line: str, name: str) -> str:
    """Return `wear/runner.py:12 run` of a file of the package, "" of any other."""
    parts = PurePath(path.replace("\\", "/")).parts
    if _PACKAGE not in parts:
        return ""
    last = len(parts) - 1 - parts[::-1].index(_PACKAGE)
    inside = Path(__file__).parents[1].joinpath(*parts[last + 1 :])
    # A folder of the user's may be called poise as well: only a file that is there is ours.
    return f"{'/'.join(parts[last + 1 :])}:{line} {name}" if inside.is_file() else ""
