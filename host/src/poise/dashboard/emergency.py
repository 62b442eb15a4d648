"""Emergency numbers to tap, and the warning signs. The country is the chosen one, else that of the time zone."""

import json
import unicodedata
from typing import Any

from nicegui import ui

from ..coach import emergency, safety
from ..language import _, formats
from ..timebase.places import countries, country_of
from ..words import strings
from .context import context
from .parts import bullets, el, more, select

_OTHER = ""  # value of the choice "by the time zone"


def warning_signs() -> None:
    """List the signs for which to call the emergency number, with it, and those that end an exercise."""
    el("h3", strings.HELP_EMERGENCY)
    Numbers().show()
    bullets(safety.EMERGENCY)
    el("h3", strings.HELP_STOP)
    bullets(safety.STOP)
    el("p", safety.NOT_COMPLETE)


class Numbers:
    """The numbers of one country. The browser's time zone tells where somebody is; until it is known, the plan's."""

    def __init__(self) -> None:
        self._zone = str(getattr(context().zone(), "key", ""))
        self._chosen = ""

    def show(self, *, choice: bool = False) -> None:
        """Draw the numbers, with a `choice` of the country where there is room for it."""
        client = ui.context.client
        ui.on("poise-place", lambda event: self._told(event.args))
        self._draw(choice=choice)
        client.on_connect(lambda: client.run_javascript("poise.tellPlace()"))
        if client.has_socket_connection:
            client.run_javascript("poise.tellPlace()")

    def _told(self, place: dict[str, Any]) -> None:
        zone, chosen = str(place.get("zone", "")), str(place.get("country", ""))
        zone = zone if country_of(zone) else self._zone
        chosen = chosen if chosen in countries() else ""
        if (zone, chosen) != (self._zone, self._chosen):
            self._zone, self._chosen = zone, chosen
            self._draw.refresh()

    @ui.refreshable_method
    def _draw(self, *, choice: bool) -> None:
        country = self._chosen or country_of(self._zone) or ""
        numbers = emergency.NUMBERS.get(country)
        name = formats.territory(country) or countries().get(country, strings.HELP_NO_COUNTRY)
        with el("div", classes="emergency"):
            words = strings.HELP_NUMBER if numbers else strings.HELP_NO_NUMBER
            by_zone = strings.HELP_BY_ZONE_HERE if choice else strings.HELP_BY_ZONE
            how = "" if self._chosen or not numbers else by_zone.format(self._zone)
            el("p", f"{words.format(country=name)} {how}".strip())
            with el("div", classes="row"):
                for number in numbers or emergency.MOBILE:
                    label = strings.HELP_CALL.format(number)
                    el("a", label, "button danger call", href=f"tel:{number}")
            if choice:
                self._choice()

    def _choice(self) -> None:
        options = [(_OTHER, strings.HELP_COUNTRY_ZONE), *_named().items()]
        select("country", strings.HELP_COUNTRY, options, self._chosen, self._choose)
        with more(strings.HELP_SOURCES):
            el("p", f"{strings.HELP_NUMBERS_CHANGE} {_(emergency.SOURCES)}", "small muted")

    def _choose(self, country: str) -> None:
        self._chosen = country
        ui.context.client.run_javascript(f"poise.keepCountry({json.dumps(country)})")
        self._draw.refresh()


def _named() -> dict[str, str]:
    """Return code -> the country's name in the current language, by name."""
    english = countries()
    names = {code: formats.territory(code) or name for code, name in english.items()}
    return dict(sorted(names.items(), key=lambda item: _plain(item[1])))


def _plain(name: str) -> str:
    """Return a name to sort by: without accents, which would put it behind Z."""
    return unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
