"""The Current Time characteristic: what is no time is not taken."""

import calendar
import struct
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from link.currenttime import time_message

from poise.wire import codec


def characteristic(year, month, day, hour=0, minute=0, second=0, weekday=0, parts=0) -> bytes:
    return struct.pack("<HBBBBBBBB", year, month, day, hour, minute, second, weekday, parts, 0)


def utc_ms(data: bytes) -> int | None:
    message = time_message(data)
    return None if message is None else codec.unpack(message)[2]["utc_ms"]


@given(
    st.integers(0, 0xFFFF) | st.integers(1990, 2110),
    st.integers(0, 255) | st.integers(0, 13),
    st.integers(0, 255) | st.integers(0, 32),
    st.integers(0, 255) | st.integers(0, 24),
    st.integers(0, 255) | st.integers(0, 60),
    st.integers(0, 255) | st.integers(0, 60),
    st.integers(0, 255),
    st.integers(0, 255),
)
def test_the_calendar_decides(year, month, day, hour, minute, second, weekday, parts):
    told = utc_ms(characteristic(year, month, day, hour, minute, second, weekday, parts))
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        assert told is None or year > 9999
        return
    if year < 1970:
        assert told is None
        return
    whole = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert told == whole + parts * 1000 // 256


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [(2026, 2, 31), (2026, 2, 30), (2026, 4, 31), (2027, 2, 29), (2100, 2, 29), (2026, 11, 31), (2026, 12, 32),
     (2026, 0, 1), (2026, 13, 1), (2026, 1, 0), (0, 1, 1)],
)  # fmt: skip
def test_days_that_are_none_are_refused(year: int, month: int, day: int):
    assert time_message(characteristic(year, month, day)) is None


def test_every_day_of_four_centuries_is_taken():
    for year in (1972, 2000, 2024, 2026, 2027, 2028, 2096, 2100, 2400):
        for month in range(1, 13):
            last = calendar.monthrange(year, month)[1]
            assert time_message(characteristic(year, month, last)) is not None
            assert time_message(characteristic(year, month, last + 1)) is None


def test_ranges_and_lengths():
    good = characteristic(2026, 11, 28, 23, 59, 59, 6, 255)
    assert utc_ms(good) == 1795910399_996
    for place, wrong in ((4, 24), (5, 60), (6, 60)):
        assert time_message(good[:place] + bytes((wrong,)) + good[place + 1 :]) is None
    for length in range(9):
        assert time_message(good[:length]) is None


def test_the_clip_says_the_same_in_its_own_python(run_script):
    days = [
        (2026, 2, 28),
        (2026, 2, 31),
        (2026, 4, 31),
        (2027, 2, 29),
        (2028, 2, 29),
        (2100, 2, 29),
    ]
    asked = [characteristic(*day, 23, 59, 59, 1, 255) for day in days]
    asked += [
        characteristic(2026, 13, 1),
        characteristic(2026, 1, 1, 24),
        characteristic(65535, 12, 31),
    ]
    told = run_script("current_time.py", *[data.hex() for data in asked]).split()
    assert told == [str(utc_ms(data) or "-") for data in asked]
    assert told[1:4] == ["-"] * 3 and told[4] != "-"
