"""The clip's clock into UTC: by hand, and over random lives of a clip whose truth is known."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from poise.timebase.clip_clock import DRIFT_PPM, WANDER_PPM, ClockMap, ClockPair
from poise.timebase.clock import FIRST_UTC_MS
from poise.timebase.clock_votes import Boot, _agree

UTC = 1_790_000_000_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def test_drift_is_taken_out_between_pairs_and_uncertainty_grows_outside():
    clock = ClockMap([ClockPair(1, 0, UTC, 60), ClockPair(1, 1_000_000, UTC + 1_000_060, 60)])
    assert clock.utc_ms(1, 500_000) == UTC + 500_030
    late = clock.instant(1, 1_000_000 + 20_000_000)
    assert late and abs(late.utc_ms - (UTC + 21_000_060)) <= 20
    assert 2000 + 60 <= late.uncertainty_ms <= 2000 + 60 + 20


def test_a_boot_without_a_pair_lies_between_its_neighbours_or_nowhere():
    clock = ClockMap(
        [ClockPair(1, 1000, UTC, 0), ClockPair(3, 0, UTC + 100_000, 0)], {1: 1000, 2: 40_000, 3: 5}
    )
    found = clock.instant(2, 10_000)
    assert found and found.utc_ms - found.uncertainty_ms >= UTC + 10_000 - 8
    assert found.utc_ms + found.uncertainty_ms <= UTC + 70_000 + 8
    assert clock.instant(4, 0) is None and clock.instant(0, 0) is None
    assert ClockMap([]).utc_ms(1, 5) is None


def test_a_boot_that_ran_longer_than_there_was_time_stays_between_its_neighbours():
    long_ms = 10**13
    clock = ClockMap(
        [ClockPair(1, 0, UTC, 5), ClockPair(9, 0, UTC + 1000, 5)],
        dict.fromkeys(range(2, 9), long_ms),
    )
    for boot in range(2, 9):
        found = clock.instant(boot, long_ms)
        assert found and UTC - 6 <= found.utc_ms <= UTC + 1006


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(1, 10**9)), min_size=1, max_size=20, unique=True
    )
)
def test_time_never_runs_backwards_within_a_boot(points):
    pairs = [ClockPair(boot, t_ms, UTC + boot * 10**10 + t_ms, 5) for boot, t_ms in points]
    clock = ClockMap(pairs)
    boot = points[0][0]
    times = [clock.utc_ms(boot, t_ms) for t_ms in range(0, 10**9, 10**8)]
    assert all(a is not None and b is not None and a <= b for a, b in pairwise(times))


# --- a week without a host


@pytest.mark.parametrize("ppm", [-100, -37, 0, 60, 100])
def test_a_week_without_a_host(ppm: int):
    def truth(t_ms: int) -> int:
        return UTC + t_ms - t_ms * ppm // 1_000_000

    week = range(0, 7 * DAY_MS + 1, HOUR_MS)
    before = ClockPair(4, 60_000, truth(60_000) + 40, 50)
    alone = ClockMap([before])
    for t_ms in week:  # as it is while nobody comes
        found = alone.instant(4, t_ms)
        assert found and abs(found.utc_ms - truth(t_ms)) <= found.uncertainty_ms
        assert found.uncertainty_ms <= 52 + 7 * DAY_MS * DRIFT_PPM // 1_000_000
    after = ClockPair(4, 7 * DAY_MS, truth(7 * DAY_MS) - 40, 50)
    both = ClockMap([before, after])
    for t_ms in week:
        found = both.instant(4, t_ms)
        assert found and abs(found.utc_ms - truth(t_ms)) <= min(1000, found.uncertainty_ms)
    assert both.outliers == ()


def test_a_rough_time_within_a_week_does_not_bend_it():
    """As another program may give it, by the Current Time service."""

    def truth(t_ms: int) -> int:
        return UTC + t_ms - t_ms * 60 // 1_000_000

    ends = [ClockPair(1, t_ms, truth(t_ms), 50) for t_ms in (0, 7 * DAY_MS)]
    rough = ClockPair(1, DAY_MS, truth(DAY_MS) + 3000, 60_000)
    clock = ClockMap([*ends, rough])
    assert clock.outliers == ()
    for at in range(0, 7 * DAY_MS, HOUR_MS):
        found = clock.instant(1, at)
        assert found and abs(found.utc_ms - truth(at)) < 100


# --- hosts with a wrong clock


def pair(boot: int, t_s: int, off_s: float = 0, unsure: int = 50, kept: bool = False) -> ClockPair:
    """Boots begin a day apart."""
    utc_ms = UTC + boot * DAY_MS + t_s * 1000 + round(off_s * 1000)
    return ClockPair(boot, t_s * 1000, utc_ms, unsure, kept)


MINUTES, DAYS, YEARS = 5 * 60, 3 * 86_400, 400 * 86_400


@pytest.mark.parametrize("off_s", [s * off for s in (1, -1) for off in (MINUTES, DAYS, YEARS)])
@pytest.mark.parametrize("place", range(4))
def test_the_most_pairs_of_a_boot_win_wherever_the_wrong_one_is(off_s: int, place: int):
    pairs = [pair(1, 100), pair(1, 4000), pair(1, 8000), pair(1, 9000)]
    wrong = pairs[place] = pair(1, pairs[place].t_ms // 1000, off_s)
    clock = ClockMap(pairs)
    assert clock.outliers == (wrong,)
    assert clock.utc_ms(1, 5_000_000) == UTC + DAY_MS + 5_000_000


def test_several_wrong_hosts_that_do_not_agree_are_no_majority():
    wrong = [pair(1, 10 + n, off) for n, off in enumerate((DAYS, -DAYS, YEARS, MINUTES))]
    clock = ClockMap([pair(1, 5), *wrong, pair(1, 50)])
    assert clock.outliers == tuple(wrong)


def test_of_equally_many_the_newest_wins():
    clock = ClockMap([pair(1, 10, DAYS), pair(1, 500)])
    assert clock.outliers == (pair(1, 10, DAYS),)
    clock = ClockMap([pair(1, 10), pair(1, 500, DAYS)])
    assert clock.outliers == (pair(1, 10),)


def test_a_small_contradiction_within_drift_and_uncertainties_is_none():
    span_s = 10_000  # 1000 ms of drift
    assert ClockMap([pair(1, 0), pair(1, span_s, 1.1)]).outliers == ()
    assert ClockMap([pair(1, 0), pair(1, span_s, 1.102)]).outliers == (pair(1, 0),)


@pytest.mark.parametrize("off_s", [DAYS, -DAYS, YEARS, -YEARS])
def test_neighbours_prove_a_boots_only_pair_wrong(off_s: int):
    good = [pair(boot, 60) for boot in (1, 2, 3, 5, 6, 7)]
    wrong = pair(4, 60, off_s)
    last = dict.fromkeys(range(1, 8), 8 * HOUR_MS)
    clock = ClockMap([*good, wrong], last)
    assert clock.outliers == (wrong,)
    found = clock.instant(4, 60_000)
    assert found and abs(found.utc_ms - pair(4, 60).utc_ms) <= found.uncertainty_ms <= DAY_MS


def test_a_time_within_the_boot_before_is_proven_wrong_too():
    good = [pair(1, 60), pair(2, 60), pair(3, 60), pair(3, 90)]
    wrong = pair(4, 60, -20 * 3600)  # boot 3 still ran
    assert ClockMap([*good, wrong], {3: 8 * HOUR_MS}).outliers == (wrong,)
    assert ClockMap([*good, wrong], {3: 90_000}).outliers == ()  # nothing proves it


def test_what_the_clip_kept_has_no_vote():
    told = [pair(1, 50, YEARS)]  # one wrong host, and three restarts that repeat it
    told += [pair(boot, 0, YEARS, 3000, kept=True) for boot in (2, 3, 4)]
    right = pair(4, 900)
    clock = ClockMap([*told, right])
    assert clock.outliers == tuple(told)
    assert clock.utc_ms(4, 0) == UTC + 4 * DAY_MS


def test_what_the_clip_kept_is_used_where_there_is_nothing_else():
    kept = pair(2, 0, 2.0, 3000, kept=True)
    clock = ClockMap([pair(1, 50), kept])
    found = clock.instant(2, 10_000)
    assert clock.outliers == () and found and abs(found.utc_ms - pair(2, 10).utc_ms) <= 2000
    assert found.uncertainty_ms >= 2000


@pytest.mark.parametrize("utc_ms", [0, 946_684_800_000, FIRST_UTC_MS - 1, 4_102_444_800_000, 2**62])
def test_a_time_that_cannot_be_is_never_used(utc_ms: int):
    alone = ClockPair(1, 5000, utc_ms, 50)
    clock = ClockMap([alone])
    assert clock.outliers == (alone,) and clock.instant(1, 5000) is None
    assert ClockMap([alone, pair(1, 900)]).utc_ms(1, 900_000) == pair(1, 900).utc_ms


def test_nothing_is_before_2024():
    clock = ClockMap([ClockPair(1, 10_000, FIRST_UTC_MS + 5000, 50)])
    assert clock.instant(1, 0) is None and clock.utc_ms(1, 0) is None
    assert clock.utc_ms(1, 9000) == FIRST_UTC_MS + 4000


# --- the largest set, against trying all of them


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(-8, 8), st.integers(0, 3)), min_size=1, max_size=9
    )
)
def test_the_largest_consistent_set_is_found(told):
    # Steps of 10,000 s are 1 s of drift; offsets and uncertainties are of that size, so that all is near the edge.
    pairs = sorted(
        {ClockPair(1, at * 10**7, UTC + at * 10**7 + off * 500, u * 250) for at, off, u in told}
    )
    most = max(
        mask.bit_count()
        for mask in range(1, 1 << len(pairs))
        if _agree([one for place, one in enumerate(pairs) if mask >> place & 1])
    )
    clock = ClockMap(pairs)
    used = [one for one in pairs if one not in clock.outliers]
    assert len(used) == most and _agree(used)
    for a, b in pairwise(used):
        drift_ms = (b.t_ms - a.t_ms) * DRIFT_PPM // 1_000_000
        apart_ms = abs((b.utc_ms - b.t_ms) - (a.utc_ms - a.t_ms))
        assert apart_ms <= drift_ms + a.uncertainty_ms + b.uncertainty_ms


# --- whole lives


@dataclass
class Life:
    """A clip's boots with their true times, and what hosts told of them."""

    starts: list[int] = field(default_factory=list)  # UTC in milliseconds
    spans: list[int] = field(default_factory=list)
    rates: list[list[float]] = field(
        default_factory=list
    )  # ppm too fast, by sixteenths of the span
    pairs: list[ClockPair] = field(default_factory=list)
    wrong: list[ClockPair] = field(default_factory=list)

    def truth(self, boot: int, t_ms: int) -> float:
        """UTC in milliseconds."""
        step = self.spans[boot] / 16
        ends = [0.0, *accumulate(step * (1 - ppm * 1e-6) for ppm in self.rates[boot])]
        place = min(int(t_ms / step), 15)
        rest = (t_ms - place * step) * (1 - self.rates[boot][place] * 1e-6)
        return self.starts[boot] + ends[place] + rest

    @property
    def last(self) -> dict[int, int]:
        return dict(enumerate(self.spans))


def lived(seed: int, wrong: bool, wander_ppm: float) -> Life:
    """Up to six boots of minutes to weeks, each with up to six visits, of which fewer than half are of wrong hosts."""
    random, life = Random(seed), Life()
    now = UTC
    for boot in range(random.randint(1, 6)):
        now += round(10 ** random.uniform(2, 9))
        span = round(10 ** random.uniform(4.8, 8.9))
        steady = random.uniform(-DRIFT_PPM + wander_ppm, DRIFT_PPM - wander_ppm)
        life.starts.append(now)
        life.spans.append(span)
        life.rates.append([steady + random.uniform(-wander_ppm, wander_ppm) / 2 for _ in range(16)])
        for t_ms in random.sample(range(span + 1), random.choice((0, 0, 1, 1, 2, 3, 4, 6))):
            unsure = random.choice((2, 20, 50, 50, 50, 1000))
            # Cut to milliseconds, which the stated uncertainty of a host includes.
            off = random.uniform(1 - unsure, unsure)
            life.pairs.append(ClockPair(boot, t_ms, int(life.truth(boot, t_ms) + off), unsure))
        now = round(life.truth(boot, span))
    if wrong and life.pairs:
        spoil(life, random)
    return life


def spoil(life: Life, random: Random) -> None:
    """Gives fewer than half of the pairs a clock that is off by more than all of the clip's life can explain."""
    several = random.sample(range(len(life.pairs)), random.randint(0, (len(life.pairs) - 1) // 2))
    whole = max(life.starts[-1] + life.spans[-1] - life.starts[0], DAY_MS)
    used = set()
    for place in several:
        boot = life.pairs[place].boot
        mates = [one for one in life.pairs if one.boot == boot and one not in life.wrong]
        if len(mates) > 1 and boot not in used:
            off = random.choice((120_000, DAY_MS, whole, 400 * DAY_MS))
            off = max(off, life.spans[boot] // 1000)
        else:
            off = whole * (2 + place)
        if len(mates) == 2 or (len(mates) == 1 and lonely(life, boot)):
            continue  # a tie, or nothing that proves it wrong
        used.add(boot)
        right = life.pairs[place]
        told = right.utc_ms + random.choice((-1, 1)) * off
        life.wrong.append(ClockPair(boot, right.t_ms, told, right.uncertainty_ms))
        life.pairs[place] = life.wrong[-1]


def lonely(life: Life, boot: int) -> bool:
    """Whether too few other boots tell where this one belongs: a wrong time could be right."""
    right = {one.boot for one in life.pairs if one not in life.wrong}
    return len({one for one in right if one < boot}) < 2 or len({one for one in right if one > boot}) < 2  # fmt: skip


def checked(life: Life, within_ms: int | None) -> int:
    """The truth is in what the map says, at every pair and many moments; how many were compared."""
    clock = ClockMap(life.pairs, life.last)
    assert set(clock.outliers) == set(life.wrong)
    compared = 0
    for boot, span in enumerate(life.spans):
        good = sorted(
            (one.t_ms, one.uncertainty_ms)
            for one in life.pairs
            if one.boot == boot and one not in life.wrong
        )
        moments = {span * n // 23 for n in range(24)} | {t_ms for t_ms, _ in good}
        before = 0
        for t_ms in sorted(moments):
            found = clock.instant(boot, t_ms)
            if found is None:
                assert not good
                continue
            error = abs(found.utc_ms - life.truth(boot, t_ms))
            assert error <= found.uncertainty_ms + 0.01
            assert found.utc_ms >= before and found.utc_ms >= FIRST_UTC_MS
            assert found.utc_ms == clock.utc_ms(boot, t_ms)
            before = found.utc_ms if good else 0
            compared += 1
            place = bisect_right([at for at, _ in good], t_ms)
            inside = 0 < place < len(good)
            if within_ms and inside and max(u for _, u in good) < within_ms:
                assert error <= within_ms
    return compared


@settings(max_examples=400)
@given(st.integers(0, 2**32))
def test_a_steady_crystal_is_within_a_second_between_pairs(seed: int):
    checked(lived(seed, wrong=False, wander_ppm=0), within_ms=1000)


@settings(max_examples=400)
@given(st.integers(0, 2**32))
def test_a_crystal_that_warms_and_cools_stays_within_what_is_stated(seed: int):
    checked(lived(seed, wrong=False, wander_ppm=WANDER_PPM), within_ms=None)


@settings(max_examples=600)
@given(st.integers(0, 2**32))
def test_wrong_hosts_are_found_and_change_nothing(seed: int):
    checked(lived(seed, wrong=True, wander_ppm=0), within_ms=1000)


def test_the_random_lives_hold_what_they_are_for():
    lives = [lived(seed, wrong=True, wander_ppm=0) for seed in range(300)]
    assert sum(len(life.wrong) for life in lives) > 100
    assert sum(len(life.wrong) > 1 for life in lives) > 10
    assert sum(checked(life, 1000) for life in lives) > 10_000


def test_years_of_pairs_with_wrong_ones_among_them_are_quick():
    random = Random(1)
    pairs = [pair(boot, at * 1800) for boot in range(300) for at in range(10)]
    pairs += [pair(400, at * 600, random.choice((0, 0, 0, 0, YEARS, -DAYS))) for at in range(1000)]
    clock = ClockMap(pairs)
    assert 200 < len(clock.outliers) < 450
    assert {one.boot for one in clock.outliers} == {400}
    assert len(Boot(pairs[:10]).bounds) == 10
