"""Language tags (BCP 47): which languages Poise has, and which of them a person's wishes come closest to."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ENGLISH = "en-GB"
CATALOGUES = Path(__file__).with_name("catalogues")
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][A-Z][a-z]{3})?(?:[-_]([A-Z]{2}))?", re.IGNORECASE)
# gettext's order of the variables that name the language of messages (GNU gettext manual, section 2.3.2).
_VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
# The region of a tag without one, from CLDR's likely subtags; dates and the first day of the week need it.
_LIKELY = {"en": "GB", "de": "DE"}


@cache
def languages() -> tuple[str, ...]:
    """Return the languages that Poise has words in: English and each with a catalogue, such as ("en", "de")."""
    return ("en", *sorted(path.stem for path in CATALOGUES.glob("*.po")))


def closest(wishes: Iterable[str]) -> str | None:
    """Return the tag for the first of a person's wishes in whose language Poise has words; None if there is none."""
    for wish in wishes:
        found = _TAG.match(wish.strip())
        if not found or found[1].lower() not in languages():
            continue
        language, region = found[1].lower(), found[2]
        return f"{language}-{region.upper() if region else _LIKELY.get(language, language.upper())}"
    return None


def of_header(accept_language: str) -> str | None:
    """Return the tag for a browser's header Accept-Language (RFC 9110, section 12.5.4), the most wanted first."""
    wishes = []
    for place, part in enumerate(accept_language.split(",")):
        tag, _semicolon, weight = part.partition(";")
        try:
            wanted = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            continue
        if wanted > 0:
            wishes.append((-wanted, place, tag))
    return closest(tag for _wanted, _place, tag in sorted(wishes))


def of_environment(environment: Mapping[str, str]) -> str | None:
    """Return the tag that the environment of a terminal names (LANGUAGE, LC_ALL, LC_MESSAGES, LANG)."""
    for name in _VARIABLES:
        if value := environment.get(name):
            return closest(value.split(":"))
    return None
