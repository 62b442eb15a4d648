"""Searches that meet the radio windows of a clip that saves power, over drift, misses, restarts and absences."""

import random
from itertools import pairwise

import pytest

from poise.clip.windows import SWEEP_EVERY_S, Windows
from tests.support import firmware_path  # noqa: F401 (puts the firmware on the path)

from system.power import AWAY_EVERY_MS, NEAR_EVERY_MS, NEAR_FOR_MS, WINDOW_MS  # isort: skip

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
