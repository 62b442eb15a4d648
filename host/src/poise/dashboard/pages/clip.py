"""Clip page: the clip's state, its battery, its start position, and how to find and pair it."""

import asyncio
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from nicegui import Client, ui
from nicegui.element import Element

from ...coach.plan.moments import HOUR_MS
from ...errors import PoiseError
from ...history.at_once import hear_at_once, hears_at_once
from ...language import _, formats
from ...setup.steps import Step
from ...text import capitalized
from ...wear import Live
from ...words import at_once as at_once_words
from ...words import setup as setup_words
from ...words import strings
from ..clipbutton import clip_button
from ..context import context
from ..guided import VIA
from ..layout import frame, to_setup
from ..parts import card, el, empty, message, radios, rows, steps
from ..seen import hold_while_seen

# Where a page has drawn the place for the answer last: set-up draws its step again while the clip still works on it.
_answers: WeakKeyDictionary[Client, Element] = WeakKeyDictionary()
_OUTCOME_S = 60.0  # longest wait for the result; the clip itself gives up earlier
_REST_S = 20.0


def page(client: Client) -> None:
    """Draw the page. Its contents update by themselves."""
    with frame("clip"), el("div", classes="grid"):
        with el("div", classes="stack two-thirds"):
            _status()
            Calibrating().show()
        with el("div", classes="stack third"):
            _find()
            _at_once()
            with card(strings.CLIP_PAIR):
                steps(strings.CLIP_PAIR_STEPS)
                to_setup(setup_words.PAIR_LINK, Step.PAIR)
            with card(strings.CLIP_TROUBLE):
                steps(strings.CLIP_TROUBLE_STEPS)
    _follow(client)
    hold_while_seen(client)


def _follow(client: Client) -> None:
    shown = {"now": _shown()}

    def look() -> None:
        now = _shown()
        if now != shown["now"]:  # drawing without a change would lose a screen reader's place
            shown["now"] = now
            _status.refresh()

    stop = context().watch_live(lambda _live: look())
    client.on_delete(stop)
    ui.timer(_REST_S, look)


def _shown() -> tuple[object, ...]:
    live = context().live
    said = (*_facts(live), *live.warnings.items()) if live else ()
    return context().clip_id(), *said


# --- state of the clip


@ui.refreshable
def _status() -> None:
    live, clip_id = context().live, context().clip_id()
    with card(strings.CLIP_STATUS):
        if clip_id is None and not (live and live.connected):
            empty(strings.CLIP_NONE, strings.CLIP_NONE_DO)
        elif live is None:
            rows(((strings.CLIP_LINK, strings.CLIP_LINK_OFF), (strings.CLIP_NAME, clip_id or "")))
        else:
            rows(_facts(live))
            for words in live.warnings.values():
                message(words, "warm")


def _facts(live: Live) -> Iterator[tuple[str, str]]:
    yield strings.CLIP_LINK, strings.CLIP_LINKED if live.connected else _(live.link)
    if live.connected or live.resting:
        yield strings.CLIP_BATTERY_NAME, _battery(live)
        yield strings.CLIP_SITE, strings.CLIP_SITES[live.site]
        if live.quality_pct:
            yield strings.CLIP_FIT, strings.CLIP_FITS[live.fit]
            yield strings.CLIP_QUALITY, strings.PERCENT.format(live.quality_pct)
        else:
            yield strings.CLIP_CALIBRATE, strings.CLIP_CALIBRATE_NONE
    for name, moment in (
        (strings.CLIP_SEEN, None if live.connected else live.last_seen_utc_ms),
        (strings.CLIP_LAST, live.last_record_utc_ms),
        (strings.CLIP_CLOCK, live.last_sync_utc_ms),
    ):
        if moment is not None:
            yield name, formats.moment(context().local(moment))
    if live.firmware:
        yield strings.CLIP_FIRMWARE, strings.CLIP_FIRMWARE_TEXT.format(live.firmware)
    if live.clip_id:
        yield strings.CLIP_NAME, live.clip_id


def _battery(live: Live) -> str:
    if live.battery_pct is None:
        return strings.CLIP_BATTERY_UNKNOWN
    if live.charging:
        return strings.CLIP_CHARGING.format(live.battery_pct)
    if live.battery_until_utc_ms is None:
        return strings.PERCENT.format(live.battery_pct)
    now = context().clock.utc_ms()
    least, most = (max(each - now, 0) / HOUR_MS for each in live.battery_until_utc_ms)
    return strings.CLIP_BATTERY_UNTIL.format(pct=live.battery_pct, least=least, most=most)


# --- the start position


class Calibrating:
    """Asks the clip to take the wearer's start position, and shows the result."""

    def __init__(self) -> None:
        live = context().live
        known = live.site if live else "unknown"
        self._draft = context().drafts.of("clip")
        begins = known if known in strings.SITES and known != "unknown" else "collar"
        self._site = self._draft.values.get("site", begins)

    def show(self) -> None:
        """Draw it as a card of its own."""
        with card(strings.CLIP_CALIBRATE):
            self.body()

    def body(self) -> None:
        """Draw it into another card."""
        el("p", strings.CLIP_CALIBRATE_TEXT, "muted")
        with el("div", classes="stack", data_draft=self._draft.key):
            sites = [(key, capitalized(strings.CLIP_SITES[key])) for key in ("collar", "head")]
            radios("site", strings.CLIP_CALIBRATE_SITE, sites, self._site, self._choose)
            steps(strings.CLIP_CALIBRATE_STEPS)
            clip_button(strings.CLIP_CALIBRATE_BUTTON, self._begin, "calibrate", "primary")
            _answers[ui.context.client] = el("div", role="status")

    def _choose(self, site: str) -> None:
        self._site = self._draft.values["site"] = site

    async def _begin(self) -> None:
        page = ui.context.client
        runner = context().runner
        client = runner.client if runner else None
        if runner is None or client is None:
            _answer(page, strings.CLIP_NEEDS, "warm")
            return
        outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        before = runner.live.calibrations

        def look(live: Live) -> None:
            if live.calibrations > before and not outcome.done():
                outcome.set_result(live.calibration)

        stop = runner.subscribe(look, motion=False)
        try:
            await client.request("calibrate", site=self._site, scope="full")
            _answer(page, strings.CLIP_CALIBRATING)
            result = await asyncio.wait_for(outcome, _OUTCOME_S)
        except PoiseError as error:
            _answer(page, error.told, "warm")
            return
        except TimeoutError:
            result = "timeout"
        finally:
            stop()
        if result == "accepted":
            _answer(page, strings.CLIP_CALIBRATED)
        else:
            why = strings.CLIP_CALIBRATE_WHY.get(result, result)
            _answer(page, strings.CLIP_CALIBRATE_FAILED.format(why), "warm")


def _answer(page: Client, text: str, kind: str = "good") -> None:
    place = _answers[page]
    if place.is_deleted:
        return  # the step is done, or cannot be done now: it tells so itself
    place.clear()
    with place:
        message(text, kind)


# --- finding the clip


def _find() -> None:
    with card(strings.CLIP_BUZZ, note=strings.CLIP_BUZZ_TEXT):
        clip_button(strings.CLIP_BUZZ_BUTTON, lambda: buzz(), "buzz")
        said = el("div", role="status")

    async def buzz() -> None:
        text, kind = strings.CLIP_NEEDS, "warm"
        try:
            if await context().buzz():
                text, kind = strings.CLIP_BUZZED, "good"
        except PoiseError as error:
            text = error.told
        said.clear()
        with said:
            message(text, kind)


# --- events at once


def _at_once() -> None:
    with card(at_once_words.NAME, note=at_once_words.TEXT):
        el("p", at_once_words.COST, "muted")
        with el("label", classes="switch"):
            on = hears_at_once(context().store) is True
            box = el("input", type="checkbox", id="at-once", checked=on)
            box.on(
                "change",
                lambda event: choose(bool(event.args)),
                js_handler="(e) => emit(e.target.checked)",
            )
            el("span", at_once_words.SWITCH)
        said = el("div", role="status")

    def choose(on: bool) -> None:
        here = context()
        hear_at_once(here.store, on=on, via=VIA, utc_ms=here.clock.utc_ms())
        said.clear()
        with said:
            message(at_once_words.ON if on else at_once_words.OFF)
