"""Searches that meet the radio windows of a clip that saves power, over drift, misses, restarts and absences."""

import random
from itertools import pairwise

import pytest

from poise.clip.windows import SWEEP_EVERY_S, Windows
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

from system.power import (  # isort: skip
    AWAY_EVERY_MS,
    CALL_MS,
    NEAR_EVERY_MS,
    NEAR_FOR_MS,
    NO_RADIO,
    WINDOW_MS,
    Power,
)

_SEEN_S = 0.25  # of a window within a search: two advertisements, 100 ms apart
DAY_S = 86_400.0


class Clip:
    """A clip that saves power, as its firmware does: `rate` of its clock, `boot_s` the host's time of its start."""

    def __init__(self, rate: float = 1.0, boot_s: float = -1000.0) -> None:
        self.rate, self.boot_s = rate, boot_s
        self.met_s = -DAY_S
        self.away: list[tuple[float, float]] = []

    def status(self, now_s: float) -> dict[str, int]:
        """What it tells a host that has met it."""
        self.met_s = now_s
        return {
            "t_ms": self.t_ms(now_s),
            "window_every_ms": NEAR_EVERY_MS,
            "away_every_ms": AWAY_EVERY_MS,
            "away_after_ms": NEAR_FOR_MS,
        }

    def t_ms(self, now_s: float) -> int:
        return int((now_s - self.boot_s) * self.rate * 1000)

    def found(self, begin_s: float, end_s: float) -> float | None:
        """When a search finds it; None if it does not."""
        near = (begin_s - self.met_s) * self.rate * 1000 < NEAR_FOR_MS
        every_ms = NEAR_EVERY_MS if near else AWAY_EVERY_MS
        number = self.t_ms(begin_s) // every_ms
        for window in (number, number + 1):
            on_s = window * every_ms / 1000 / self.rate + self.boot_s
            seen_s = max(begin_s, on_s) + _SEEN_S
            if seen_s <= min(end_s, on_s + WINDOW_MS / 1000) and not self.is_away(seen_s):
                return seen_s
        return None

    def is_away(self, now_s: float) -> bool:
        return any(since <= now_s < until for since, until in self.away)


def meetings(clip: Clip, until_s: float, windows: Windows, now_s: float = 0.0) -> list[float]:
    """The moments at which a host meets the clip; it listens for `listened` seconds in all, the last item."""
    met, listened = [], 0.0
    while now_s < until_s:
        coming = windows.next_search(now_s)
        begin_s = now_s + coming.pause_s
        found_s = clip.found(begin_s, begin_s + coming.length_s)
        now_s = begin_s + coming.length_s if found_s is None else found_s + 1.0
        listened += now_s - begin_s
        if found_s is None:
            windows.missed()
        else:
            met.append(found_s)
            windows.told(now_s, clip.status(now_s))
    return [*met, listened]


@pytest.mark.parametrize("rate", [0.997, 1.0, 1.003])
def test_it_is_met_in_every_window_of_a_day(rate: float) -> None:
    *met, listened = meetings(Clip(rate), DAY_S / 3, Windows())
    gaps = [later - before for before, later in pairwise(met)]
    assert met[0] <= AWAY_EVERY_MS / 1000 + 6
    assert all(abs(gap - 60 / rate) < 1 for gap in gaps), (min(gaps), max(gaps))
    assert listened / (DAY_S / 3) < 0.05  # of the time the computer's radio listens


def test_a_clip_that_restarts_is_met_again_within_two_windows() -> None:
    rng = random.Random(5)
    for _ in range(50):
        clip, windows = Clip(), Windows()
        meetings(clip, 1200, windows)
        began = rng.uniform(1200, 1260)
        clip.boot_s, clip.met_s = (
            began,
            -DAY_S,
        )  # it starts its clock anew, and has met nobody since
        first = meetings(clip, began + 900, windows, began)[0]
        assert first - began < 2 * AWAY_EVERY_MS / 1000 + 60, first - began


def test_a_host_whose_clock_jumped_meets_it_within_two_windows() -> None:
    clip, windows = Clip(), Windows()
    meetings(clip, 1200, windows)
    windows.forget()
    assert meetings(clip, 1800, windows, 1230)[0] < 1230 + 60 + 1


def test_a_missed_window_costs_one_window() -> None:
    clip = Clip()
    clip.away = [(1210, 1230)]
    met = meetings(clip, 1400, Windows())[:-1]
    assert [round(at) for at in met if at > 1130] == [1160, 1280, 1340, 1400]


@pytest.mark.parametrize("hours", [0.3, 1.0, 4.0, 14.0])
def test_a_clip_that_comes_back_is_met_within_half_an_hour(hours: float) -> None:
    rng, waits = random.Random(7), []
    for _ in range(20):
        left = rng.uniform(600, 660)
        back = left + hours * 3600 + rng.uniform(0, 300)
        clip = Clip(rng.uniform(0.998, 1.002))
        clip.away = [(left, back)]
        met = meetings(clip, back + 3600, Windows())[:-1]
        waits.append(next(at for at in met if at > back) - back)
    usual_s = AWAY_EVERY_MS / 1000 + 10 if hours <= 1 else SWEEP_EVERY_S + 320
    assert max(waits) < usual_s, waits


def test_on_a_day_without_the_clip_the_radio_listens_a_quarter_of_the_time() -> None:
    clip = Clip()
    clip.away = [(0, DAY_S)]
    (listened,) = meetings(clip, DAY_S, Windows())
    assert 0.2 < listened / DAY_S < 0.3


def test_a_clip_whose_radio_is_off_is_no_longer_expected() -> None:
    windows = Windows()
    windows.told(0.0, {**Clip().status(0.0), "window_every_ms": 0})
    assert not windows.is_known
    searches = [windows.next_search(now) for now in range(0, 300, 6)]
    assert all(not search.pause_s for search in searches)


class Firmware:
    """The firmware's own power modes, in saver since the clip's start, stepped as `tasks.govern` does.

    `late`: seconds from each event to the end of the visit that fetched it. A visit lasts VISIT_S.
    """

    VISIT_S = 1.5

    def __init__(self, events_s: list[float], battery_pct: int = 80) -> None:
        self.power = Power(-200_000)
        self.events_s = sorted(events_s)
        self.battery_pct = battery_pct
        self.waiting: list[float] = []
        self.late: list[float] = []
        self.visits = 0
        self.on = False
        self.due_s = 0.0  # of the next step
        self.step(0.0, connected=False)

    def step(self, now_s: float, *, connected: bool) -> None:
        now_ms = int(now_s * 1000)
        while self.events_s and self.events_s[0] <= now_s:
            self.waiting.append(self.events_s.pop(0))
            self.power.call(now_ms)
        if now_s >= self.due_s:
            self.power.step(now_ms, connected, False, self.battery_pct, 180)
            self.on = self.power.radio(now_ms, connected)
            self.due_s = now_s + min(1.0, self.power.radio_changes_in_ms(now_ms) / 1000)

    def lived(self, windows: Windows, until_s: float, *, at_once: bool) -> None:
        """Live on with a host that searches by `windows`."""
        now_s = 0.0
        while now_s < until_s:
            coming = windows.next_search(now_s, at_once=at_once)
            found_s = self._searched(now_s, now_s + coming.pause_s, coming.length_s)
            if found_s is None:
                windows.missed()
                now_s += coming.pause_s + coming.length_s
                continue
            self.visits += 1
            status = {
                "t_ms": int(found_s * 1000),
                "window_every_ms": self.power.every_ms(int(found_s * 1000)),
                "away_every_ms": AWAY_EVERY_MS,
                "away_after_ms": NEAR_FOR_MS,
            }
            windows.told(found_s, status)
            now_s = self._passed(found_s, found_s + self.VISIT_S, connected=True)
            self.late += [now_s - event_s for event_s in self.waiting]
            self.waiting.clear()

    def _searched(self, now_s: float, begin_s: float, length_s: float) -> float | None:
        """When a search finds the clip: on the air for _SEEN_S in it."""
        seen_s, now_s = 0.0, self._passed(now_s, begin_s, connected=False)
        while now_s < begin_s + length_s:
            now_s = self._passed(now_s, now_s + 0.05, connected=False)
            seen_s = seen_s + 0.05 if self.on else 0.0
            if seen_s >= _SEEN_S:
                return now_s
        return None

    def _passed(self, now_s: float, until_s: float, *, connected: bool) -> float:
        while now_s < until_s - 0.001:
            now_s = round(now_s + 0.05, 3)
            self.step(now_s, connected=connected)
        return now_s


def events(count: int, until_s: float) -> list[float]:
    rng = random.Random(3)
    return [rng.uniform(400, until_s - 60) for _ in range(count)]


def test_an_event_that_a_host_wants_is_there_within_seconds() -> None:
    """It had to wait for the next window, up to a minute."""
    clip, windows = Firmware(events(60, 7200)), Windows()
    clip.lived(windows, 7200, at_once=True)
    assert len(clip.late) == 60 and not clip.waiting
    assert max(clip.late) < 5.0, max(clip.late)
    # A visit for each window and each event: a host that searches on does not come again to the clip that it has left.
    assert 100 < clip.visits <= 7200 / 60 + 60
    usual = Firmware(events(60, 7200))
    usual.lived(Windows(), 7200, at_once=False)
    assert max(usual.late) > 40


def test_with_a_low_battery_it_comes_at_once_too() -> None:
    clip = Firmware(events(5, 1800), battery_pct=12)
    assert clip.power.mode == NO_RADIO
    clip.lived(Windows(), 1800, at_once=True)
    assert len(clip.late) == 5 and max(clip.late) < 5.0 and clip.visits <= 10


def test_a_search_for_events_that_missed_a_window_says_so_and_goes_on() -> None:
    clip, windows = Clip(), Windows()
    windows.told(0.0, clip.status(0.0))
    now_s = 0.0
    for _ in range(2):
        coming = windows.next_search(now_s, at_once=True)
        now_s += coming.pause_s + coming.length_s
        assert windows.is_known and coming.pause_s < CALL_MS / 1000 < 10 < coming.length_s
        windows.missed()
    assert not windows.is_known
    lost = [windows.next_search(float(at), at_once=True) for at in range(200, 3600, 7)]
    assert all(search.pause_s + search.length_s <= 7 for search in lost)
