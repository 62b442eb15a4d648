"""Today page: the live tilt, the open reminder, and the day's wear and exercises so far."""

import datetime as dt
import json
import operator
import time
from collections.abc import Callable
from typing import Any

from nicegui import Client, ui

from ...coach.adherence import Tally
from ...history.adherence import tallies_of
from ...insight.adherence import total
from ...insight.classes import flexed
from ...insight.exposure import Exposure, at_site, exposure, main_site
from ...language import formats
from ...letters.news import news
from ...wear import Live
from ...words import strings
from ..context import context
from ..endedpart import after_the_programme
from ..layout import frame
from ..nudgepart import nudges_of_today, nudges_today
from ..parts import card, drawn, el, empty, link, minutes, text
from ..reminderpart import asks, how_reminders_come
from ..waitingpart import reminder, waits

_REST_S = 20.0  # between two looks at wear and exercises


def page(client: Client) -> None:
    """Draw the page. Its contents update by themselves."""
    with frame("today"), el("div", classes="grid today"):
        look = _looker()
        with el("div", classes="stack of-next"):
            _clinic_news()
            reminder()
            after_the_programme()
        with el("div", classes="stack of-tilt"):
            _live(client, look)
            _week()
        with el("div", classes="stack of-facts"):
            how_reminders_come()
            _facts()
            nudges_today()
    ui.timer(_REST_S, look)


def _looker() -> Callable[[], None]:
    """Return a function that draws again only the parts that have changed. Other parts keep focus and reading place."""
    parts = (
        (waits, reminder.refresh),
        (_so_far, _facts.refresh),
        (_of_week, _week.refresh),
        (_told, _clinic_news.refresh),
        (asks, lambda: how_reminders_come.refresh("")),
        (nudges_of_today, nudges_today.refresh),
    )
    shown = [facts() for facts, _ in parts]

    def look() -> None:
        for index, (facts, draw_again) in enumerate(parts):
            now = facts()
            if now != shown[index]:
                shown[index] = now
                draw_again()

    return look


# --- what the clinic's letter brought


@ui.refreshable
def _clinic_news() -> None:
    told = _told()
    if not told:
        return
    with card(strings.CLINIC_NEWS, "warm"), el("ul", id="clinic-news"):
        for line in told:
            el("li", line)


def _told() -> list[str]:
    return news(context().store, context().clock.utc_ms())


# --- the live tilt


def _live(client: Client, look: Callable[[], None]) -> None:
    live = context().live
    site = live.site if live else ""
    title = strings.TILT.get(site, strings.TILT_UNKNOWN)
    with card(title, "tilt"):
        if live is None:
            empty(strings.NO_RUNNER, strings.NO_RUNNER_DO)
            return
        with el("div", classes="live"):
            drawn(_FIGURE.format(text(strings.LEAN_PICTURE)))
            with el("div", classes="stack"):
                with el("div"):
                    el("p", strings.DASH, "angle", id="angle")
                    el("p", strings.FROM_START, "muted")
                el("p", _state_words(live), "lead", id="state", role="status")
                with el("div"):
                    el("p", strings.LAST_MINUTE, "small muted")
                    drawn(_MINUTE)
    _follow(client, look)


def _state_words(live: Live) -> str:
    if live.resting:
        return strings.RESTS
    return strings.STATES[live.state if live.connected else "off"]


# What this page shows of `Live`, without the angle.
_SHOWN = operator.attrgetter(
    "connected",
    "resting",
    "reminder",
    "next_reminder_utc_ms",
    "on_hold",
    "waits_because",
    "battery_pct",
    "site",
    "letters",
)


def _follow(client: Client, look: Callable[[], None]) -> None:
    """Subscribe to the clip's angle while this page is seen, and no longer."""
    leave: dict[str, Callable[[], None]] = {}

    def see(seen: bool) -> None:
        if seen and "motion" not in leave:
            leave["motion"] = context().watch_motion(tell)
        elif not seen and "motion" in leave:
            leave.pop("motion")()

    def tell(fields: dict[str, Any]) -> None:
        words = json.dumps(strings.STATES[fields["state"]])
        sent_ms = time.time_ns() // 1_000_000
        client.run_javascript(f"poise.angle({fields['flexion_cdeg'] / 100},{words},{sent_ms})")

    shown: dict[str, object] = {}

    def changed(live: Live) -> None:
        now: object = _SHOWN(live)
        if now == shown.get("now"):
            return
        shown["now"] = now
        title = strings.TILT.get(live.site, strings.TILT_UNKNOWN)
        client.run_javascript(f"poise.title({json.dumps(title)})")
        if not live.connected:
            client.run_javascript(f"poise.angle(null,{json.dumps(_state_words(live))},0)")
        look()

    def gone() -> None:
        see(False)
        for stop in leave.values():
            stop()
        leave.clear()

    def came() -> None:
        see(True)
        if "live" not in leave:
            leave["live"] = context().watch_live(changed)

    client.on_connect(came)
    client.on_disconnect(gone)
    client.on_delete(gone)
    ui.on("poise-seen", lambda event: see(bool(event.args)))


# --- wear and exercises so far


@ui.refreshable
def _facts() -> None:
    worn, share, battery_pct, diary_open = _so_far()
    with card():
        with el("div", classes="facts"):
            with el("div", classes="fact"):
                el("h2", strings.WORN)
                el("p", worn, "figure")
                el("p", share, "muted")
            if battery_pct is not None:
                with el("div", classes="fact"):
                    el("h2", strings.BATTERY)
                    el("p", strings.PERCENT.format(battery_pct), "figure")
        if diary_open:
            with el("div", classes="row"):
                el("p", strings.DIARY_OPEN)
                link(strings.DIARY_OPEN_LINK, "/diary")


def _so_far() -> tuple[str, str, int | None, bool]:
    """Return (time worn today, flexed share of it, battery in percent, True if today has no diary entry)."""
    today, now = context().today(), context().clock.utc_ms()
    clip_id, live = context().clip_id(), context().live
    start = context().starts(today)
    worn = angles = None
    if clip_id and now > start:
        logged = context().store.minutes.columns(clip_id, start + 1, now + 1)
        worn = exposure(logged, start, now)
        angles = exposure(at_site(logged, main_site(logged)), start, now)
    return (
        minutes(worn.worn_min) if worn else strings.DASH,
        _share(angles),
        live.battery_pct if live else None,
        not context().store.diary.days(today, today),
    )


def _share(found: Exposure | None) -> str:
    if not found or not found.valid_min:
        return strings.WORN_NONE
    share = flexed(found.class_min) / found.valid_min
    return strings.WORN_NOTE.format(share=round(100 * share))


@ui.refreshable
def _week() -> None:
    week = _of_week()
    with card(strings.WEEK):
        if week is None:
            el("p", strings.NEXT_NO_PLAN, "muted")
            return
        today, first, found = week
        if not any(each.prescribed + each.to_come for each in found):
            el("p", strings.WEEK_NONE, "muted")
            return
        week_so_far = total(found)
        words = strings.WEEK_TEXT if week_so_far.prescribed else strings.WEEK_AHEAD
        el("p", words.format(done=week_so_far.done, planned=week_so_far.prescribed), "muted")
        by_day = {each.day: each for each in found}
        with el("ol", classes="week"):
            for day in (first + dt.timedelta(n) for n in range(7)):
                count, words = strings.week_day(by_day.get(day))
                with el("li", classes="now" if day == today else ""):
                    el("span", formats.weekday(day.weekday()))
                    el("b", count)
                    el("span", words, "muted")


def _of_week() -> tuple[dt.date, dt.date, list[Tally]] | None:
    """Return today, the week's first day, and its tallies from the plan's first day on; None without a plan."""
    plan, today = context().plan(), context().today()
    if plan is None:
        return None
    first = today - dt.timedelta(formats.week().index(today.weekday()))
    last = first + dt.timedelta(6)
    found = tallies_of(context().store, plan, first, last, context().clock.utc_ms())
    return today, first, found


# Leans forward to the right about (150, 190), the seat; poise.js turns #lean.
_FIGURE = """
<svg class="lean" viewBox="0 0 300 210" role="img" aria-label="{}">
<path class="scale" d="M96.5 44.0 A155 155 0 0 1 284.2 112.5"/>
<g class="scale">
<path d="M150 35 v-8"/><path d="M203 44.3 l2.7 -7.5"/><path d="M249.6 71.3 l5.1 -6.1"/><path d="M284.2 112.5 l6.9 -4"/>
</g>
<text x="150" y="20" text-anchor="middle">0°</text><text x="212" y="31" text-anchor="middle">20°</text>
<text x="266" y="60" text-anchor="middle">40°</text>
<path class="start" d="M150 190 V52"/>
<g id="lean"><path class="body" d="M150 190 V112"/><circle class="head" cx="150" cy="78" r="22"/></g>
<path class="scale" d="M110 197 H190" style="stroke:var(--edge);stroke-width:4;stroke-linecap:round"/>
</svg>"""
_MINUTE = """
<svg class="minute" viewBox="0 0 600 120" preserveAspectRatio="none" aria-hidden="true">
<path class="mark" d="M0 60 H600"/><path class="zero" d="M0 90 H600"/><polyline id="minute" points=""/></svg>"""
