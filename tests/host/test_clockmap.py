"""The clip's clock into UTC."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from poise.clockmap import ClockMap, ClockPair

UTC = 1_790_000_000_000


def test_drift_is_taken_out_between_pairs_and_uncertainty_grows_outside():
    clock = ClockMap([ClockPair(1, 0, UTC, 10), ClockPair(1, 1_000_000, UTC + 1_000_100, 20)])
    assert clock.utc_ms(1, 500_000) == UTC + 500_050
    late = clock.instant(1, 1_000_000 + 20_000_000)
    assert late and late.utc_ms == UTC + 21_000_100 and late.uncertainty_ms == 20 + 1000


def test_a_boot_without_a_pair_lies_between_its_neighbours_or_nowhere():
    clock = ClockMap(
        [ClockPair(1, 1000, UTC, 0), ClockPair(3, 0, UTC + 100_000, 0)], {1: 1000, 2: 40_000, 3: 5}
    )
    found = clock.instant(2, 10_000)
    assert found and found.utc_ms - found.uncertainty_ms + 1 >= UTC + 10_000
    assert found.utc_ms + found.uncertainty_ms - 1 <= UTC + 70_000
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
        assert found and UTC - 5 <= found.utc_ms <= UTC + 1005


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
